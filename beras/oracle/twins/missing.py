"""Twins of ``beras/autodiff/rules/missing.py``: of rows of which only the numbers are taken."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nan
from typing import Any

import numpy as np
import torch

from beras.oracle.twins.adapters import kept, reduction, rows, tensor, widened
from beras.oracle.twins.reductions import prod
from beras.oracle.twins.registry import twin
from beras.oracle.twins.running import running


def _filled(x: Any, neutral: float) -> torch.Tensor:
    x = tensor(x)
    return torch.where(torch.isnan(x), neutral, x)


def _row_by_row(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a statistic ``function(numbers, mean, freedom_lost)`` of the numbers in each row."""

    def statistic(
        x: Any,
        axis: Any = None,
        dtype: Any = None,
        *,
        ddof: float = 0,
        keepdims: Any = False,
        mean: Any = None,
        correction: float | None = None,
    ) -> torch.Tensor:
        x = widened(x, dtype)
        table = rows(x, axis)
        flat = table.reshape(-1, table.shape[-1])
        means = [None] * len(flat) if mean is None else list(tensor(mean).reshape(-1))
        lost = ddof if correction is None else correction
        results = [function(row[~torch.isnan(row)], m, lost) for row, m in zip(flat, means, strict=True)]
        return kept(torch.stack(results).reshape(table.shape[:-1]), x, axis, keepdims)

    return statistic


def _variance(numbers: torch.Tensor, mean: torch.Tensor | None, lost: float) -> torch.Tensor:
    if mean is None:
        return torch.var(numbers, correction=lost)
    return torch.sum((numbers - mean) ** 2) / (len(numbers) - lost)


def _deviation(numbers: torch.Tensor, mean: torch.Tensor | None, lost: float) -> torch.Tensor:
    return torch.std(numbers, correction=lost) if mean is None else torch.sqrt(_variance(numbers, mean, lost))


def _extreme(function: Callable[..., Any], least: float) -> Callable[..., Any]:
    """Where there is no number at all, the answer is NaN."""

    def extreme(x: torch.Tensor, **params: Any) -> torch.Tensor:
        empty = torch.all(torch.isnan(x), **params)
        return torch.where(empty, nan, function(_filled(x, least), **params))

    return reduction(extreme)


def _cumulative(accumulation: Callable[..., Any], neutral: float) -> Callable[..., Any]:
    return lambda x, axis=None, dtype=None: accumulation(_filled(x, neutral), axis, dtype)


twin(np.nansum, reduction(torch.nansum))
twin(np.nanmean, reduction(torch.nanmean))
twin(np.nanprod, lambda x, *args, **params: prod(_filled(x, 1.0), *args, **params))
twin(np.nancumsum, _cumulative(running(torch.cumsum), 0.0))
twin(np.nancumprod, _cumulative(running(torch.cumprod), 1.0))
twin(np.nanvar, _row_by_row(_variance))
twin(np.nanstd, _row_by_row(_deviation))
twin(np.nanmax, _extreme(torch.amax, -inf))
twin(np.nanmin, _extreme(torch.amin, inf))
