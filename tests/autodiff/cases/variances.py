"""Rows for ``beras/autodiff/rules/variances.py``."""

import numpy as np

from beras.autodiff.rules.variances import root_of_variance, variance
from tests.autodiff.case import Case, points
from tests.autodiff.cases.reductions import LACKING, along

CASES = [
    *along(np.var, np.std),
    *along(np.var, np.std, ways=({"ddof": 1}, {"axis": 1, "ddof": 1}, {"axis": (0, 1), "ddof": 1, "keepdims": True})),
    *along(np.var, np.std, ways=({"correction": 1}, {"axis": 0, "correction": 0.5}), **LACKING),
    Case(variance, lambda np, x: np.var(x, axis=0, mean=np.mean(x, axis=0, keepdims=True)), points((3, 2)), **LACKING),
    Case(
        variance, lambda np, x, m: np.var(x, axis=0, mean=m, keepdims=True, ddof=1), points((3, 2), (1, 2)), **LACKING
    ),
    Case(variance, lambda np, x: x.var(0), points((3, 2))),
    Case(variance, lambda np, x: np.var(x), (np.array([1.0, 1.0, 1.0]),)),
    Case(variance, lambda np, x: variance(x) * x, points((2, 3)), **LACKING),
    Case(variance, lambda np, x: variance(x, 1) ** 2, points((2, 3)), **LACKING),
    Case(root_of_variance, lambda np, x: root_of_variance(x), (np.array([1.0, 4.0]),), **LACKING),
    Case(root_of_variance, lambda np, x: np.std(x, 0, mean=np.array([[0.2, 0.4]])), points((3, 2)), **LACKING),
]
