"""The right gradient summed, averaged or added up along an axis, in an array of the right shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

import numpy as np

from beras.oracle.diagnosis.comparison import Comparison
from beras.oracle.diagnosis.mistake import ENOUGH, Found
from beras.oracle.diagnosis.wording import axis_words

__all__ = ["averaged", "running_sum", "summed"]

Candidate = tuple[np.ndarray, Mapping[str, str]]


def summed(case: Comparison) -> Iterator[Candidate]:
    """Each slice along an axis is the sum of the right ones."""
    return _reduced(case, np.sum)


def averaged(case: Comparison) -> Iterator[Candidate]:
    """Each slice along an axis is the mean of the right ones."""
    return _reduced(case, np.mean)


def _reduced(case: Comparison, reduce: object) -> Iterator[Candidate]:
    single = [(axis,) for axis in range(len(case.shape))]
    for axes in [*single, tuple(range(len(case.shape)))] if len(single) > 1 else single:
        spread = np.ptp(case.ours, axis=axes)
        if np.all(spread <= case.tolerance * case.our_peak) and all(case.shape[axis] > 1 for axis in axes):
            less = reduce(case.right, axis=axes, keepdims=True)  # type: ignore[operator]
            words = " and ".join(axis_words(axis, case.shape[axis], case.clues.sizes) for axis in axes)
            yield np.ascontiguousarray(np.broadcast_to(less, case.shape)), {"axes": words}


def running_sum(case: Comparison) -> Found | None:
    """Each slice along an axis is the sum of the right ones up to it: a buffer that is not cleared in the loop."""
    for axis, step in product(range(len(case.shape)), (1, -1)):
        ours, right = np.moveaxis(case.ours, axis, 0)[::step], np.moveaxis(case.right, axis, 0)[::step]
        if len(right) < 2 or not case.near(ours[0], right[0], np.inf):
            continue
        sums = np.cumsum(right, axis=0)
        evidence = case.distinct(sums, places=True)
        if evidence >= ENOUGH and case.near(ours, sums):
            direction = "from the first" if step == 1 else "from the last"
            return Found({"axis": axis_words(axis, case.shape[axis], case.clues.sizes), "direction": direction})
    return None
