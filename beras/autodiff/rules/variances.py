"""Variance and standard deviation."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from beras.autodiff.primitives import masked, primitive
from beras.autodiff.registry import define, expand
from beras.autodiff.rules.axes import count, divided, spread

__all__ = ["deviation", "freedom_lost", "root_of_variance", "variance"]


@primitive
def variance(x: Any, axis: Any = None, dtype: Any = None, ddof: float = 0, keepdims: bool = False) -> Any:
    """Return ``sum((x - mean)**2) / (n - ddof)`` along ``axis``: `numpy.var`."""
    return np.var(x, axis, dtype, ddof=ddof, keepdims=keepdims)


def _variance(
    g: Any, ans: Any, x: Any, axis: Any = None, dtype: Any = None, ddof: float = 0, keepdims: Any = False
) -> Any:
    freedom = count(x, axis) - ddof
    g = g * (2 / freedom if freedom > 0 else np.nan)
    return spread(g, x, axis, keepdims) * (x - np.mean(x, axis, dtype, keepdims=True))


@primitive
def root_of_variance(v: Any) -> Any:
    """Return ``sqrt(v)``, with slope 0 at 0: a standard deviation of 0 has gradient 0, as in torch."""
    return np.sqrt(v)


define(variance, _variance, None, None, None, None)
define(root_of_variance, lambda g, ans, v: masked(g, np.not_equal(ans, 0)) / np.where(np.equal(ans, 0), 1.0, 2 * ans))


def freedom_lost(ddof: float, correction: Any) -> float:
    """Return the number that is subtracted from n; NumPy has two names for it."""
    if correction is None:
        return ddof
    if ddof != 0:
        raise ValueError(
            f"ddof and correction are one thing: give one. Received: ddof={ddof}, correction={correction}."
        )
    return correction


def _var(
    x: Any,
    axis: Any = None,
    dtype: Any = None,
    *,
    ddof: float = 0,
    keepdims: Any = False,
    mean: Any = None,
    correction: Any = None,
) -> Any:
    ddof = freedom_lost(ddof, correction)
    if mean is None:
        return variance(x, axis, dtype, ddof, keepdims)
    return divided(np.sum(np.square(x - mean), axis, dtype, keepdims=keepdims), max(count(x, axis) - ddof, 0))


def deviation(variance: Callable[..., Any]) -> Callable[..., Any]:
    """Return the standard deviation that belongs to a variance, with the same arguments."""

    @wraps(variance)
    def root(*args: Any, **params: Any) -> Any:
        return root_of_variance(variance(*args, **params))

    return root


expand(np.var, _var)
expand(np.std, deviation(_var))
