"""Functions that choose one of several values: maximum, clip, where, select, piecewise, nan_to_num."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.autodiff.primitives import cast, masked, primitive, scatter_add
from beras.autodiff.registry import define, expand

__all__ = ["between", "replace_nonfinite", "won"]


@primitive
def won(g: Any, loses: Any, ties: Any) -> Any:
    """Return ``g`` where an operand wins, half of it where it ties, as in torch, and 0 where it loses.

    A primitive, so that the look whether there are ties is made anew when a step is replayed.
    """
    if np.any(ties):
        return masked(g, ~(loses | ties)) + masked(0.5 * g, ties)
    return masked(g, ~loses)


define(won, lambda g, ans, h, loses, ties: won(g, loses, ties), None, None)


def _winner(g: Any, loses: Any, x: Any, y: Any) -> Any:
    return won(g, loses, np.equal(x, y))


# A NaN beats everything in maximum and minimum, and both operands then get the cotangent, as in torch.
define(
    np.maximum,
    lambda g, ans, x, y: _winner(g, np.less(x, y), x, y),
    lambda g, ans, x, y: _winner(g, np.less(y, x), x, y),
)
define(
    np.minimum,
    lambda g, ans, x, y: _winner(g, np.greater(x, y), x, y),
    lambda g, ans, x, y: _winner(g, np.greater(y, x), x, y),
)

# NaN loses in fmax and fmin; a tie goes to the first operand, as in torch.
define(
    np.fmax,
    lambda g, ans, x, y: masked(g, np.greater_equal(x, y) | np.isnan(y)),
    lambda g, ans, x, y: masked(g, ~(np.greater_equal(x, y) | np.isnan(y))),
)
define(
    np.fmin,
    lambda g, ans, x, y: masked(g, np.less_equal(x, y) | np.isnan(y)),
    lambda g, ans, x, y: masked(g, ~(np.less_equal(x, y) | np.isnan(y))),
)

define(
    np.where,
    None,
    lambda g, ans, condition, x, y: masked(g, condition),
    lambda g, ans, condition, x, y: masked(g, np.logical_not(condition)),
)


@primitive
def between(x: Any, low: Any, high: Any) -> Any:
    """Return ``np.clip(x, low, high)``; either bound may be ``None``, and ``high`` wins where they cross."""
    return np.clip(x, low, high)


def _is_inside(x: Any, low: Any, high: Any) -> Any:
    """Say where ``x`` itself is the answer: the ends belong to the inside, as in torch."""
    above = True if low is None else np.greater_equal(x, low)
    return above if high is None else above & np.less_equal(x, high)


define(
    between,
    lambda g, ans, x, low, high: masked(g, _is_inside(x, low, high)),
    lambda g, ans, x, low, high: masked(g, np.less(x, low) & (True if high is None else np.less_equal(low, high))),
    lambda g, ans, x, low, high: masked(g, np.greater(x, high) | (False if low is None else np.greater(low, high))),
)


#: What NumPy's own signatures have for an argument that was not given.
_MISSING = np._NoValue


def _clip(x: Any, a_min: Any = _MISSING, a_max: Any = _MISSING, *, min: Any = _MISSING, max: Any = _MISSING) -> Any:
    if a_min is _MISSING and a_max is _MISSING:
        return between(x, None if min is _MISSING else min, None if max is _MISSING else max)
    if a_min is _MISSING or a_max is _MISSING:
        raise TypeError("np.clip takes a_min and a_max together; either may be None.")
    if min is not _MISSING or max is not _MISSING:
        raise ValueError("np.clip takes its bounds as a_min and a_max, or as min and max, not as both.")
    return between(x, a_min, a_max)


expand(np.clip, _clip)


def _select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    if not len(condlist) == len(choicelist) > 0:
        raise ValueError(
            f"np.select takes one choice for each condition, and at least one. "
            f"Received: {len(condlist)} conditions, {len(choicelist)} choices."
        )
    chosen = default
    for number in reversed(range(len(condlist))):
        condition = np.asarray(condlist[number])
        if condition.dtype != bool:
            raise TypeError(f"Condition {number} of np.select must be boolean. Received: {condition.dtype}.")
        chosen = np.where(condition, choicelist[number], chosen)
    return chosen


def _piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **params: Any) -> Any:
    if np.isscalar(condlist) or (not isinstance(condlist[0], (list, np.ndarray)) and x.ndim != 0):
        condlist = [condlist]
    conditions = list(np.asarray(condlist, dtype=bool))
    if len(funclist) == len(conditions) + 1:
        conditions.append(~np.any(conditions, axis=0))
    elif len(funclist) != len(conditions):
        raise ValueError(
            f"np.piecewise takes a function for each of its {len(conditions)} conditions, and one more for the rest. "
            f"Received: {len(funclist)} functions."
        )
    pieces: Any = np.zeros(x.shape, x.dtype)
    for condition, piece in zip(conditions, funclist, strict=True):
        if callable(piece):
            entries = x[condition]
            if not entries.size:
                continue
            piece = scatter_add(np.broadcast_to(piece(entries, *args, **params), entries.shape), condition, x.shape)
        pieces = np.where(condition, piece, pieces)
    return cast(pieces, x.dtype)


expand(np.select, _select)
expand(np.piecewise, _piecewise)


@primitive
def replace_nonfinite(x: Any, nan: Any, posinf: Any, neginf: Any) -> Any:
    """Return ``np.nan_to_num`` of ``x``, in an array of its own."""
    return np.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)


def _nan_to_num(x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    if not copy:
        raise TypeError("np.nan_to_num(copy=False) would overwrite an array that a gradient may need. Leave copy out.")
    return replace_nonfinite(x, nan, posinf, neginf)


define(replace_nonfinite, lambda g, ans, x, nan, posinf, neginf: masked(g, np.isfinite(x)), None, None, None)
expand(np.nan_to_num, _nan_to_num)
