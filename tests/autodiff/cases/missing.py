"""Rows for ``beras/autodiff/rules/missing.py``."""

import numpy as np

from tests.autodiff.case import Case, points
from tests.autodiff.cases.reductions import LACKING

HOLES = np.array([[0.3, np.nan, 1.2], [np.nan, -0.7, 2.1]])


def holed(*functions, ways=({}, {"axis": 0}, {"axis": (0, 1), "keepdims": True})):
    """Rows for functions that leave NaN out: of an array with two NaN that do not vary."""
    return [
        Case(f, lambda np, x, f=f, way=way: f(x + HOLES, **way), points((2, 3)), **LACKING)
        for f in functions
        for way in ways
    ]


CASES = [
    *holed(np.nansum, np.nanmean, np.nanprod, np.nanvar, np.nanstd),
    *holed(
        np.nanvar, np.nanstd, ways=({"axis": 1, "ddof": 1}, {"correction": 1}, {"axis": 0, "mean": np.zeros((1, 3))})
    ),
    *holed(np.nancumsum, np.nancumprod, ways=({}, {"axis": 0}, {"axis": 1})),
    *holed(np.nanmax, np.nanmin),
    Case(np.nanmax, lambda np, x: np.fmax.reduce(x + HOLES, axis=1) ** 2, points((2, 3)), **LACKING),
    Case(np.nanmin, lambda np, x: np.fmin.reduce(x + HOLES) ** 2, points((2, 3)), **LACKING),
]
