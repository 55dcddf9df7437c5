"""Twins of ``beras/autodiff/rules/statistics.py``."""

from __future__ import annotations

from collections.abc import Callable
from math import floor, nan
from typing import Any

import numpy as np
import torch

from beras.oracle.twins.adapters import alike, kept, reduction, rows, tensor
from beras.oracle.twins.registry import twin

#: The methods of `numpy.quantile` that `torch.quantile` has.
INTERPOLATIONS = ("linear", "lower", "higher", "midpoint", "nearest")
#: The others, numbered as by Hyndman and Fan (1996, "Sample quantiles in statistical packages"): their m, by p.
OFFSETS: dict[str, Callable[[float], float]] = {
    "inverted_cdf": lambda p: 0.0,
    "averaged_inverted_cdf": lambda p: 0.0,
    "closest_observation": lambda p: -0.5,
    "interpolated_inverted_cdf": lambda p: 0.0,
    "hazen": lambda p: 0.5,
    "weibull": lambda p: p,
    "median_unbiased": lambda p: (p + 1) / 3,
    "normal_unbiased": lambda p: p / 4 + 3 / 8,
}
#: Their gamma for the discontinuous ones, by g and j.
SHARES: dict[str, Callable[[float, int], float]] = {
    "inverted_cdf": lambda g, j: float(g > 0),
    "averaged_inverted_cdf": lambda g, j: 1.0 if g > 0 else 0.5,
    "closest_observation": lambda g, j: float(g > 0 or j % 2 == 1),
}


def _sample_quantile(numbers: torch.Tensor, p: float, method: str) -> torch.Tensor:
    """Return Hyndman and Fan's ``(1 - gamma) X_j + gamma X_(j+1)``, with ``j + g = n p + m``, counted from 1."""
    n = len(numbers)
    ordered = torch.sort(numbers).values
    if n == 0 or torch.isnan(ordered[-1]):
        return numbers.new_tensor(nan)
    place = n * p + OFFSETS[method](p)
    j = floor(place)
    gamma = SHARES.get(method, lambda g, j: g)(place - j, j)
    below, above = (ordered[min(max(number, 1), n) - 1] for number in (j, j + 1))
    # An infinite neighbour does not count where it has no share.
    return below if gamma == 0 else above if gamma == 1 else (1 - gamma) * below + gamma * above


def _quantiles(function: Callable[..., Any], skips_nan: bool) -> Callable[..., Any]:
    def quantile(x: Any, q: Any, axis: Any = None, *, method: str = "linear", keepdims: Any = False) -> torch.Tensor:
        x = tensor(x)
        table = rows(x, axis)
        table = table.float() if table.dtype == torch.float16 else table
        p = tensor(q).to(table.dtype)
        if table.numel() == 0:
            found = table.new_full((p.numel(), *table.shape[:-1]), nan)
        elif method in INTERPOLATIONS:
            found = function(table, p.flatten(), -1, interpolation=method)
        else:
            flat = table.reshape(-1, table.shape[-1])
            numbers = [row[~torch.isnan(row)] if skips_nan else row for row in flat]
            found = torch.stack([_sample_quantile(each, r, method) for r in p.flatten().tolist() for each in numbers])
        return kept(found.reshape((*p.shape, *table.shape[:-1])), x, axis, keepdims)

    return quantile


def _enter(median: Any, quantile: Any, percentile: Any, in_torch: Callable[..., Any], skips_nan: bool) -> None:
    quantiles = _quantiles(in_torch, skips_nan)

    def middle(x: Any, axis: Any = None, *, keepdims: Any = False) -> torch.Tensor:
        """The median of torch is the lower of the two middle entries, which NumPy averages."""
        halves = (quantiles(x, 0.5, axis, method=method, keepdims=keepdims) for method in ("lower", "higher"))
        return sum(halves) / 2

    twin(median, middle)
    twin(quantile, quantiles)
    twin(percentile, lambda x, q, *args, **params: quantiles(x, tensor(q).double() / 100, *args, **params))


_enter(np.median, np.quantile, np.percentile, torch.quantile, skips_nan=False)
_enter(np.nanmedian, np.nanquantile, np.nanpercentile, torch.nanquantile, skips_nan=True)


_mean = reduction(torch.mean)


def _average(x: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: bool = False) -> Any:
    if weights is None:
        x = tensor(x)
        x = x if x.is_floating_point() else x.double()
        mean = _mean(x, axis, keepdims=keepdims)
        return (mean, torch.full_like(mean, x.numel() / mean.numel())) if returned else mean
    x, weights = alike(x, weights)
    # Weights for the reduced axes alone have their order, which rows() keeps.
    shares = rows(weights, axis) if weights.shape == x.shape else weights.flatten()
    total = torch.sum(shares, -1)
    mean = kept(torch.sum(rows(x, axis) * shares, -1) / total, x, axis, keepdims)
    return (mean, kept(total, x, axis, keepdims).broadcast_to(mean.shape)) if returned else mean


def _variables(values: Any, rowvar: bool) -> torch.Tensor:
    values = tensor(values)
    return values.mT if values.ndim == 2 and not rowvar and values.shape[0] != 1 else torch.atleast_2d(values)


def _rows_of(m: Any, y: Any, rowvar: bool) -> torch.Tensor:
    variables = _variables(m, rowvar)
    return variables if y is None else torch.cat((variables, _variables(y, rowvar)))


def _cov(
    m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: int | None = None, *, dtype: Any = None
) -> torch.Tensor:
    lost = ddof if ddof is not None else 0 if bias else 1
    return torch.cov(_rows_of(m, y, rowvar), correction=lost)


def _corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> torch.Tensor:
    return torch.corrcoef(_rows_of(x, y, rowvar)).squeeze()


twin(np.average, _average)
twin(np.cov, _cov)
twin(np.corrcoef, _corrcoef)
