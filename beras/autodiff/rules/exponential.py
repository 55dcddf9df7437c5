"""Exponentials and logarithms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from beras.autodiff.array_methods import REDUCTIONS
from beras.autodiff.primitives import primitive
from beras.autodiff.registry import define
from beras.autodiff.rules.axes import spread

__all__ = ["log_sum_exp"]

LN2, LN10 = math.log(2.0), math.log(10.0)

define(np.exp, lambda g, ans, x: g * ans)
define(np.exp2, lambda g, ans, x: g * (ans * LN2))
define(np.expm1, lambda g, ans, x: g * np.exp(x))
define(np.log, lambda g, ans, x: g / x)
define(np.log2, lambda g, ans, x: g / (x * LN2))
define(np.log10, lambda g, ans, x: g / (x * LN10))
define(np.log1p, lambda g, ans, x: g / (1 + x))


def _gap(x: Any, ans: Any) -> Any:
    """Return ``x - ans``, and 0 where both are the same infinity."""
    stuck = np.isinf(ans) & np.equal(x, ans)
    return np.where(stuck, 0.0, x) - np.where(stuck, 0.0, ans) if np.any(stuck) else x - ans


def _share(sum_of: Any, power: Any, x: Any, y: Any) -> Any:
    """Return ``e**x / (e**x + e**y)`` from the difference of the two: their sum has lost its last digits.

    Of two equal infinities each has half (torch gives NaN).
    """
    return power(-sum_of(0.0, _gap(y, x)))


define(
    np.logaddexp,
    lambda g, ans, x, y: g * _share(np.logaddexp, np.exp, x, y),
    lambda g, ans, x, y: g * _share(np.logaddexp, np.exp, y, x),
)
define(
    np.logaddexp2,
    lambda g, ans, x, y: g * _share(np.logaddexp2, np.exp2, x, y),
    lambda g, ans, x, y: g * _share(np.logaddexp2, np.exp2, y, x),
)


@primitive
def log_sum_exp(x: Any, axis: Any, dtype: Any = None, *, keepdims: Any = False) -> Any:
    """Return ``log(sum(exp(x)))`` along ``axis``: ``np.logaddexp.reduce``, which overflows nowhere."""
    return np.logaddexp.reduce(x, axis, dtype, keepdims=keepdims)


def _log_sum_exp(g: Any, ans: Any, x: Any, axis: Any, dtype: Any = None, *, keepdims: bool = False) -> Any:
    whole = spread(ans, x, axis, keepdims)
    stuck = np.isinf(whole) & np.equal(x, whole)
    g = spread(g, x, axis, keepdims)
    if np.any(stuck):
        g = g / np.maximum(np.sum(stuck, axis=axis, keepdims=True), 1).astype(g.dtype)
    return g * np.exp(_gap(x, whole))


define(log_sum_exp, _log_sum_exp)
REDUCTIONS[np.logaddexp] = log_sum_exp
