"""Twins of ``beras/autodiff/rules/running.py``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from beras.autodiff.rules.running import linear_recurrence, running_max, running_min
from beras.oracle.twins.adapters import tensor, widened
from beras.oracle.twins.registry import twin

__all__ = ["running"]


def running(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a torch function that accumulates along ``dim`` with NumPy's arguments."""

    def accumulated(x: Any, axis: int | None = None, dtype: Any = None) -> torch.Tensor:
        x = torch.atleast_1d(widened(x, dtype))
        return function(x.flatten(), 0) if axis is None else function(x, axis)

    return accumulated


def _cumulative(function: Callable[..., Any], identity: float) -> Callable[..., Any]:
    def cumulative(
        x: Any, *, axis: int | None = None, dtype: Any = None, include_initial: bool = False
    ) -> torch.Tensor:
        x = torch.atleast_1d(widened(x, dtype))
        axis = 0 if axis is None else axis
        if include_initial:
            start = torch.full_like(x.narrow(axis, 0, min(1, x.shape[axis])), identity)
            x = torch.cat((start, x), axis)
        return function(x, axis)

    return cumulative


def _linear_recurrence(a: Any, b: Any, axis: int) -> torch.Tensor:
    steps: list[torch.Tensor] = []
    for factor, term in zip(tensor(a).unbind(axis), tensor(b).unbind(axis), strict=True):
        steps.append(factor * steps[-1] + term if steps else term)
    return torch.stack(steps, axis)


def _running_extreme(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, axis=0, dtype=None: function(widened(x, dtype), axis or 0).values


twin(np.cumsum, running(torch.cumsum))
twin(np.cumprod, running(torch.cumprod))
twin(linear_recurrence, _linear_recurrence)
twin(running_max, _running_extreme(torch.cummax))
twin(running_min, _running_extreme(torch.cummin))

# New in NumPy 2.1.
if hasattr(np, "cumulative_sum"):
    twin(np.cumulative_sum, _cumulative(torch.cumsum, 0.0))
    twin(np.cumulative_prod, _cumulative(torch.cumprod, 1.0))
