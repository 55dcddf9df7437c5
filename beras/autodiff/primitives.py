"""Operations that the rules need and NumPy has no dispatching function for, with rules of their own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import numpy as np

from beras.autodiff.dispatch import apply
from beras.autodiff.registry import define
from beras.autodiff.tracked import Tracked

__all__ = ["cast", "getitem", "masked", "primitive", "scatter_add", "unbroadcast"]

F = TypeVar("F", bound=Callable[..., Any])


def primitive(function: F) -> F:
    """Make a function of arrays take part in tapes as one operation; give it a rule with `define`.

    Inside it everything is plain NumPy on bare arrays.

    >>> import numpy as np
    >>> from beras.autodiff.registry import define
    >>> @primitive
    ... def cube(x):
    ...     return x * x * x
    >>> define(cube, lambda g, ans, x: g * 3 * x**2)
    """

    @wraps(function)
    def dispatching(*args: Any, **params: Any) -> Any:
        for arg in args:
            if isinstance(arg, Tracked):
                return apply(dispatching, args, params)
        for arg in params.values():
            if isinstance(arg, Tracked):
                return apply(dispatching, args, params)
        return function(*args, **params)

    dispatching.compute = function  # type: ignore[attr-defined]
    return dispatching  # type: ignore[return-value]


@primitive
def cast(x: Any, dtype: Any) -> Any:
    """Return ``x`` in another ``dtype``: ``x.astype(dtype)``, recorded."""
    return x.astype(dtype)


@primitive
def getitem(x: Any, index: Any) -> Any:
    """Return ``x[index]``, for an index of any kind: integers, slices, ``None``, ``...``, integer or boolean arrays."""
    return x[index]


@primitive
def scatter_add(g: Any, index: Any, shape: tuple[int, ...]) -> Any:
    """Return zeros of ``shape`` with ``g`` added at ``index``: the adjoint of `getitem`.

    Where an integer array names a place several times, everything that belongs there is added up.
    """
    g = np.asarray(g)
    out = np.zeros(shape, g.dtype)
    if _names_places_once(index):
        out[index] = g
    elif isinstance(index, np.ndarray) and len(shape) > 1:
        # Whole rows (an embedding): as single entries, for which np.add.at has a fast loop.
        row = out[0].size
        places = (index % shape[0]).reshape(-1, 1) * row + np.arange(row)
        np.add.at(out.reshape(-1), places.reshape(-1), g.reshape(-1))
    else:
        np.add.at(out, index, g)
    return out


#: Parts of an index that cannot name a place twice; of arrays and lists only a boolean mask cannot.
_ONCE = (int, np.integer, slice, type(None), type(...), np.bool_)


def _names_places_once(index: Any) -> bool:
    parts = index if isinstance(index, tuple) else (index,)
    return all(isinstance(part, _ONCE) or np.asarray(part).dtype.kind == "b" for part in parts)


@primitive
def masked(x: Any, mask: Any) -> Any:
    """Return ``x`` where ``mask`` is true and zero elsewhere, whatever ``x`` holds there, NaN and infinity included.

    ``mask`` broadcasts to the shape of ``x``. Equal to ``np.where(mask, x, 0)`` in a tenth of its time: the bit pattern
    of ``x``, read as an integer, is multiplied by 0 or 1.

    >>> import numpy as np
    >>> masked(np.array([np.nan, 2.0, np.inf]), [False, True, False])
    array([0., 2., 0.])
    """
    mask = np.asarray(mask, dtype=bool)
    bits = _BITS.get(x.dtype.char)
    return np.where(mask, x, x.dtype.type(0)) if bits is None else (x.view(bits) * mask).view(x.dtype)


#: The integer dtype as wide as each floating one (the C long double has none).
_BITS = {"e": np.int16, "f": np.int32, "d": np.int64}


define(cast, lambda g, ans, x, dtype: cast(g, x.dtype), None)
define(getitem, lambda g, ans, x, index: scatter_add(g, index, x.shape), None)
define(masked, lambda g, ans, x, mask: masked(g, mask), None)
define(scatter_add, lambda g, ans, x, index, shape: getitem(g, index), None, None)


def _sum(g: Any, axis: tuple[int, ...], keepdims: Any = False) -> Any:
    """Return `numpy.sum`, for a bare array without the detour through its dispatch."""
    if type(g) is np.ndarray:
        return np.add.reduce(g, axis=axis, keepdims=keepdims)
    return np.sum(g, axis=axis, keepdims=keepdims)


def unbroadcast(g: Any, shape: tuple[int, ...]) -> Any:
    """Sum ``g`` back to ``shape``, over the axes along which an operand of that shape was broadcast.

    Broadcasting copies an operand along new or length-one axes; every copy contributes to the derivative, so their
    cotangents are added up.

    >>> import numpy as np
    >>> unbroadcast(np.ones((4, 3)), (3,))
    array([4., 4., 4.])
    >>> unbroadcast(np.ones((4, 3)), (4, 1)).shape
    (4, 1)
    """
    if g.shape == shape:
        return g
    extra = g.ndim - len(shape)
    if extra < 0:
        return np.broadcast_to(g, shape)
    if extra:
        g = _sum(g, tuple(range(extra)))
    stretched = tuple(axis for axis, (have, want) in enumerate(zip(g.shape, shape, strict=True)) if have != want)
    if stretched and any(g.shape[axis] == 1 for axis in stretched):
        return np.broadcast_to(g, shape)
    return _sum(g, stretched, True) if stretched else g
