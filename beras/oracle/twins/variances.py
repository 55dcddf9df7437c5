"""Twins of ``beras/autodiff/rules/variances.py``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from beras.autodiff.rules.variances import root_of_variance, variance
from beras.oracle.twins.adapters import dims, reduction, tensor, widened
from beras.oracle.twins.registry import twin


def _root_of_variance(v: Any) -> torch.Tensor:
    """Return ``sqrt(v)`` with the slope that `torch.std` has where all entries are equal: 0."""
    v = tensor(v)
    return torch.where(v == 0, 0.0, torch.sqrt(torch.where(v == 0, 1.0, v)))


_var, _std = reduction(torch.var), reduction(torch.std)


def _variance(x: Any, axis: Any = None, dtype: Any = None, ddof: float = 0, keepdims: bool = False) -> torch.Tensor:
    return _var(x, axis, dtype, keepdims=keepdims, correction=ddof)


def _about(mean: Any, x: Any, axis: Any, dtype: Any, lost: float, keepdims: Any) -> torch.Tensor:
    """Return the variance about a ``mean`` that was given."""
    x = widened(x, dtype)
    return reduction(torch.sum)((x - tensor(mean)) ** 2 / (x[_first(x, axis)].numel() - lost), axis, keepdims=keepdims)


def _first(x: torch.Tensor, axis: Any) -> tuple[Any, ...]:
    """Return the index of the entries from which the first result is made."""
    return tuple(slice(None) if i in dims(x, axis) else 0 for i in range(x.ndim))


def _spread(function: Callable[..., Any], root: Callable[..., Any]) -> Callable[..., Any]:
    def spread(
        x: Any,
        axis: Any = None,
        dtype: Any = None,
        *,
        ddof: float = 0,
        keepdims: Any = False,
        mean: Any = None,
        correction: float | None = None,
    ) -> torch.Tensor:
        lost = ddof if correction is None else correction
        if mean is None:
            return function(x, axis, dtype, keepdims=keepdims, correction=lost)
        return root(_about(mean, x, axis, dtype, lost, keepdims))

    return spread


twin(variance, _variance)
twin(root_of_variance, _root_of_variance)
twin(np.var, _spread(_var, torch.positive))
twin(np.std, _spread(_std, torch.sqrt))
