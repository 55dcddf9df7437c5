"""The twin of ``beras/autodiff/rules/einsum.py``."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from beras.oracle.twins.promotion import alike
from beras.oracle.twins.registry import twin


def _einsum(*args: Any, optimize: Any = False) -> torch.Tensor:
    """Return `torch.einsum`, which takes both ways of writing the labels, but operands of one dtype only."""
    if isinstance(args[0], str):
        return torch.einsum(args[0], *alike(*args[1:]))
    paired = len(args) // 2 * 2
    labels = [list(term) for term in args[1:paired:2]]
    pairs = zip(alike(*args[:paired:2]), labels, strict=True)
    return torch.einsum(*[part for pair in pairs for part in pair], *map(list, args[paired:]))


twin(np.einsum, _einsum)
