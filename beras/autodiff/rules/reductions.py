"""Sums, means, products and extremes along axes."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.autodiff.primitives import cast, masked
from beras.autodiff.registry import define, expand
from beras.autodiff.rules.axes import count, divided, merge, spread, unmerge
from beras.autodiff.rules.running import backwards, moved_on

__all__ = ["share"]


def _sum(g: Any, ans: Any, x: Any, axis: Any = None, dtype: Any = None, *, keepdims: Any = False) -> Any:
    return spread(g, x, axis, keepdims)


def _mean(g: Any, ans: Any, x: Any, axis: Any = None, dtype: Any = None, *, keepdims: Any = False) -> Any:
    return spread(divided(g, max(count(x, axis), 1)), x, axis, keepdims)


define(np.sum, _sum)
define(np.mean, _mean)


def _prod(g: Any, ans: Any, x: Any, axis: Any = None, dtype: Any = None, *, keepdims: Any = False) -> Any:
    if np.all(np.not_equal(x, 0)):
        return spread(g * ans, x, axis, keepdims) / x
    return spread(g, x, axis, keepdims) * _product_of_others(x, axis)


def _product_of_others(x: Any, axis: Any) -> Any:
    """Return for each entry the product of all others along ``axis``: those before it times those after it."""
    flat = merge(x, axis)
    before = _product_before(flat, -1)
    return unmerge(before * backwards(_product_before, flat, -1), x.shape, axis)


def _product_before(x: Any, axis: int) -> Any:
    return moved_on(np.cumprod(x, axis), axis, 1.0)


define(np.prod, _prod)


# Extremes: the cotangent is shared evenly among ties, as in torch.amax. A NaN among the entries wins.


def _extreme(g: Any, ans: Any, x: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    wins = np.equal(x, spread(ans, x, axis, keepdims))
    if np.any(np.isnan(ans)):
        wins = wins | np.isnan(x)
    return share(g, wins, x, axis)


def share(g: Any, wins: Any, x: Any, axis: Any) -> Any:
    """Return ``g`` divided evenly, along ``axis``, among the entries of ``x`` that win."""
    winners = np.maximum(np.sum(wins, axis=axis, keepdims=True), 1)  # whole numbers: float16 may not hold them
    return masked(np.broadcast_to(cast(np.reshape(g, winners.shape) / winners, x.dtype), x.shape), wins)


for extreme in (np.max, np.min, np.amax, np.amin):
    define(extreme, _extreme)


def _ptp(x: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    return np.max(x, axis, keepdims=keepdims) - np.min(x, axis, keepdims=keepdims)


expand(np.ptp, _ptp)
