"""Choosing entries by index or condition: ``x[index]``, take, compress, choose, delete, insert, bincount."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from beras.autodiff.primitives import scatter_add
from beras.autodiff.registry import define, define_sequence, expand
from beras.autodiff.rules.places import numbered, put_back, structural


def _within(indices: Any, length: int, mode: str) -> Any:
    """Return ``indices`` as they are meant by ``mode``: wrapped around or clipped at the ends of an axis."""
    indices = np.asarray(indices)
    if mode == "wrap":
        return indices % length
    return np.clip(indices, 0, length - 1) if mode == "clip" else indices


def _take(g: Any, ans: Any, x: Any, indices: Any, axis: Any = None, *, mode: str = "raise") -> Any:
    if axis is None or x.ndim == 0:
        return np.reshape(scatter_add(g, _within(indices, x.size, mode), (x.size,)), x.shape)
    axis = axis % x.ndim
    return scatter_add(g, (slice(None),) * axis + (_within(indices, x.shape[axis], mode),), x.shape)


def _take_along_axis(g: Any, ans: Any, x: Any, indices: Any, axis: Any = -1) -> Any:
    if axis is None:
        return np.reshape(scatter_add(g, indices, (x.size,)), x.shape)
    grid = list(np.ogrid[tuple(slice(length) for length in x.shape)])
    grid[axis] = indices
    return scatter_add(g, tuple(grid), x.shape)


def _compress(g: Any, ans: Any, condition: Any, x: Any, axis: Any = None) -> Any:
    chosen = np.flatnonzero(condition)
    if axis is None or x.ndim == 0:
        return np.reshape(scatter_add(g, chosen, (x.size,)), x.shape)
    return scatter_add(g, (slice(None),) * (axis % x.ndim) + (chosen,), x.shape)


def _choose(g: Any, ans: Any, chooser: Any, choices: Any, *, mode: str = "raise") -> list:
    chosen = _within(chooser, len(choices), mode)
    return [g * (chosen == number) for number in range(len(choices))]


def _insert(g: Any, ans: Any, x: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    return put_back(g, np.insert(numbered(x), obj, np.zeros(np.shape(values), np.intp), axis), x.shape)


def _inserted(g: Any, ans: Any, x: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    nowhere = np.zeros(np.shape(x), np.intp)
    return put_back(g, np.insert(nowhere, obj, numbered(values), axis), values.shape)


def _bincount(g: Any, ans: Any, x: Any, weights: Any = None, minlength: int = 0) -> Any:
    return g[x]


define(np.take, _take, None)
define(np.take_along_axis, _take_along_axis, None)
define(np.compress, None, _compress)
define(np.extract, None, lambda g, ans, condition, x: _compress(g, ans, np.ravel(condition), x))
define_sequence(np.choose, _choose, at=1)
define(np.delete, structural(np.delete), None)
define(np.insert, _insert, None, _inserted)
define(np.bincount, None, _bincount)


def _apply_along_axis(function: Callable[..., Any], axis: int, x: Any, *args: Any, **params: Any) -> Any:
    axis = axis % x.ndim
    rest = x.shape[:axis] + x.shape[axis + 1 :]
    lines = np.moveaxis(x, axis, -1)
    answers = [function(lines[place], *args, **params) for place in np.ndindex(*rest)]
    if not answers:
        raise ValueError("np.apply_along_axis cannot be applied along an axis of an array without entries.")
    shape = np.shape(answers[0])
    stacked = np.reshape(np.stack(answers), rest + shape)
    made = range(len(rest), stacked.ndim)
    return np.moveaxis(stacked, tuple(made), tuple(range(axis, axis + len(shape))))


def _apply_over_axes(func: Callable[..., Any], a: Any, axes: Any) -> Any:
    for axis in np.atleast_1d(axes).tolist():
        axis = axis % np.ndim(a)
        reduced = func(a, axis)
        a = reduced if np.ndim(reduced) == np.ndim(a) else np.expand_dims(reduced, axis)
    return a


expand(np.apply_along_axis, _apply_along_axis)
expand(np.apply_over_axes, _apply_over_axes)
