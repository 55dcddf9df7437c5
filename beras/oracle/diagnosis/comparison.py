"""The two gradients side by side: in common units, with what counts as equal, as a fit and as evidence."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from beras.oracle.diagnosis.clues import Clues

__all__ = ["Comparison"]

ROOM = 64
"""Rounding that a sum may gather, in units of the dtype's epsilon."""

COARSEST = 0.02
"""No tolerance is wider, not even for float16: what is claimed must be seen."""

SAMPLE = 512
"""So many entries are looked at when different numbers are counted."""


class Comparison:
    """Ours and the right gradient in float64, both divided by the power of two that brings the right one near 1.

    ``given`` is ours as it came (None when there is none). Places where neither is finite and both agree are zero in
    both. ``tolerance`` is relative to the largest entry, and at least what the coarser of the two dtypes can hold.
    """

    def __init__(self, ours: np.ndarray | None, right: np.ndarray, clues: Clues, tolerance: float) -> None:
        self.clues = clues
        self.given = None if ours is None else np.asarray(ours)
        self.reference = np.asarray(right)
        self.shape = self.reference.shape
        mine, other = _real(self.given), np.array(_real(self.reference), dtype=np.float64)
        self.numbers = mine is not None
        mine = np.zeros(self.shape) if mine is None else np.array(mine, dtype=np.float64)
        self.same_shape = mine.shape == self.shape
        self.holds_nan, self.holds_infinity = bool(np.isnan(mine).any()), bool(np.isinf(mine).any())
        self.finite = np.isfinite(mine)
        self.stray, self.right_stray = ~self.finite, ~np.isfinite(other)
        if self.same_shape and self.stray.any() and self.right_stray.any():
            self.stray &= ~((mine == other) | (np.isnan(mine) & np.isnan(other)))
        mine[~self.finite] = 0.0
        other[self.right_stray] = 0.0
        self.exponent = int(np.frexp(_peak(other) or _peak(mine))[1])
        self.ours, self.right = np.ldexp(mine, -self.exponent), np.ldexp(other, -self.exponent)
        self.our_peak, self.right_peak = _peak(self.ours), _peak(self.right)
        self.tolerance = min(COARSEST, max(tolerance, ROOM * self._epsilon()))

    def _epsilon(self) -> float:
        kinds = [a.dtype for a in (self.given, self.reference) if a is not None and a.dtype.kind == "f"]
        coarsest = max((float(np.finfo(dtype).eps) for dtype in kinds), default=0.0)
        return max(coarsest, float(np.finfo(np.float32).eps)) if self.in_single_precision else coarsest

    @cached_property
    def in_single_precision(self) -> bool:
        """Whether ours came as float64 but every number in it is one of float32, while the right one's are not."""
        if self.given is None or self.given.dtype != np.float64:
            return False
        return _fits(self.ours, np.float32) and not _fits(self.right, np.float32)

    @cached_property
    def in_half_precision(self) -> bool:
        """Whether every number in ours is one of float16, while the right one's are not."""
        return _fits(self.ours, np.float16) and not _fits(self.right, np.float16)

    @cached_property
    def difference(self) -> np.ndarray:
        """Ours minus the right one (only for equal shapes)."""
        return self.ours - self.right

    @cached_property
    def error(self) -> float:
        """The largest difference, relative to the largest entry of the right one; infinite when that is zero."""
        if not self.same_shape:
            return np.inf
        largest = _peak(self.difference)
        return largest / self.right_peak if self.right_peak else np.inf if largest else 0.0

    @cached_property
    def wrong(self) -> np.ndarray:
        """The mask of the entries that differ (only for equal shapes)."""
        return np.abs(self.difference) > self.tolerance * self.right_peak

    @cached_property
    def telling(self) -> np.ndarray:
        """The mask of the entries that differ or that are right and visibly not zero (only for equal shapes)."""
        return self.wrong | (np.abs(self.right) > 10 * self.tolerance * self.right_peak)

    @cached_property
    def same_numbers(self) -> bool:
        """Whether ours may be a multiple of the right one's numbers in another order: norms and peaks agree."""
        if self.ours.size != self.right.size or not self.right_peak or not self.our_peak:
            return False
        by_norm = np.sqrt(np.vdot(self.ours, self.ours) / np.vdot(self.right, self.right))
        return bool(abs(by_norm * self.right_peak / self.our_peak - 1) <= 0.01)

    @cached_property
    def value(self) -> np.ndarray | None:
        """The weight or the input itself, when it is known and has the shape of its gradient."""
        value = _real(self.clues.value)
        return value.astype(np.float64) if value is not None and value.shape == self.shape else None

    def original(self, x: float) -> float:
        """Return a number of the common units as it was in the arrays given."""
        return float(np.ldexp(x, self.exponent))

    def closeness(self, size: int) -> float:
        """Return how much nearer to ours than the right gradient is something must be to be claimed."""
        return 0.01 if size >= 32 else 0.001

    def near(self, target: np.ndarray, candidate: np.ndarray, error: float | None = None) -> bool:
        """Say whether two arrays agree to the tolerance, and much better than ours and the right one (or ``error``)."""
        gap = _peak(target - candidate)
        if error is None:
            error = _peak(self.difference) if self.same_shape else np.inf
        return bool(error and gap <= min(self.tolerance * _peak(candidate), self.closeness(target.size) * error))

    def multiple(self, candidate: np.ndarray, target: np.ndarray | None = None) -> float | None:
        """Return the number c with ``target = c * candidate`` (target: ours), or None when there is none.

        c is that of least squares. It counts only when every entry agrees, see ``near``.
        """
        target = self.ours if target is None else target
        squares, other = float(np.vdot(candidate, candidate)), float(np.vdot(target, target))
        if target.shape != candidate.shape or not squares or not other:
            return None
        along = float(np.vdot(candidate, target))
        if not 1 - along / squares * along / other <= 4 * target.size * self.tolerance**2 + 1e-12:
            return None
        factor = along / squares
        return factor if self.near(target, factor * candidate) else None

    def distinct(self, array: np.ndarray, places: bool = False) -> int:
        """Count the different magnitudes in ``array`` that the tolerance can tell apart, zero not among them.

        It is what a claim rests on: an array of ones proves no more than a single one. With ``places``, where the
        question is which number stands where, zero and the sign make a number different as well. The count stops at
        what a sample shows.
        """
        numbers = array.ravel() if places else np.abs(array).ravel()
        resolution = 10 * self.tolerance * _peak(array)
        if not places:
            numbers = numbers[numbers > resolution]
        if numbers.size == 0:
            return 0
        sample = numbers[:: max(1, numbers.size // SAMPLE)]
        if sample.size < numbers.size:
            sample = np.append(sample, [numbers.min(), numbers.max()])
        return 1 + int(np.count_nonzero(np.diff(np.sort(sample)) > resolution))


def _peak(array: np.ndarray) -> float:
    return float(max(array.max(), -array.min())) if array.size else 0.0


def _fits(array: np.ndarray, dtype: type) -> bool:
    return bool(np.array_equal(array, array.astype(dtype)))


def _real(array: np.ndarray | None) -> np.ndarray | None:
    """Return the array with a real dtype, or None when it does not hold real numbers."""
    if array is None:
        return None
    array = np.asarray(array)
    if array.dtype.kind == "O":
        try:
            array = array.astype(np.float64)
        except (TypeError, ValueError):
            return None
    if array.dtype.kind == "c" and not array.imag.any():
        array = array.real
    return array if array.dtype.kind in "biuf" else None
