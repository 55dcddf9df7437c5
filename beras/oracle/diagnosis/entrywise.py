"""The right gradient after a function of each entry: its size, cut at zero, clipped, made integer, times the value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from beras.oracle.diagnosis.comparison import Comparison
from beras.oracle.diagnosis.mistake import ENOUGH, Found
from beras.oracle.diagnosis.wording import multiple_words, number

__all__ = [
    "clipped",
    "integers",
    "only_signs",
    "positive_part",
    "sign_lost",
    "times_value",
    "value_itself",
    "without_value",
]

Candidate = tuple[np.ndarray, Mapping[str, str]]


def sign_lost(case: Comparison) -> Iterator[Candidate]:
    """The absolute values."""
    if _of_both_signs(case):
        yield np.abs(case.right), {}


def positive_part(case: Comparison) -> Iterator[Candidate]:
    """Negative entries replaced by zero."""
    if _of_both_signs(case):
        yield np.maximum(case.right, 0.0), {}


def only_signs(case: Comparison) -> Found | None:
    """One magnitude, with the signs of the right one."""
    if not _of_both_signs(case) or case.distinct(case.right) < ENOUGH:
        return None
    factor = case.multiple(np.sign(case.right))
    return None if factor is None else Found({"times": multiple_words(case.original(factor), case.tolerance)})


def _of_both_signs(case: Comparison) -> bool:
    limit = 10 * case.tolerance * case.right_peak
    return bool(min(np.count_nonzero(case.right > limit), np.count_nonzero(case.right < -limit)) >= ENOUGH)


def clipped(case: Comparison) -> Found | None:
    """Entries beyond a limit stand at the limit."""
    limit, slack = case.our_peak, case.tolerance * case.right_peak
    beyond = np.abs(case.right) > limit + slack
    if np.count_nonzero(beyond) < 2 or not np.any(case.telling & ~beyond):
        return None
    if not case.near(case.ours, np.clip(case.right, -limit, limit)):
        return None
    return Found({"limit": number(case.original(limit)), "count": str(np.count_nonzero(beyond))})


def integers(case: Comparison) -> Found | None:
    """The fractions are cut off."""
    if not case.right_peak:
        return None
    ours, right = (np.ldexp(a, case.exponent) for a in (case.ours, case.right))
    if not np.array_equal(ours, np.rint(ours)) or case.near(right, np.rint(right), np.inf):
        return None
    by_dtype = case.given is not None and case.given.dtype.kind in "biu"
    if not by_dtype and case.distinct(case.ours, places=True) < ENOUGH:
        return None
    for cut in (np.trunc, np.floor, np.rint):
        if np.array_equal(ours, cut(right)):
            return Found({"dtype": str(case.given.dtype) if case.given is not None else "None"})
    return None


def times_value(case: Comparison) -> Iterator[Candidate]:
    """The right gradient times the value, entry by entry."""
    if case.value is not None and case.distinct(case.value) >= ENOUGH:
        yield case.right * case.value, {}


def without_value(case: Comparison) -> Iterator[Candidate]:
    """The right gradient divided by the value, entry by entry."""
    if case.value is not None and case.distinct(case.value) >= ENOUGH and case.value.all():
        yield case.right / case.value, {}


def value_itself(case: Comparison) -> Iterator[Candidate]:
    """The value in place of its gradient."""
    if case.value is not None and case.distinct(case.value) >= ENOUGH:
        yield np.ldexp(case.value, -case.exponent), {}
