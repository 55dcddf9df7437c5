"""Twins of ``beras/autodiff/rules/spacings.py``."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from beras.oracle.twins.adapters import alike
from beras.oracle.twins.registry import twin


def _linspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, *, axis: int = 0) -> torch.Tensor:
    """`torch.linspace` of tensors loses their gradients."""
    start, stop = torch.broadcast_tensors(*alike(start, stop))
    share = torch.linspace(0.0, 1.0, num + (not endpoint), dtype=start.dtype)[:num]
    return torch.lerp(start, stop, share.reshape(-1, *(1,) * start.ndim)).movedim(0, axis)


def _logspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: float = 10.0, dtype: None = None, axis: int = 0
) -> torch.Tensor:
    return torch.pow(base, _linspace(start, stop, num, endpoint, axis=axis))


twin(np.linspace, _linspace)
twin(np.logspace, _logspace)
