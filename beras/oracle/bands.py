"""How far apart two gradients are, and the word for it: the bands of Stanford's CS231n."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from beras.autodiff.tracked import bare

__all__ = [
    "BANDS",
    "Band",
    "Largest",
    "band",
    "largest",
    "rel_error",
    "relative_difference",
    "rounding_allowance",
    "verdict",
]


class Band(NamedTuple):
    """A range of relative differences: all from the band before it up to ``limit``."""

    word: str
    limit: float
    #: Whether ``limit`` itself is in the band.
    closed: bool
    sentence: str


#: From the best to the worst (CS231n, "Neural Networks Part 3", gradient checks). They are meant for float64.
BANDS = (
    Band("exact", 0.0, True, "There is no difference beyond rounding."),
    Band("happy", 1e-7, True, "That is as close as central differences get: be happy."),
    Band(
        "fine",
        1e-4,
        False,
        "That is fine where the function has kinks (relu, max, hinge), and too much if it has none.",
    ),
    Band("uncomfortable", 1e-2, True, "That should make you uncomfortable: a small mistake, kinks, or float32."),
    Band(
        "wrong",
        float("inf"),
        True,
        "The gradient is wrong, or both numbers are so small that only rounding is compared.",
    ),
)

#: How many units in the last place of the largest entry two orders of summation may differ by.
UNITS = 64


def band(relative: float) -> Band:
    """Return the band in which a relative difference lies; NaN lies in the last one.

    >>> band(3e-3).sentence
    'That should make you uncomfortable: a small mistake, kinks, or float32.'
    """
    return next((b for b in BANDS if relative < b.limit or (b.closed and relative == b.limit)), BANDS[-1])


def verdict(relative: float) -> str:
    """Return the word for a relative difference: exact, happy, fine, uncomfortable or wrong.

    ``exact`` is 0, ``happy`` at most 1e-7, ``fine`` below 1e-4, ``uncomfortable`` at most 1e-2, ``wrong`` all else, NaN
    included. What each means is in `BANDS`.

    >>> [verdict(r) for r in (0.0, 1e-7, 1e-5, 1e-4, 1e-2, 0.5, float("nan"))]
    ['exact', 'happy', 'fine', 'uncomfortable', 'uncomfortable', 'wrong', 'wrong']
    """
    return band(relative).word


def rounding_allowance(theirs: np.ndarray, noise: float = 0.0) -> float:
    """Return what is called rounding: 64 units in the last place of the largest entry, or ``noise`` if that is more."""
    scale = float(np.max(np.abs(theirs), initial=0.0, where=np.isfinite(theirs)))
    return max(UNITS * float(np.finfo(theirs.dtype).eps) * scale, noise)


def relative_difference(ours: Any, theirs: Any, allowance: Any = 0.0) -> np.ndarray:
    """Return ``(|a - b| - allowance) / max(|a|, |b|)`` for each entry, and 0 where that is negative.

    It is 0 where both are equal, two like infinities or two NaN included, and infinite where only one of them is
    finite, or they are infinities or NaN that differ. So it is never NaN; where both are finite it is at most 2.

    Args:
        ours, theirs: arrays of one shape.
        allowance: the absolute difference that rounding explains, a number or one per entry.

    Raises:
        ValueError: when the shapes differ: nothing is broadcast here, since an axis too many or too few is a mistake.

    >>> relative_difference([1.0, 2.0, np.inf], [1.0, 1.0, 0.0])
    array([0. , 0.5, inf])
    """
    a, b = _pair(ours, theirs)
    equal = (a == b) | (np.isnan(a) & np.isnan(b))
    comparable = np.isfinite(a) & np.isfinite(b) & ~equal
    size = np.where(comparable, np.maximum(np.abs(a), np.abs(b)), 1.0)
    half = np.where(size > 1e300, 0.5, 1.0)  # so that the difference of two huge numbers stays finite
    apart = np.abs(np.where(comparable, a, 0.0) * half - np.where(comparable, b, 0.0) * half)
    beyond = np.maximum(apart - np.asarray(allowance, np.float64) * half, 0.0) / (size * half)
    return np.where(comparable, beyond, np.where(equal, 0.0, np.inf))


class Largest(NamedTuple):
    """The largest relative difference of two arrays, and what stands where it is.

    Of arrays without entries ``relative`` and ``absolute`` are 0, and both values NaN.
    """

    relative: float
    place: tuple[int, ...]
    ours: float
    theirs: float
    #: ``|ours - theirs|`` at ``place``, which need not be the largest absolute difference.
    absolute: float

    @property
    def verdict(self) -> str:
        """The word for it: see `verdict`."""
        return verdict(self.relative)


def largest(ours: Any, theirs: Any, allowance: Any = 0.0) -> Largest:
    """Return the largest `relative_difference`, with its place; of equals the one with the largest absolute difference.

    >>> largest([1.0, 2.0], [1.0, 2.5])
    Largest(relative=0.2, place=(1,), ours=2.0, theirs=2.5, absolute=0.5)
    """
    a, b = _pair(ours, theirs)
    if not a.size:
        return Largest(0.0, (), float("nan"), float("nan"), 0.0)
    relative = relative_difference(a, b, allowance)
    with np.errstate(invalid="ignore", over="ignore"):
        absolute = np.where((a == b) | (np.isnan(a) & np.isnan(b)), 0.0, np.abs(a - b))
    absolute = np.where(np.isnan(absolute), np.inf, absolute)
    ties = np.where(relative == relative.max(), absolute, -1.0)
    place = tuple(int(i) for i in np.unravel_index(int(np.argmax(ties)), a.shape))
    return Largest(float(relative[place]), place, float(a[place]), float(b[place]), float(absolute[place]))


def _pair(ours: Any, theirs: Any) -> tuple[np.ndarray, np.ndarray]:
    a, b = np.asarray(bare(ours), np.float64), np.asarray(bare(theirs), np.float64)
    if a.shape != b.shape:
        raise ValueError(f"Two arrays that are compared must have one shape. Received: {a.shape} and {b.shape}.")
    return a, b


def rel_error(x: Any, y: Any) -> float:
    """Return ``max(|x - y| / max(1e-8, |x| + |y|))``: the relative error of CS231n's notebooks, between 0 and 1.

    It compares with the sum of both sizes, so it is about half of `relative_difference`; `verdict` has the word. The
    arrays broadcast, as people know it. Equal entries count 0, infinities too.

    Raises:
        ValueError: for arrays without entries, of which nothing could be said.

    >>> round(rel_error(np.array([1.0, 2.0]), np.array([1.0, 2.2])), 4)
    0.0476
    """
    a, b = np.asarray(bare(x), np.float64), np.asarray(bare(y), np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        errors = np.where(a == b, 0.0, np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b)))
    if not errors.size:
        raise ValueError(f"rel_error needs at least one entry. Received: shapes {a.shape} and {b.shape}.")
    return float(np.max(errors))
