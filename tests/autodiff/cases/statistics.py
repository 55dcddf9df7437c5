"""Rows for ``beras/autodiff/rules/statistics.py``."""

import numpy as np

from tests.autodiff.case import Case, points

LACKING = {"hips": False, "why": "not in autograd"}
ROWS = points((2, 3))
CUBE = points((2, 3, 2))
HOLES = np.array([[0.0, np.nan, 0.0, 0.0], [0.0, 0.0, np.nan, np.nan]])
METHODS = (
    "inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf", "hazen", "weibull",
    "linear", "median_unbiased", "normal_unbiased", "lower", "higher", "midpoint", "nearest",
)  # fmt: skip
WEIGHTS = points((3,), low=0.5, high=2)[0]

CASES = [
    *(
        Case(np.median, lambda np, x, way=way: np.median(x, **way) * x, CUBE, **LACKING)
        for way in (
            {},
            {"axis": 1, "keepdims": True},
            {"axis": (0, -1), "keepdims": True},
            {"axis": -1, "keepdims": True},
        )
    ),
    Case(np.median, lambda np, x: np.median(x, 0), ROWS, **LACKING),
    *(
        Case(
            np.quantile,
            lambda np, x, method=method: np.quantile(x, [0.1, 0.5, 0.77], axis=-1, method=method) ** 2,
            points((2, 5)),
            **LACKING,
        )
        for method in METHODS
    ),
    Case(np.quantile, lambda np, x: np.quantile(x, 0.3) ** 2, ROWS, **LACKING),
    Case(np.quantile, lambda np, x: np.quantile(x, [[0.0, 1.0], [0.4, 0.5]], axis=(0, 2)) ** 2, CUBE, **LACKING),
    Case(np.quantile, lambda np, x: np.quantile(x, 0.6, axis=0, keepdims=True) * x, ROWS, **LACKING),
    Case(np.percentile, lambda np, x: np.percentile(x, [10, 60], axis=1, keepdims=True) * x, ROWS, **LACKING),
    Case(np.percentile, lambda np, x: np.percentile(x, 25, 0, method="hazen") ** 2, points((4, 2)), **LACKING),
    *(
        Case(np.nanmedian, lambda np, x, way=way: np.nanmedian(x + HOLES, **way) ** 2, points((2, 4)), **LACKING)
        for way in ({}, {"axis": 1}, {"axis": 0, "keepdims": True})
    ),
    Case(np.nanquantile, lambda np, x: np.nanquantile(x + HOLES, [0.2, 0.9], axis=1) ** 2, points((2, 4)), **LACKING),
    Case(np.nanpercentile, lambda np, x: np.nanpercentile(x + HOLES, 70, axis=0) ** 2, points((2, 4)), **LACKING),
    # weighted averages
    Case(np.average, lambda np, x: np.average(x, axis=0), ROWS, **LACKING),
    Case(np.average, lambda np, x, w: np.average(x, weights=w), points((2, 3), (2, 3), low=0.5, high=2), **LACKING),
    Case(np.average, lambda np, x, w: np.average(x, 1, w), points((2, 3), (3,), low=0.5, high=2), **LACKING),
    Case(np.average, lambda np, w: np.average([[1, 2, 4], [3, 0, 1]], axis=1, weights=w), (WEIGHTS,), **LACKING),
    Case(
        np.average,
        lambda np, x, w: np.average(x, axis=1, weights=w, returned=True),
        points((2, 3, 2), (3,), low=0.5, high=2),
        **LACKING,
    ),
    Case(np.average, lambda np, x: np.average(x, returned=True)[0], ROWS, **LACKING),
    Case(np.average, lambda np, x: np.average(x, axis=0, returned=True), ROWS, **LACKING),
    Case(
        np.average, lambda np, x: np.average(x, axis=(2, 0), weights=[[1, 2], [3, 4]], keepdims=True), CUBE, **LACKING
    ),
    # covariances
    Case(np.cov, lambda np, x: np.cov(x), points((2, 4)), **LACKING),
    Case(np.cov, lambda np, x: np.cov(x), points((5,)), **LACKING),
    Case(np.cov, lambda np, x, y: np.cov(x, y), points((4,), (4,)), **LACKING),
    Case(np.cov, lambda np, x, y: np.cov(x, y, rowvar=False), points((4, 2), (4, 1)), **LACKING),
    Case(np.cov, lambda np, x, y: np.cov(x, y), points((2, 3), (2, 3)), **LACKING),
    Case(np.cov, lambda np, x, y: np.cov(x, y, rowvar=False), points((2, 3), (2, 2)), **LACKING),
    Case(np.cov, lambda np, x: np.cov(x, rowvar=False, bias=True), points((3, 2)), **LACKING),
    Case(np.cov, lambda np, x: np.cov(x, ddof=0, dtype=np.float64), points((2, 3)), **LACKING),
    Case(np.corrcoef, lambda np, x: np.corrcoef(x), points((2, 4), seed=5), rtol=1e-5, **LACKING),
    Case(np.corrcoef, lambda np, x, y: np.corrcoef(x, y)[0, 1], points((4,), (4,)), rtol=1e-5, **LACKING),
    Case(np.corrcoef, lambda np, x: np.corrcoef(x) * x, points((3,)), **LACKING),
]
