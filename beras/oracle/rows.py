"""How far one array is from another, as an Agreement."""

from __future__ import annotations

from typing import Any

import numpy as np

import beras.oracle.bands as bands
from beras.oracle.report import Agreement, Row

__all__ = ["agreement", "hold", "rounding"]


def agreement(oracle: str, dtype: str, ours: Any, theirs: np.ndarray, noise: float = 0.0) -> Agreement:
    """Compare our array (``None`` if there is none) with an oracle's, all entries of it."""
    if ours is None or np.shape(ours) != np.shape(theirs):
        return Agreement(oracle, dtype, np.inf, np.inf, (), np.nan, np.nan, 0)
    worst = bands.largest(ours, theirs, bands.rounding_allowance(theirs, noise))
    return Agreement(
        oracle, dtype, worst.absolute, worst.relative, worst.place, worst.ours, worst.theirs, int(np.size(theirs))
    )


def rounding(narrow: np.ndarray, exact: np.ndarray) -> float:
    """Return what float32 costs in this computation: four times the largest error that torch itself makes in it."""
    difference = np.abs(narrow.astype(np.float64) - exact)
    finite = difference[np.isfinite(difference)]
    return 4 * float(finite.max()) if finite.size else 0.0


def hold(row: Row, theirs: np.ndarray, oracle: str) -> None:
    """Hold a row's array against an oracle's, in float64; an earlier agreement with that oracle is replaced."""
    if oracle == "torch":
        row.right = theirs
    row.agreements = [a for a in row.agreements if (a.oracle, a.dtype) != (oracle, "float64")]
    row.agreements.insert(0, agreement(oracle, "float64", row.ours, theirs, row.noise))
