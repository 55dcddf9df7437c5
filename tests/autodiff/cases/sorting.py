"""Rows for ``beras/autodiff/rules/sorting.py``."""

import numpy as np

from tests.autodiff.case import Case, points

NOT_THERE = {"hips": False, "why": "not in autograd"}
ONE_AXIS = {"hips": False, "why": "autograd sorts one axis only"}

CASES = [
    Case(np.sort, lambda np, x: np.sort(x), points((5,))),
    Case(np.sort, lambda np, x: np.sort(x, axis=0), points((3, 4)), **ONE_AXIS),
    Case(np.sort, lambda np, x: np.sort(x, -1), points((2, 2, 3)), **ONE_AXIS),
    Case(np.sort, lambda np, x: np.sort(x, axis=None), points((3, 4)), **ONE_AXIS),
    Case(np.sort, lambda np, x: np.sort(x, kind="stable"), points((5,)), **NOT_THERE),
    Case(np.sort, lambda np, x: np.sort(x, stable=True), points((5,)), **NOT_THERE),
    Case(np.sort, lambda np, x: np.sort(x), points((1,))),
    Case(np.sort, lambda np, x: np.sort(x) ** 2, points((3, 4)), **ONE_AXIS),
    Case(np.partition, lambda np, x: np.partition(x, 1) ** 2, points((3, 4)), **ONE_AXIS),
    Case(np.partition, lambda np, x: np.partition(x, 2), points((6,))),
    Case(np.partition, lambda np, x: np.partition(x, (1, 3)), points((6,)), **NOT_THERE),
    Case(np.partition, lambda np, x: np.partition(x, 1, axis=0), points((3, 4)), **ONE_AXIS),
    Case(np.partition, lambda np, x: np.partition(x, 4, axis=None), points((3, 4)), **ONE_AXIS),
]
