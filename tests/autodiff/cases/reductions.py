"""Rows for ``beras/autodiff/rules/reductions.py``."""

import numpy as np

from beras.autodiff.rules.reductions import share
from tests.autodiff.case import Case, points

LACKING = {"hips": False, "why": "not in autograd"}
BY_DIVISION = {"hips": False, "why": "divides by zero"}
ALONG = {}, {"axis": 0}, {"axis": -1}, {"axis": (0, 2)}, {"axis": (-1, 0), "keepdims": True}, {"keepdims": True}
SHAPE = points((2, 3, 2), low=0.5, high=2)
#: No zero, one, two, and a row of nothing but zeros.
ZEROS = np.array([[1.5, 0.0, 2.0, -1.0], [0.0, 3.0, 0.0, 0.5], [0.0, 0.0, 0.0, 0.0], [1.0, -2.0, 0.5, 3.0]])

#: One winner in each row; then ties, and a row where nobody wins.
ONE_EACH = np.array([[True, False, False], [False, False, True]])
SOME = np.array([[True, False, True], [False, False, False], [False, True, False]])


def along(*functions, arrays=SHAPE, ways=ALONG, **row):
    """One row per function and way of giving the axes."""
    return [
        Case(f, lambda np, x, f=f, way=way: getattr(np, f.__name__)(x, **way), arrays, **row)
        for f in functions
        for way in ways
    ]


CASES = [
    *along(np.sum, np.mean),
    Case(np.sum, lambda np, x: np.sum(x, 1), points((2, 3))),
    Case(np.sum, lambda np, x: x.sum(axis=1).sum(), points((2, 3))),
    Case(np.sum, lambda np, x: np.sum(x, axis=()) * x, points((2, 3))),
    Case(np.sum, lambda np, x: np.sum(x), (np.array(0.4),)),
    Case(np.sum, lambda np, x: np.sum(x, axis=0), (np.zeros((0, 3)),)),
    Case(np.sum, lambda np, x: np.sum(x, 0, np.float64), points((2, 3))),
    Case(np.sum, lambda np, x: np.sum(x.T**2, axis=0), points((2, 3))),
    Case(np.sum, lambda np, x: np.add.reduce(x) * np.add.reduce(x, axis=None), points((2, 3)), **LACKING),
    Case(np.sum, lambda np, x: np.add.reduce(x, axis=-1, keepdims=True), points((2, 3)), **LACKING),
    Case(np.mean, lambda np, x: np.mean(x, 1), points((2, 3))),
    Case(np.mean, lambda np, x: np.mean(x, dtype=np.float64), points((2, 3))),
    Case(np.mean, lambda np, x: x.mean(-1, keepdims=True) * x, points((2, 3))),
    # a number along its first axis, which it has not
    *(
        Case(f, lambda np, x, f=f: getattr(np, f.__name__)(x, axis=0) * x, (np.array(0.4),), **LACKING)
        for f in (np.sum, np.prod, np.max, np.min, np.ptp)
    ),
    Case(np.sum, lambda np, x: np.add.reduce(x) * x, (np.array(0.4),), **LACKING),
    Case(np.prod, lambda np, x: np.prod(x, axis=-1), (np.array(0.0),), **LACKING),
    # extremes
    Case(share, lambda np, x: share(x * x, ONE_EACH, 1, True) * share(x, ONE_EACH, -1, False), points((2,)), **LACKING),
    Case(share, lambda np, x: share(x * x, SOME[[0, 0, 2]], 1, True), points((3, 1)), **LACKING),
    Case(share, lambda np, x: share(x * x, SOME, 1, False), points((3,)), **LACKING),
    Case(share, lambda np, x: share(x * x, SOME, (0, 1), True) ** 2, points(()), **LACKING),
    *along(np.max, np.min),
    *along(np.amax, np.amin, arrays=points((2, 2, 2))),
    Case(np.amax, lambda np, x: np.amax(x) * x, points((3,))),
    Case(np.amin, lambda np, x: np.amin(x) * x, points((3,))),
    Case(np.max, lambda np, x: np.max(x * x, 1), points((2, 3))),
    Case(np.max, lambda np, x: np.maximum.reduce(x) ** 2, points((2, 3)), **LACKING),
    Case(np.min, lambda np, x: np.minimum.reduce(x, axis=1) ** 2, points((2, 3)), **LACKING),
    Case(np.max, lambda np, x: np.max(x), (np.array(0.4),)),
    *along(np.ptp, **LACKING),
    # products
    *along(np.prod, arrays=points((2, 2, 3), low=-2, high=-0.5)),
    *along(np.prod, arrays=(ZEROS,), ways=({"axis": 0}, {"axis": 1}, {"axis": -1, "keepdims": True}), **BY_DIVISION),
    *along(np.prod, arrays=(ZEROS[0],), ways=({}, {"keepdims": True}), **BY_DIVISION),
    *along(np.prod, arrays=(ZEROS[1],), ways=({}, {"axis": 0}), **BY_DIVISION),
    Case(np.prod, lambda np, x: np.prod(x, axis=(0, 2)), (ZEROS[:2].reshape(2, 2, 2),), **BY_DIVISION),
    Case(np.prod, lambda np, x: np.multiply.reduce(x, axis=1), points((2, 3)), **LACKING),
    Case(np.prod, lambda np, x: np.prod(x), (np.array(0.0),), **BY_DIVISION),
]
