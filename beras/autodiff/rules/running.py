"""Running sums, products and extremes: cumsum, cumprod, maximum.accumulate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from beras.autodiff.array_methods import ACCUMULATIONS
from beras.autodiff.primitives import primitive, scatter_add
from beras.autodiff.registry import define, define_joint, expand
from beras.autodiff.rules.axes import kept_shape

__all__ = ["backwards", "linear_recurrence", "moved_on", "running_max", "running_min"]


def backwards(running: Callable[..., Any], g: Any, axis: int | None) -> Any:
    """Return ``running`` of ``g`` along ``axis``, begun at the end; a vector needs no axis."""
    return np.flip(running(np.flip(g, axis), axis), axis)


def _cumsum(g: Any, ans: Any, x: Any, axis: Any = None, dtype: Any = None) -> Any:
    return np.reshape(backwards(np.cumsum, g, axis), x.shape)


def _cumprod(g: Any, ans: Any, x: Any, axis: Any = None, dtype: Any = None) -> Any:
    if axis is None or x.ndim == 0:
        return np.reshape(_cumprod(g, ans, np.ravel(x), 0), x.shape)
    if np.all(np.not_equal(x, 0)):
        return backwards(np.cumsum, g * ans, axis) / x
    # With P_i the product of the entries before i, dx_i = P_i s_i, where s_i = g_i + x_(i+1) s_(i+1): no division.
    following = moved_on(np.flip(x, axis), axis, 0.0)
    return moved_on(ans, axis, 1.0) * np.flip(linear_recurrence(following, np.flip(g, axis), axis), axis)


def moved_on(x: Any, axis: int, first: float) -> Any:
    """Return ``x`` moved one place along ``axis``, with ``first`` in the place that it left."""
    axis = axis % x.ndim
    start = np.full((*x.shape[:axis], min(1, x.shape[axis]), *x.shape[axis + 1 :]), first, x.dtype)
    return np.concatenate((start, x[(slice(None),) * axis + (slice(None, -1),)]), axis)


@primitive
def linear_recurrence(a: Any, b: Any, axis: int) -> Any:
    """Return ``s_i = a_i s_(i-1) + b_i`` along ``axis``, with nothing before the first entry: ``s_0 = b_0``.

    >>> import numpy as np
    >>> linear_recurrence(np.array([9.0, 2.0, 2.0]), np.array([1.0, 0.0, 1.0]), 0)
    array([1., 2., 5.])
    """
    s = np.array(b, dtype=np.result_type(a, b))
    along, factors = np.moveaxis(s, axis, 0), np.moveaxis(a, axis, 0)
    for i in range(1, len(along)):
        along[i] += factors[i] * along[i - 1]
    return s


def _recurrence(g: Any, ans: Any, a: Any, b: Any, axis: int) -> tuple:
    following = moved_on(np.flip(a, axis), axis, 0.0)
    to_b = np.flip(linear_recurrence(following, np.flip(g, axis), axis), axis)
    return to_b * moved_on(ans, axis, 0.0), to_b


define(np.cumsum, _cumsum)
define(np.cumprod, _cumprod)
define_joint(linear_recurrence, _recurrence, (0, 1))

# New in NumPy 2.1.
if hasattr(np, "cumulative_sum"):

    def _cumulative(running: Callable[..., Any], identity: float) -> Callable[..., Any]:
        def body(x: Any, *, axis: Any = None, dtype: Any = None, include_initial: bool = False) -> Any:
            x = np.atleast_1d(x)
            if axis is None and x.ndim > 1:
                raise ValueError(f"axis is required for more than one dimension. Received: shape {x.shape}.")
            ans = running(x, axis, dtype)
            if not include_initial:
                return ans
            start = np.full(kept_shape(x.shape, axis), identity, ans.dtype)
            return np.concatenate((start, ans), axis)

        return body

    expand(np.cumulative_sum, _cumulative(np.cumsum, 0.0))
    expand(np.cumulative_prod, _cumulative(np.cumprod, 1.0))


@primitive
def running_max(x: Any, axis: int, dtype: Any = None) -> Any:
    """Return the largest entry so far along ``axis``, ``np.maximum.accumulate``; the latest of ties has its slope."""
    return np.maximum.accumulate(x, axis, dtype)


@primitive
def running_min(x: Any, axis: int, dtype: Any = None) -> Any:
    """Return the smallest entry so far along ``axis``, ``np.minimum.accumulate``; the latest of ties has its slope."""
    return np.minimum.accumulate(x, axis, dtype)


def _running_extreme(g: Any, ans: Any, x: Any, axis: int, dtype: Any = None) -> Any:
    places = np.arange(x.size).reshape(x.shape)
    is_record = np.equal(x, ans) | np.isnan(x)
    latest = np.maximum.accumulate(np.where(is_record, places, 0), axis)
    return np.reshape(scatter_add(np.ravel(g), latest.ravel(), (x.size,)), x.shape)


define(running_max, _running_extreme)
define(running_min, _running_extreme)
ACCUMULATIONS[np.maximum], ACCUMULATIONS[np.minimum] = running_max, running_min
