"""Gradients that are nearly right: rounded, or approximate."""

from __future__ import annotations

import numpy as np

from beras.oracle.diagnosis.comparison import Comparison
from beras.oracle.diagnosis.mistake import ENOUGH, Found

__all__ = ["few_digits", "half_precision", "single_precision"]

HALF = (1e-5, 1e-2)
SINGLE = (1e-9, 1e-5)
SINGLE_EVERYWHERE = (1e-8, 1e-6)
FEW = 1e-2


def half_precision(case: Comparison) -> Found | None:
    """The errors are of float16's size and every number is one of float16."""
    if not HALF[0] <= case.error <= HALF[1] or case.distinct(case.right) < ENOUGH:
        return None
    return _found(case) if case.in_half_precision else None


def single_precision(case: Comparison) -> Found | None:
    """Ours claims float64, and its errors are of float32's size everywhere, or every number is one of float32."""
    if case.given is None or case.given.dtype != np.float64 or not SINGLE[0] <= case.error <= SINGLE[1]:
        return None
    if case.distinct(case.right) < ENOUGH:
        return None
    if case.in_single_precision:
        return _found(case)
    visible = np.abs(case.right) > 1e-3 * case.right_peak
    relative = np.abs(case.difference[visible] / case.right[visible])
    if relative.size < 8 or not SINGLE_EVERYWHERE[0] <= float(np.median(relative)) <= SINGLE_EVERYWHERE[1]:
        return None
    return Found(_found(case).words, sure=False)


def few_digits(case: Comparison) -> Found | None:
    """Every entry is off by a hundredth of the largest at most."""
    return _found(case) if case.error <= FEW and case.distinct(case.right) >= ENOUGH else None


def _found(case: Comparison) -> Found:
    return Found({"error": f"{case.error:.1e}", "digits": str(int(-np.log10(case.error)))})
