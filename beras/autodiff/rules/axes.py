"""What the rules of reductions share: the axes that were reduced, and the way back over them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from beras.autodiff.tracked import Tracked

__all__ = ["count", "divided", "kept_shape", "merge", "reduced_axes", "spread", "unmerge"]


#: Up to this many entries an array is filled faster than a view is made.
SMALL = 4096
#: The largest number that float16 holds.
FLOAT16_MAX = 65504


def reduced_axes(ndim: int, axis: Any) -> tuple[int, ...]:
    """Return the axes that ``axis`` (None, an integer or a tuple) names, each from 0 to ``ndim - 1``.

    A number has no axis, but NumPy's ufuncs let it be reduced along its first or last.
    """
    if axis is None or (ndim == 0 and axis in (0, -1)):
        return tuple(range(ndim))
    if type(axis) is int and -ndim <= axis < ndim:
        return (axis % ndim,)
    return normalize_axis_tuple(axis, ndim)


def kept_shape(shape: tuple[int, ...], axis: Any) -> tuple[int, ...]:
    """Return ``shape`` with length 1 along the reduced axes: what ``keepdims=True`` gives."""
    axes = reduced_axes(len(shape), axis)
    return tuple(1 if i in axes else n for i, n in enumerate(shape))


def count(x: Any, axis: Any) -> int:
    """Return how many entries of ``x`` go into each result of a reduction along ``axis``."""
    if axis is None:
        return x.size
    total = 1
    for i in reduced_axes(x.ndim, axis):
        total *= x.shape[i]
    return total


def divided(g: Any, n: float) -> Any:
    """Return ``g / n``, in the dtype of ``g``, for a Python number ``n`` that float16 may be too small for."""
    return g / n if n <= FLOAT16_MAX else g * (1 / n)


def spread(g: Any, x: Any, axis: Any, keepdims: Any) -> Any:
    """Return ``g``, shaped as the result of a reduction of ``x``, as a view of the shape of ``x``."""
    if axis is not None and not keepdims:
        g = np.reshape(g, kept_shape(x.shape, axis))
    elif x.size <= SMALL and g.ndim == 0 and not isinstance(g, Tracked):
        return np.full(x.shape, g)
    return np.broadcast_to(g, x.shape)


def merge(x: Any, axis: Any) -> Any:
    """Return ``x`` with the axes that ``axis`` names moved to the end and made into one."""
    axes = reduced_axes(x.ndim, axis)
    kept = [i for i in range(x.ndim) if i not in axes]
    return np.reshape(np.transpose(x, (*kept, *axes)), (*(x.shape[i] for i in kept), count(x, axis)))


def unmerge(merged: Any, shape: tuple[int, ...], axis: Any) -> Any:
    """Return what `merge` made of an array of ``shape`` to its place."""
    axes = reduced_axes(len(shape), axis)
    order = [*(i for i in range(len(shape)) if i not in axes), *axes]
    return np.transpose(np.reshape(merged, tuple(shape[i] for i in order)), tuple(np.argsort(order).tolist()))
