"""Operations that the rules need and NumPy has no dispatching function for, with rules of their own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import numpy as np

from beras.autodiff.dispatch import Tracked, apply
from beras.autodiff.registry import define

__all__ = ["cast", "getitem", "primitive", "scatter_add", "unbroadcast"]

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
    out = np.zeros(shape, np.asarray(g).dtype)
    if _names_places_once(index):
        out[index] = g
    else:
        np.add.at(out, index, g)
    return out


def _names_places_once(index: Any) -> bool:
    parts = index if isinstance(index, tuple) else (index,)
    return not any(
        (isinstance(part, list) or (isinstance(part, np.ndarray) and part.ndim > 0))
        and np.asarray(part).dtype.kind in "iu"
        for part in parts
    )


define(cast, lambda g, ans, x, dtype: cast(g, x.dtype), None)
define(getitem, lambda g, ans, x, index: scatter_add(g, index, x.shape), None)
define(scatter_add, lambda g, ans, x, index, shape: getitem(g, index), None, None)


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
        g = np.sum(g, axis=tuple(range(extra)))
    stretched = tuple(axis for axis, (have, want) in enumerate(zip(g.shape, shape, strict=True)) if have != want)
    if stretched and any(g.shape[axis] == 1 for axis in stretched):
        return np.broadcast_to(g, shape)
    return np.sum(g, axis=stretched, keepdims=True) if stretched else g
