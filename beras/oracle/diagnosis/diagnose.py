"""diagnose: a wrong gradient held against the table of mistakes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from beras.oracle.diagnosis.alternatives import nearest_alternative
from beras.oracle.diagnosis.clues import Clues, Diagnosis
from beras.oracle.diagnosis.comparison import Comparison
from beras.oracle.diagnosis.mistake import Mistake
from beras.oracle.diagnosis.table import ABSENT, EXACT, FALLBACK, ROUNDED, SHAPES, VAGUE

__all__ = ["diagnose"]


def diagnose(ours: np.ndarray | None, right: np.ndarray, clues: Clues, tolerance: float = 1e-6) -> Diagnosis | None:
    """Return the well-known mistake that turns the right gradient into ours, or None when none is recognised.

    ``ours`` may have any shape, hold NaN or integers, or be None. Arrays count as equal when no entry differs by more
    than ``tolerance`` times the largest (or by what their dtype cannot hold). A mistake is only named when it explains
    every entry, much better than the right gradient does, and when the arrays hold different numbers enough to tell;
    with two different numbers the sentence says "perhaps", with a single one only named lengths count. For an ``ours``
    that is right the answer is None, with one exception: float64 numbers of float32's precision.

    >>> import numpy as np
    >>> dw = np.array([[0.1, -0.2], [0.7, 0.4]])
    >>> print(diagnose(32 * dw, dw, Clues("kernel", {"batch": 32, "units": 2})))
    your gradient for kernel is 32 times the right one everywhere: is the average over the batch (32) missing?
    """
    with np.errstate(all="ignore"):
        case = Comparison(ours, right, clues, tolerance)
        absent = _first(ABSENT, case)
        if absent is not None:
            return absent
        if not case.same_shape:
            return _first(SHAPES, case) or nearest_alternative(case) or _first(FALLBACK, case)
        if case.error <= case.tolerance:
            return _first(ROUNDED, case)
        return _first(EXACT, case) or nearest_alternative(case) or _first(VAGUE, case)


def _first(mistakes: Iterable[Mistake], case: Comparison) -> Diagnosis | None:
    return next((found for mistake in mistakes if (found := mistake.diagnose(case)) is not None), None)
