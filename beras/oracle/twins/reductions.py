"""Twins of ``beras/autodiff/rules/reductions.py``."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from beras.oracle.twins.adapters import kept, reduction, rows, widened
from beras.oracle.twins.registry import twin

__all__ = ["prod"]


def prod(x: Any, axis: Any = None, dtype: Any = None, *, keepdims: Any = False) -> torch.Tensor:
    """`numpy.prod`: that of torch takes one axis."""
    x = widened(x, dtype)
    return kept(torch.prod(rows(x, axis), -1), x, axis, keepdims)


def _ptp(x: torch.Tensor, **params: Any) -> torch.Tensor:
    return torch.amax(x, **params) - torch.amin(x, **params)


twin(np.sum, reduction(torch.sum))
twin(np.mean, reduction(torch.mean))
twin(np.prod, prod)
twin(np.max, reduction(torch.amax))
twin(np.min, reduction(torch.amin))
if np.amax is not np.max:
    twin(np.amax, reduction(torch.amax))
    twin(np.amin, reduction(torch.amin))
twin(np.ptp, reduction(_ptp))
