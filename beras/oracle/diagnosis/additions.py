"""Something was added to the right gradient, or left out: a constant, a multiple of the value or of its sign."""

from __future__ import annotations

import numpy as np

from beras.oracle.diagnosis.comparison import Comparison
from beras.oracle.diagnosis.mistake import ENOUGH, Found
from beras.oracle.diagnosis.wording import number

__all__ = ["constant_added", "sign_added", "sign_missing", "value_added", "value_missing"]


def constant_added(case: Comparison) -> Found | None:
    """The difference is the same number everywhere."""
    constant = float(case.difference.mean())
    evidence = case.distinct(case.right, places=True)
    if evidence < 2 or not _explains(case, constant, np.ones(case.shape)):
        return None
    return Found({"constant": number(case.original(constant))}, sure=evidence >= ENOUGH)


def value_added(case: Comparison) -> Found | None:
    """A positive multiple of the weight (or input) is added."""
    return _multiple_of(case, case.value, positive=True)


def value_missing(case: Comparison) -> Found | None:
    """A positive multiple of the weight (or input) is taken away: ours lacks it."""
    return _multiple_of(case, case.value, positive=False)


def sign_added(case: Comparison) -> Found | None:
    """A positive multiple of the sign of the weight is added."""
    return _multiple_of_sign(case, positive=True)


def sign_missing(case: Comparison) -> Found | None:
    """A positive multiple of the sign of the weight is taken away."""
    return _multiple_of_sign(case, positive=False)


def _multiple_of(case: Comparison, what: np.ndarray | None, positive: bool) -> Found | None:
    if what is None or case.distinct(what) < ENOUGH:
        return None
    return _along(case, what, positive)


def _multiple_of_sign(case: Comparison, positive: bool) -> Found | None:
    if case.value is None:
        return None
    signs = np.sign(case.value)
    if min(np.count_nonzero(signs > 0), np.count_nonzero(signs < 0)) < ENOUGH:
        return None
    return _along(case, signs, positive)


def _along(case: Comparison, what: np.ndarray, positive: bool) -> Found | None:
    if case.multiple(what, case.right) is not None:  # more of the same: a factor, and no addition
        return None
    factor = float(np.vdot(what, case.difference)) / float(np.vdot(what, what))
    if (factor > 0) is not positive or not _explains(case, factor, what):
        return None
    return Found({"factor": number(abs(case.original(factor)))})


def _explains(case: Comparison, factor: float, what: np.ndarray) -> bool:
    """Say whether ``factor * what`` accounts for the whole difference."""
    largest = float(np.abs(case.difference).max(initial=0.0))
    slack = case.tolerance * max(case.right_peak, largest)
    gap = float(np.abs(case.difference - factor * what).max(initial=0.0))
    return factor != 0 and gap <= min(slack, case.closeness(case.ours.size) * largest)
