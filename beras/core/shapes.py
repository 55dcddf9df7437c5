"""The shapes of what a module is called on: a tuple for one array, a list or a dict of them for several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from beras.autodiff.structure import mapped
from beras.autodiff.tracked import Tracked, bare

__all__ = ["any_batch", "are_several", "as_shape", "each_shape", "shape_of", "shapes_of_batches", "zeros_of"]


def are_several(inputs: Any) -> bool:
    """Say whether ``inputs`` is a list, tuple or dict of arrays, and not one array that is written as a list.

    >>> are_several([np.ones(2), np.ones(3)]), are_several([[1.0, 2.0]]), are_several(np.ones((2, 3)))
    (True, False, False)
    """
    kind = type(inputs)
    if not (kind is list or kind is tuple or kind is dict) or not inputs:
        return False
    items = inputs.values() if kind is dict else inputs
    return all(isinstance(item, (np.ndarray, Tracked)) and bare(item).ndim > 0 for item in items)


def shape_of(inputs: Any) -> Any:
    """Return the shape of an array, or the list of those of several, a dict for a dict.

    >>> shape_of([np.ones((5, 2)), np.ones(5)])
    [(5, 2), (5,)]
    """
    if isinstance(inputs, dict):
        return {name: item.shape for name, item in inputs.items()}
    return [item.shape for item in inputs] if isinstance(inputs, (list, tuple)) else inputs.shape


def each_shape(function: Callable[[Sequence[Any]], Any], shape: Any) -> Any:
    """Return what ``function`` makes of a shape, or of each of several, in a list or a dict of them.

    >>> each_shape(len, (5, 2)), each_shape(len, [(5, 2), (5,)]), each_shape(len, {"a": (5, 2)})
    (2, [2, 1], {'a': 2})
    """
    if isinstance(shape, dict):
        return {name: each_shape(function, one) for name, one in shape.items()}
    if len(shape) > 0 and isinstance(shape[0], (list, tuple, dict)):
        return [each_shape(function, one) for one in shape]
    return function(shape)


def as_shape(shape: Any) -> Any:
    """Return a shape as a tuple, several as a list of tuples, whatever they were written as.

    >>> as_shape([None, 3]), as_shape(([None, 3], [None, 2]))
    ((None, 3), [(None, 3), (None, 2)])
    """
    return each_shape(tuple, shape)


def any_batch(shape: Any) -> Any:
    """Return ``shape``, or each of several, with ``None`` for the length of the batch.

    >>> any_batch((5, 2)), any_batch([(5, 2), (5,)])
    ((None, 2), [(None, 2), (None,)])
    """
    return each_shape(lambda one: (None, *one[1:]), shape)


def shapes_of_batches(values: Any) -> Any:
    """Return the shape of an array, or of each in a list, tuple or dict, with ``None`` for the length of the batch.

    >>> shapes_of_batches((np.ones((1, 2)), {"a": np.ones((1, 3))}))
    ((None, 2), {'a': (None, 3)})
    """
    return mapped(lambda value: (None, *np.shape(value)[1:]), values)


def zeros_of(shape: Any, dtype: Any) -> Any:
    """Return zeros of ``shape``, or of each of several, with one in the place of each ``None``.

    >>> zeros_of((None, 2), "float32")
    array([[0., 0.]], dtype=float32)
    """
    return each_shape(lambda one: np.zeros(tuple(1 if n is None else n for n in one), dtype), shape)
