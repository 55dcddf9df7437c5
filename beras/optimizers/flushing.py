"""Keeps the moments of an optimizer out of the subnormal numbers.

A moment whose gradient is zero (a pixel that is black in every image) only decays, and after some hundred steps it is
subnormal: then every pass over it is 30 to 50 times slower. So every few steps what is too small to matter becomes 0.
"""

from __future__ import annotations

import math

import numpy as np

__all__ = ["flush", "steps_between"]

#: A value is flushed below ``MARGIN * finfo.tiny``: 1.2e-30 for float32, 2.2e-300 for float64.
MARGIN = 1e8
MOST_STEPS = 64


def steps_between(decays: list[float]) -> int:
    """Return after how many steps to flush, so that nothing decays through the margin in between.

    >>> steps_between([0.9, 0.999]), steps_between([0.5]), steps_between([0.0])
    (64, 26, 64)
    """
    fastest = min((rate for rate in decays if rate > 0), default=1.0)
    if fastest >= 1:
        return MOST_STEPS
    return max(1, min(MOST_STEPS, int(math.log(MARGIN) / -math.log(fastest))))


def flush(values: np.ndarray, harmless: float, scratch: np.ndarray, mask: np.ndarray) -> None:
    """Set the entries of ``values`` to 0 that are too small to matter; ``NaN`` stays.

    ``harmless`` bounds what may be taken for 0 in the formula at hand; if the margin is above it, nothing is done.
    ``scratch`` and ``mask`` are room for as many entries.
    """
    threshold = MARGIN * float(np.finfo(values.dtype).tiny)
    if threshold > harmless:
        return
    np.abs(values, out=scratch)
    np.less(scratch, threshold, out=mask)
    np.copyto(values, 0, where=mask)
