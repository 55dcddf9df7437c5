"""The right numbers (or a multiple of them) in the wrong places of an array of the right shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import permutations, product

import numpy as np

from beras.oracle.diagnosis.comparison import Comparison
from beras.oracle.diagnosis.mistake import ENOUGH, Found
from beras.oracle.diagnosis.wording import axis_words, index_words

__all__ = [
    "axis_orders",
    "permuted",
    "reshaped",
    "reversed_order",
    "scrambled",
    "shifted",
    "sorted_order",
    "transposed",
]

Candidate = tuple[np.ndarray, Mapping[str, str]]

MANY_AXES = 4


def axis_orders(shape: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Yield the orders of the axes but the present one; for more than four axes only the full reverse."""
    axes = tuple(range(len(shape)))
    orders = permutations(axes) if len(axes) <= MANY_AXES else iter([axes[::-1]])
    return (order for order in orders if order != axes)


def transposed(case: Comparison) -> Iterator[Candidate]:
    """Axes of equal length exchanged."""
    if case.same_numbers:
        for axes in axis_orders(case.shape):
            if tuple(case.shape[axis] for axis in axes) == case.shape:
                yield np.ascontiguousarray(case.right.transpose(axes)), {"axes": str(axes)}


def reshaped(case: Comparison) -> Iterator[Candidate]:
    """Numbers laid down in one order and read in another: a reshape where a transpose was needed, 'F' for 'C'."""
    if case.same_numbers:
        for axes in axis_orders(case.shape):
            yield case.right.transpose(axes).reshape(case.shape), {}
            turned = tuple(case.shape[axis] for axis in axes)
            yield np.ascontiguousarray(case.right.reshape(turned).transpose(np.argsort(axes))), {}


def reversed_order(case: Comparison) -> Iterator[Candidate]:
    """Every axis, and all axes, back to front."""
    if case.same_numbers:
        chosen = [(axis,) for axis in range(len(case.shape))] + [tuple(range(len(case.shape)))] * (len(case.shape) > 1)
        for axes in chosen:
            words = " and ".join(axis_words(axis, case.shape[axis], case.clues.sizes) for axis in axes)
            yield np.ascontiguousarray(np.flip(case.right, axes)), {"axes": words}


def sorted_order(case: Comparison) -> Iterator[Candidate]:
    """Sorted along an axis, upwards or downwards."""
    if case.same_numbers and _same_sums(case):
        for axis in range(len(case.shape)):
            upwards = np.sort(case.right, axis)
            words = {"axis": axis_words(axis, case.shape[axis], case.clues.sizes)}
            yield upwards, {**words, "direction": "upwards"}
            yield np.ascontiguousarray(np.flip(upwards, axis)), {**words, "direction": "downwards"}


def shifted(case: Comparison) -> Found | None:
    """Off by one place along an axis: what enters at the end is zero, what left at the other end, or something else."""
    for axis, step in product(range(len(case.shape)), (1, -1)):
        length = case.shape[axis]
        if length < 2:
            continue
        ours, right = np.moveaxis(case.ours, axis, 0), np.moveaxis(case.right, axis, 0)
        kept, entered = (ours[1:], ours[0]) if step == 1 else (ours[:-1], ours[-1])
        moved, left, stayed = (right[:-1], right[-1], right[1:]) if step == 1 else (right[1:], right[0], right[:-1])
        if not case.near(kept[0], moved[0], np.inf) or not case.near(kept, moved, float(np.abs(kept - stayed).max())):
            continue
        limit = case.tolerance * case.right_peak
        if np.all(np.abs(entered) <= limit):
            fill = "zero comes in"
        elif np.all(np.abs(entered - left) <= limit):
            fill = "what leaves at one end comes in at the other"
        else:
            fill = "something else comes in"
        evidence = case.distinct(moved, places=True)
        if evidence >= 2 or fill == "zero comes in":
            direction = "up" if step == 1 else "down"
            words = {"axis": axis_words(axis, length, case.clues.sizes), "direction": direction, "fill": fill}
            return Found(words, sure=evidence >= ENOUGH)
    return None


def permuted(case: Comparison) -> Found | None:
    """The slices along an axis are the right ones in another order."""
    if not (case.same_numbers and _same_sums(case)):
        return None
    for axis, length in enumerate(case.shape):
        ours, right = np.moveaxis(case.ours, axis, 0), np.moveaxis(case.right, axis, 0)
        ours, right = ours.reshape(length, -1), right.reshape(length, -1)
        if length < 2 or right.shape[1] == 0:
            continue
        marks = np.random.default_rng(0).uniform(1, 2, right.shape[1])
        to, source = np.argsort(ours @ marks, kind="stable"), np.argsort(right @ marks, kind="stable")
        if not case.near(ours[to], right[source]):
            continue
        evidence = case.distinct(right @ marks, places=True)
        order = np.empty(length, dtype=int)
        order[to] = source
        words = {"axis": axis_words(axis, length, case.clues.sizes), "order": _order_words(order, ours, right, case)}
        return Found(words, sure=evidence >= ENOUGH) if evidence >= 2 else None
    return None


def _order_words(order: np.ndarray, ours: np.ndarray, right: np.ndarray, case: Comparison) -> str:
    """Return which slice stands where: a turn by so many places, or the first one that moved."""
    length = len(order)
    step = int(-order[0] % length)
    if case.near(ours, np.roll(right, step, axis=0)):
        return f"turned by {step} places"
    moved = np.flatnonzero(order != np.arange(length))
    first = next((i for i in moved if not case.near(ours[i], right[i], np.inf)), moved[0])
    return f"number {order[first]} stands in place {first}, and so on"


def scrambled(case: Comparison) -> Found | None:
    """The same numbers, each as often, in other places."""
    if not (case.same_numbers and _same_sums(case)) or case.distinct(case.right) < ENOUGH:
        return None
    if not case.near(np.sort(case.ours, axis=None), np.sort(case.right, axis=None)):
        return None
    flat = int(np.argmax(np.abs(case.difference)))
    source = int(np.argmin(np.abs(case.right.ravel() - case.ours.ravel()[flat])))
    to, came = (index_words(np.unravel_index(i, case.shape)) for i in (flat, source))
    return Found({"example": f"the number at {came} stands at {to}"})


def _same_sums(case: Comparison) -> bool:
    """Say whether the sums of all entries agree, as they must when numbers only change places."""
    slack = case.tolerance * max(1.0, np.sqrt(case.ours.size)) * float(np.abs(case.right).sum())
    return bool(abs(case.ours.sum() - case.right.sum()) <= slack)
