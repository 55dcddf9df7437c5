"""Sorting: the gradient goes back to where each entry came from."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.autodiff.registry import define


def _ranks(x: Any, axis: int) -> np.ndarray:
    """Return, for each entry, its place in the sorted order along ``axis``."""
    order = np.argsort(x, axis, kind="stable")
    ranks = np.empty_like(order)
    lengths = [1] * order.ndim
    lengths[axis] = order.shape[axis]
    np.put_along_axis(ranks, order, np.arange(order.shape[axis]).reshape(lengths), axis)
    return ranks


def _sort(g: Any, ans: Any, x: Any, axis: Any = -1, kind: Any = None, *, stable: Any = None) -> Any:
    if axis is None:
        return np.reshape(_sort(g, ans, np.ravel(x), 0), x.shape)
    return np.take_along_axis(g, _ranks(x, axis), axis)


def _partition(g: Any, ans: Any, x: Any, kth: Any, axis: Any = -1, kind: Any = "introselect") -> Any:
    """Entries of ``x`` and ``ans`` of equal rank correspond, however the algorithm left the others and the ties."""
    if axis is None:
        return np.reshape(_partition(g, ans, np.ravel(x), kth, 0), x.shape)
    places = np.argsort(ans, axis, kind="stable")
    return np.take_along_axis(g, np.take_along_axis(places, _ranks(x, axis), axis), axis)


define(np.sort, _sort)
define(np.partition, _partition)
