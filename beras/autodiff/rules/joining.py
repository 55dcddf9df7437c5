"""Putting arrays together and cutting them up: concatenate, stack, vstack, block, split."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from beras.autodiff.registry import define, define_sequence, expand
from beras.autodiff.rules.places import numbered, put_back

Arrays = Sequence[Any]


def _pieces(g: Any, arrays: Arrays, lengths: Sequence[int], axis: int) -> list:
    """Cut ``g`` along ``axis`` into pieces of these ``lengths``, each in the shape of its array."""
    before = (slice(None),) * (axis % np.ndim(g))
    found, start = [], 0
    for array, length in zip(arrays, lengths, strict=True):
        found.append(np.reshape(g[(*before, slice(start, start + length))], np.shape(array)))
        start += length
    return found


def _concatenate(g: Any, ans: Any, arrays: Arrays, axis: Any = 0, *, dtype: Any = None, casting: Any = None) -> list:
    if axis is None:
        return _pieces(g, arrays, [np.size(array) for array in arrays], 0)
    return _pieces(g, arrays, [np.shape(array)[axis] for array in arrays], axis)


def _stack(g: Any, ans: Any, arrays: Arrays, axis: int = 0, *, dtype: Any = None, casting: Any = None) -> list:
    before = (slice(None),) * (axis % ans.ndim)
    return [g[(*before, number)] for number in range(len(arrays))]


def _joined_along(axis: int, ndim: int) -> Any:
    """Return the rule of a function that raises its arrays to ``ndim`` axes and joins them along ``axis``."""

    def pull(g: Any, ans: Any, arrays: Arrays, *, dtype: Any = None, casting: Any = None) -> list:
        return _pieces(g, arrays, [_length(np.shape(array), axis, ndim) for array in arrays], axis)

    return pull


def _length(shape: tuple[int, ...], axis: int, ndim: int) -> int:
    return shape[axis] if len(shape) >= ndim else 1


def _hstack(g: Any, ans: Any, arrays: Arrays, *, dtype: Any = None, casting: Any = None) -> list:
    axis = 0 if ans.ndim == 1 else 1
    return _pieces(g, arrays, [_length(np.shape(array), axis, 1) for array in arrays], axis)


define_sequence(np.concatenate, _concatenate)
define_sequence(np.stack, _stack)
define_sequence(np.vstack, _joined_along(0, 2))
define_sequence(np.hstack, _hstack)
define_sequence(np.dstack, _joined_along(2, 3))
define_sequence(np.column_stack, lambda g, ans, arrays: _joined_along(1, 2)(g, ans, arrays))


def _split(g: Any, ans: Any, x: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    joined = np.concatenate(g, axis)
    if joined.shape == x.shape:
        return joined
    # Indices that go down cut pieces that overlap.
    numbers = np.concatenate(np.array_split(numbered(x), indices_or_sections, axis), axis)
    return put_back(joined, numbers, x.shape)


define(np.split, _split)
define(np.array_split, _split)
define(np.vsplit, lambda g, ans, x, indices_or_sections: _split(g, ans, x, indices_or_sections, 0))
define(np.hsplit, lambda g, ans, x, indices_or_sections: _split(g, ans, x, indices_or_sections, min(x.ndim - 1, 1)))
define(np.dsplit, lambda g, ans, x, indices_or_sections: _split(g, ans, x, indices_or_sections, 2))


def _append(x: Any, values: Any, axis: Any = None) -> Any:
    return np.concatenate((x, values), axis)


def _depth(arrays: Any) -> int:
    return 1 + max(map(_depth, arrays), default=0) if isinstance(arrays, list) else 0


def _block(arrays: Any) -> Any:
    depth = _depth(arrays)
    ndim = max(depth, *(np.ndim(leaf) for leaf in _leaves(arrays)))

    def join(part: Any, level: int) -> Any:
        if isinstance(part, list):
            return np.concatenate([join(item, level + 1) for item in part], axis=ndim - depth + level)
        if level != depth:
            raise ValueError(
                f"np.block takes lists nested equally deep. Received: an array at depth {level}, another at {depth}."
            )
        return np.reshape(part, (1,) * (ndim - np.ndim(part)) + np.shape(part))

    return join(arrays, 0)


def _leaves(arrays: Any) -> list:
    if isinstance(arrays, tuple):
        raise TypeError("np.block takes lists. Received: a tuple; write [[a, b], [c, d]].")
    return [leaf for item in arrays for leaf in _leaves(item)] if isinstance(arrays, list) else [arrays]


expand(np.append, _append)
expand(np.block, _block)
