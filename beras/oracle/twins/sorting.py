"""Twins of ``beras/autodiff/rules/sorting.py``."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from beras.oracle.twins.adapters import tensor
from beras.oracle.twins.registry import twin


def _sort(x: Any, axis: int | None = -1, kind: Any = None, *, stable: Any = None) -> torch.Tensor:
    x = tensor(x)
    return torch.sort(x.flatten() if axis is None else x, dim=0 if axis is None else axis, stable=True)[0]


def _partition(x: Any, kth: Any, axis: int | None = -1, kind: Any = "introselect") -> torch.Tensor:
    """Sorted entries are a partition at every place; in which order NumPy leaves the others it does not say."""
    return _sort(x, axis)


twin(np.sort, _sort)
twin(np.partition, _partition)
