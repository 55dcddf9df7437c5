"""Gradients whose shape is not that of the right one: what was summed, kept, cut, transposed or reshaped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import combinations

import numpy as np

from beras.oracle.diagnosis.comparison import Comparison
from beras.oracle.diagnosis.mistake import Factors, Found, relation
from beras.oracle.diagnosis.order import axis_orders
from beras.oracle.diagnosis.wording import axis_words, slice_words

__all__ = [
    "any_shape",
    "averaged_away",
    "cut",
    "flattened",
    "not_averaged_over",
    "not_summed",
    "not_summed_times",
    "one_slice",
    "padded",
    "repeated",
    "summed_away",
    "transposed_shape",
    "unit_axes",
]

Candidate = tuple[np.ndarray, Mapping[str, str]]


def _shapes(case: Comparison) -> dict[str, str]:
    return {"shape": str(case.ours.shape), "expected": str(case.shape)}


def _dropped(long: tuple[int, ...], short: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], bool]]:
    """Yield the sets of axes without which (or with length 1 in which) ``long`` becomes ``short``, and whether kept."""
    for count in range(1, len(long) + 1):
        for axes in combinations(range(len(long)), count):
            if tuple(n for axis, n in enumerate(long) if axis not in axes) == short:
                yield axes, False
            if tuple(1 if axis in axes else n for axis, n in enumerate(long)) == short:
                yield axes, True


def _axes(axes: tuple[int, ...], shape: tuple[int, ...], case: Comparison) -> str:
    return " and ".join(axis_words(axis, shape[axis], case.clues.sizes) for axis in axes)


def transposed_shape(case: Comparison) -> Iterator[Candidate]:
    """The axes of the right gradient in another order, giving our shape."""
    if case.ours.ndim == len(case.shape):
        for axes in axis_orders(case.shape):
            if tuple(case.shape[axis] for axis in axes) == case.ours.shape:
                yield np.ascontiguousarray(case.right.transpose(axes)), {"axes": str(axes), **_shapes(case)}


def unit_axes(case: Comparison) -> Iterator[Candidate]:
    """The right gradient with axes of length 1 more or fewer."""
    if [n for n in case.ours.shape if n != 1] == [n for n in case.shape if n != 1]:
        yield case.right.reshape(case.ours.shape), _shapes(case)


def flattened(case: Comparison) -> Iterator[Candidate]:
    """The right numbers in another shape, read by rows or by columns."""
    if case.ours.size == case.right.size:
        yield case.right.reshape(case.ours.shape), {"how": "row by row", **_shapes(case)}
        yield case.right.ravel(order="F").reshape(case.ours.shape), {"how": "column by column", **_shapes(case)}


def repeated(case: Comparison) -> Found | None:
    """Every slice of ours is the right gradient: it was broadcast."""
    for axes, kept in _dropped(case.ours.shape, case.shape):
        if all(case.ours.shape[axis] > 1 for axis in axes):
            once = case.ours[tuple(slice(1) if axis in axes else slice(None) for axis in range(case.ours.ndim))]
            found = relation(case, case.right, once if kept else once.reshape(case.shape), "sign", least=1)
            if found and case.near(case.ours, np.broadcast_to(once, case.ours.shape)):
                return replace(found, words={"axes": _axes(axes, case.ours.shape, case), **_shapes(case)})
    return None


def not_summed(case: Comparison) -> Found | None:
    """The sum of ours over some axes is the right gradient, or minus it."""
    return _reduced(case, np.sum, "sign")


def not_averaged_over(case: Comparison) -> Found | None:
    """The mean of ours over some axes is the right gradient, or minus it."""
    return _reduced(case, np.mean, "sign")


def not_summed_times(case: Comparison) -> Found | None:
    """The sum of ours over some axes is a named multiple of the right gradient."""
    return _reduced(case, np.sum, "named")


def _reduced(case: Comparison, reduce: Callable[..., np.ndarray], factors: Factors) -> Found | None:
    for axes, kept in _dropped(case.ours.shape, case.shape):
        if all(case.ours.shape[axis] > 1 for axis in axes):
            less = np.asarray(reduce(case.ours, axis=axes, keepdims=kept))
            found = relation(case, case.right, less, factors, least=1)
            if found:
                return replace(found, words={"axes": _axes(axes, case.ours.shape, case), **_shapes(case)})
    return None


def summed_away(case: Comparison) -> Iterator[Candidate]:
    """The right gradient summed over axes that it should keep."""
    for axes, kept in _dropped(case.shape, case.ours.shape):
        yield case.right.sum(axis=axes, keepdims=kept), {"axes": _axes(axes, case.shape, case), **_shapes(case)}


def averaged_away(case: Comparison) -> Iterator[Candidate]:
    """The right gradient averaged over axes that it should keep."""
    for axes, kept in _dropped(case.shape, case.ours.shape):
        yield case.right.mean(axis=axes, keepdims=kept), {"axes": _axes(axes, case.shape, case), **_shapes(case)}


def one_slice(case: Comparison) -> Iterator[Candidate]:
    """One slice of the right gradient."""
    for axes, kept in _dropped(case.shape, case.ours.shape):
        if len(axes) == 1 and case.shape[axes[0]] > 1:
            front = np.moveaxis(case.right, axes[0], 0)
            target = case.ours.reshape(front.shape[1:])
            gaps = np.abs(front - target).reshape(len(front), -1).max(axis=1, initial=0.0)
            best = int(np.argmin(gaps))
            words = {"slice": slice_words(best, best, axes[0], case.shape), **_shapes(case)}
            yield np.expand_dims(front[best], axes[0]) if kept else front[best], words


def cut(case: Comparison) -> Iterator[Candidate]:
    """The first or the last slices of the right gradient."""
    axis = _other_length(case)
    if axis is not None and case.ours.shape[axis] < case.shape[axis]:
        lost = case.shape[axis] - case.ours.shape[axis]
        for start, stop in ((0, -lost), (lost, None)):
            gone = case.ours.shape[axis] if start == 0 else 0
            part = case.right[(slice(None),) * axis + (slice(start, stop),)]
            words = {"slice": slice_words(gone, gone + lost - 1, axis, case.shape), **_shapes(case)}
            yield np.ascontiguousarray(part), words


def padded(case: Comparison) -> Found | None:
    """The right gradient with slices more at its beginning or end."""
    axis = _other_length(case)
    if axis is None or case.ours.shape[axis] < case.shape[axis]:
        return None
    more = case.ours.shape[axis] - case.shape[axis]
    for start, stop in ((0, -more), (more, None)):
        extra = case.shape[axis] if start == 0 else 0
        part = np.ascontiguousarray(case.ours[(slice(None),) * axis + (slice(start, stop),)])
        found = relation(case, case.right, part)
        if found:
            words = {"slice": slice_words(extra, extra + more - 1, axis, case.ours.shape), **_shapes(case)}
            return replace(found, words=words)
    return None


def _other_length(case: Comparison) -> int | None:
    """Return the only axis along which the lengths differ."""
    if case.ours.ndim != len(case.shape) or not case.ours.size:
        return None
    axes = [axis for axis, (n, m) in enumerate(zip(case.ours.shape, case.shape, strict=True)) if n != m]
    return axes[0] if len(axes) == 1 else None


def any_shape(case: Comparison) -> Found | None:
    """The shapes differ, and that is all that is known."""
    return None if case.same_shape else Found(_shapes(case))
