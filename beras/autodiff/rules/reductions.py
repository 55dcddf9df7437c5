"""Sums, means, products and extremes along axes."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.autodiff.primitives import cast, masked, primitive
from beras.autodiff.registry import constant, define, expand
from beras.autodiff.rules.axes import count, divided, kept_shape, merge, spread, unmerge
from beras.autodiff.rules.running import backwards, moved_on

__all__ = ["share", "winning"]


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
    return share(g, winning(x, ans, axis, keepdims), axis, True)


@primitive
def winning(x: Any, extreme: Any, axis: Any, keepdims: Any) -> Any:
    """Return where ``x`` is its ``extreme`` along ``axis``."""
    wins = np.equal(x, spread(extreme, x, axis, keepdims))
    return wins | np.isnan(x) if np.any(np.isnan(extreme)) else wins


constant(winning)


@primitive
def share(g: Any, wins: Any, axis: Any, somebody_wins: bool) -> Any:
    """Return ``g`` divided evenly, along ``axis``, among the entries that win, and 0 elsewhere.

    With ``somebody_wins`` there are winners everywhere; as many of them as cotangents is then one for each.
    """
    g = g.reshape(kept_shape(wins.shape, axis))
    if not (somebody_wins and np.count_nonzero(wins) == g.size):
        g = (g / _winners(wins, axis)).astype(g.dtype)
    return masked(np.broadcast_to(g, wins.shape), wins)


def _winners(wins: Any, axis: Any) -> Any:
    return np.maximum(np.sum(wins, axis=axis, keepdims=True), 1)  # whole numbers: float16 may not hold them


def _gathered(g: Any, ans: Any, shared: Any, wins: Any, axis: Any, somebody_wins: bool) -> Any:
    total = np.sum(masked(g, wins), axis=axis, keepdims=True) / _winners(wins, axis)
    return np.reshape(cast(total, shared.dtype), shared.shape)


define(share, _gathered, None)


for extreme in (np.max, np.min, np.amax, np.amin):
    define(extreme, _extreme)


def _ptp(x: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    return np.max(x, axis, keepdims=keepdims) - np.min(x, axis, keepdims=keepdims)


expand(np.ptp, _ptp)
