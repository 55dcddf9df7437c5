"""Gradients that are right in one part and wrong in another, and those whose factor changes from slice to slice."""

from __future__ import annotations

import numpy as np

from beras.oracle.diagnosis.comparison import Comparison
from beras.oracle.diagnosis.factors import name_factor
from beras.oracle.diagnosis.mistake import ENOUGH, Found
from beras.oracle.diagnosis.regions import fitting
from beras.oracle.diagnosis.wording import axis_words, index_words, number

__all__ = ["factor_per_slice", "right_only", "some_entries", "wrong_only"]


def wrong_only(case: Comparison) -> Found | None:
    """All wrong entries lie in a region with a name."""
    found = fitting(case.wrong, case.telling, case)
    if not found:
        return None
    region, where = found[0]
    others = [words for _, words in found[1:3]]
    also = f", which is {' and '.join(others)}" if others else ""
    words = {"region": region.key, "where": where + also, "advice": region.advice}
    return Found({**words, "count": _count(case), "there": _there(case)})


def right_only(case: Comparison) -> Found | None:
    """All right entries (that are not just zero) lie in a region with a name."""
    right = case.telling & ~case.wrong
    by_chance = 100 * case.tolerance / min(case.error, 1.0) * np.count_nonzero(case.telling)
    if np.count_nonzero(right) <= max(1, by_chance) or not (found := fitting(right, case.telling, case, chance=0)):
        return None
    region, where = found[0]
    return Found({"region": region.key, "where": where, "count": _count(case), "there": _there(case)})


def some_entries(case: Comparison) -> Found | None:
    """At most half of the entries are wrong."""
    count = np.count_nonzero(case.wrong)
    if not 0 < count <= np.count_nonzero(case.telling) / 2:
        return None
    worst = np.unravel_index(int(np.argmax(np.abs(case.difference))), case.shape)
    ours, right = (number(case.original(float(a[worst]))) for a in (case.ours, case.right))
    words = {"worst": index_words(worst), "ours": ours, "right": right}
    return Found({**words, "count": _count(case), "there": _there(case)})


def _count(case: Comparison) -> str:
    return f"{np.count_nonzero(case.wrong)} of {case.wrong.size} entries"


def _there(case: Comparison) -> str:
    """Return in what way the wrong entries are wrong when it is simple: zero, or a named multiple of the right ones."""
    ours, right = case.ours[case.wrong], case.right[case.wrong]
    limit = case.tolerance * case.right_peak
    if np.all(np.abs(ours) <= limit):
        return "; it is zero there"
    if np.all(np.abs(right) <= limit):
        return "; the right one is zero there" if np.any(case.right) else ""
    factor = case.multiple(right, ours)
    named = factor and name_factor(factor, case.clues.sizes, case.tolerance, few=case.distinct(right) == 1)
    return f"; it is {named.times}the right one there" if named else ""


def factor_per_slice(case: Comparison) -> Found | None:
    """Every slice along an axis is a multiple of the right one, each with a factor of its own."""
    for axis, length in enumerate(case.shape):
        ours, right = (np.moveaxis(a, axis, 0).reshape(length, -1) for a in (case.ours, case.right))
        visible = np.abs(right) > 10 * case.tolerance * case.right_peak
        if length < 2 or np.count_nonzero(visible) < ENOUGH * np.count_nonzero(visible.any(axis=1)):
            continue
        squares = np.einsum("ij,ij->i", right, right)
        factors = np.divide(np.einsum("ij,ij->i", ours, right), squares, out=np.zeros(length), where=squares > 0)
        flat = np.all(
            np.abs(right) - np.abs(right).max(axis=1, keepdims=True) >= -10 * case.tolerance * case.right_peak
        )
        if flat or not case.near(ours, factors[:, None] * right):
            continue
        used = factors[visible.any(axis=1)]
        words = {"axis": axis_words(axis, length, case.clues.sizes)}
        return Found({**words, "low": number(used.min()), "high": number(used.max())})
    return None
