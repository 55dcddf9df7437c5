"""No gradient, no numbers, nothing but zeros, numbers that are not finite."""

from __future__ import annotations

import numpy as np

from beras.oracle.diagnosis.comparison import Comparison
from beras.oracle.diagnosis.mistake import Found
from beras.oracle.diagnosis.regions import where_words

__all__ = ["all_zero", "infinite", "missing", "not_a_number", "not_numbers", "right_not_finite", "should_be_zero"]


def missing(case: Comparison) -> Found | None:
    """There is no gradient."""
    return Found() if case.given is None else None


def not_numbers(case: Comparison) -> Found | None:
    """The array holds complex numbers or objects."""
    return None if case.numbers else Found({"dtype": str(case.given.dtype) if case.given is not None else "None"})


def not_a_number(case: Comparison) -> Found | None:
    """NaN where the right gradient has another value (perhaps besides infinities)."""
    return _places(case) if case.stray.any() and case.holds_nan else None


def infinite(case: Comparison) -> Found | None:
    """Infinity where the right gradient has another value."""
    return _places(case) if case.stray.any() else None


def _places(case: Comparison) -> Found:
    rest = ""
    if case.same_shape and not case.stray.all():
        others = ~case.stray
        limit = case.tolerance * case.right_peak
        rest = "; the others are right" if np.all(np.abs(case.difference[others]) <= limit) else ""
    return Found({"where": where_words(case.stray, case), "rest": rest})


def right_not_finite(case: Comparison) -> Found | None:
    """The right gradient is infinite or NaN where ours is finite."""
    if not case.same_shape:
        return None
    strange = case.right_stray & case.finite
    return Found({"where": where_words(strange, case)}) if strange.any() else None


def all_zero(case: Comparison) -> Found | None:
    """Zeros everywhere."""
    return Found() if case.ours.size and not case.ours.any() and case.right_peak else None


def should_be_zero(case: Comparison) -> Found | None:
    """The right gradient is zero everywhere and ours is not."""
    if case.right_peak or not case.our_peak:
        return None
    return Found({"peak": f"{case.original(case.our_peak):.4g}"})
