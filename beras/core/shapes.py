"""The shapes of what a module is called on: that of one array, a tuple, or those of several, a list of tuples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from beras.autodiff.tracked import Tracked

__all__ = ["any_batch", "are_several", "as_shape", "shape_of", "zeros_of"]


def are_several(inputs: Any) -> bool:
    """Say whether ``inputs`` is a list or tuple of arrays, and not one array that is written as a list.

    >>> are_several([np.ones(2), np.ones(3)]), are_several([[1.0, 2.0]]), are_several(np.ones((2, 3)))
    (True, False, False)
    """
    kind = type(inputs)
    if not (kind is list or kind is tuple) or not inputs:
        return False
    return all(isinstance(item, (np.ndarray, Tracked)) and item.ndim > 0 for item in inputs)


def shape_of(inputs: Any) -> Any:
    """Return the shape of an array, or the list of those of several.

    >>> shape_of([np.ones((5, 2)), np.ones(5)])
    [(5, 2), (5,)]
    """
    return [item.shape for item in inputs] if isinstance(inputs, (list, tuple)) else inputs.shape


def _are_shapes(shape: Sequence[Any]) -> bool:
    return len(shape) > 0 and isinstance(shape[0], (list, tuple))


def as_shape(shape: Sequence[Any]) -> Any:
    """Return a shape as a tuple, several as a list of tuples, whatever they were written as.

    >>> as_shape([None, 3]), as_shape(([None, 3], [None, 2]))
    ((None, 3), [(None, 3), (None, 2)])
    """
    return [tuple(one) for one in shape] if _are_shapes(shape) else tuple(shape)


def any_batch(shape: Sequence[Any]) -> Any:
    """Return ``shape``, or each of several, with ``None`` for the length of the batch.

    >>> any_batch((5, 2)), any_batch([(5, 2), (5,)])
    ((None, 2), [(None, 2), (None,)])
    """
    return [(None, *one[1:]) for one in shape] if _are_shapes(shape) else (None, *shape[1:])


def zeros_of(shape: Sequence[Any], dtype: Any) -> Any:
    """Return zeros of ``shape``, or of each of several, with one in the place of each ``None``.

    >>> zeros_of((None, 2), "float32")
    array([[0., 0.]], dtype=float32)
    """
    if _are_shapes(shape):
        return [zeros_of(one, dtype) for one in shape]
    return np.zeros(tuple(1 if n is None else n for n in shape), dtype)
