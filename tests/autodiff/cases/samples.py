"""Rows for ``beras/autodiff/rules/samples.py``."""

import numpy as np

from tests.autodiff.case import Case, points

LACKING = {"hips": False, "why": "not in autograd"}
ONE_AXIS = {"hips": False, "why": "its np.gradient fails on more than one axis"}
UNEVEN = np.array([0.0, 0.5, 1.5, 1.8, 3.0])
AT = np.array([-1.0, 0.2, 1.1, 1.7, 2.5, 4.0])

CASES = [
    *(
        Case(np.diff, lambda np, x, way=way: np.diff(x, **way), points((3, 4)))
        for way in ({}, {"axis": 0}, {"n": 2}, {"n": 2, "axis": -2})
    ),
    Case(np.diff, lambda np, x: np.diff(x, 0) * x, points((3,))),
    Case(np.diff, lambda np, x, y: np.diff(x, prepend=y, append=1.0) ** 2, points((2, 3), ()), **LACKING),
    Case(np.diff, lambda np, x: np.diff(x, 0, append=1.0) * x, points((3,)), **LACKING),
    Case(np.diff, lambda np, x: np.diff(x, axis=0, prepend=2.0) ** 2, points((2, 3, 2)), **LACKING),
    Case(np.diff, lambda np, x, y: np.diff(x, axis=0, append=y) ** 2, points((2, 3), (2, 3)), **LACKING),
    Case(np.diff, lambda np, y: np.diff([[1.0, 2.0]], prepend=y) ** 2, points((1, 1)), **LACKING),
    Case(np.ediff1d, lambda np, x: np.ediff1d(x) ** 2, points((2, 3)), **LACKING),
    Case(np.ediff1d, lambda np, x, y: np.ediff1d(x, to_end=y, to_begin=-99.0) ** 2, points((4,), (2,)), **LACKING),
    # areas
    Case(np.trapezoid, lambda np, y: np.trapezoid(y) ** 2, points((2, 3)), **LACKING),
    Case(np.trapezoid, lambda np, y: np.trapezoid(y, dx=0.5, axis=0) ** 2, points((3, 2)), **LACKING),
    Case(np.trapezoid, lambda np, y, x: np.trapezoid(y, x), points((2, 3), (3,)), **LACKING),
    Case(np.trapezoid, lambda np, y, x: np.trapezoid(y, x=x, axis=0), points((3, 2), (3,)), **LACKING),
    Case(np.trapezoid, lambda np, y, x: np.trapezoid(y, x, axis=1), points((2, 3, 2), (2, 3, 2)), **LACKING),
    Case(np.trapezoid, lambda np, y, x: np.trapezoid(y, x), points((2, 3), (2, 3)), **LACKING),
    Case(np.trapezoid, lambda np, x: np.trapezoid([1, 2, 3], x), points((3,)), **LACKING),
    # slopes
    Case(np.gradient, lambda np, f: np.gradient(f), points((5,))),
    Case(np.gradient, lambda np, f: np.gradient(f), points((3, 4)), **ONE_AXIS),
    Case(np.gradient, lambda np, f: np.gradient(f, axis=(1, 0)), points((3, 2)), **ONE_AXIS),
    Case(np.gradient, lambda np, f: np.gradient(f, axis=-1), points((2, 3)), **ONE_AXIS),
    Case(np.gradient, lambda np, f: np.gradient(f, 0.5, axis=0) ** 2, points((4,)), **LACKING),
    Case(np.gradient, lambda np, f: np.gradient(f, 0.5, [0, 1, 3]), points((3, 3)), **LACKING),
    Case(np.gradient, lambda np, f: np.gradient(f, np.arange(4) / 3.0), points((4,)), **LACKING),
    Case(np.gradient, lambda np, f: np.gradient(f, UNEVEN, edge_order=2) ** 2, points((5,)), **LACKING),
    Case(
        np.gradient, lambda np, f: np.gradient(f, 0.1, edge_order=2, axis=0) ** 2, points((4, 2)), rtol=1e-5, **LACKING
    ),
    Case(np.gradient, lambda np, f: np.gradient(f, AT, edge_order=2) ** 2, points((6,)), **LACKING),
    Case(np.gradient, lambda np, f: np.gradient(f, [0.0, 0.5]) ** 2, points((2,)), **LACKING),
    Case(np.gradient, lambda np, f, h: np.gradient(f, h), points((4,), (), low=0.5), **LACKING),
    Case(
        np.gradient,
        lambda np, f, x: np.gradient(f, x + UNEVEN, axis=0),
        points((5, 2), (5,), low=0, high=0.2),
        rtol=1e-5,
        **LACKING,
    ),
    Case(
        np.gradient,
        lambda np, x: np.gradient([1, 4, 2, 5, 6], x + UNEVEN, edge_order=2),
        points((5,), low=0, high=0.2),
        rtol=1e-5,
        **LACKING,
    ),
    # interpolation
    *(
        Case(
            np.interp,
            lambda np, x, xp, fp, way=way: np.interp(x, xp, fp, **way),
            (AT, UNEVEN, points((5,))[0]),
            **LACKING,
        )
        for way in ({}, {"left": -1.0, "right": 2.0}, {"period": 3.7}, {"period": -3.7})
    ),
    Case(np.interp, lambda np, x, fp: np.interp(x, UNEVEN, fp), (np.array(0.7), points((5,))[0]), **LACKING),
    Case(
        np.interp, lambda np, x: np.interp(x, [0, 1, 2], [5, 3, 4]), (np.array([[0.5, 1.5], [1.2, -1.0]]),), **LACKING
    ),
    Case(np.interp, lambda np, fp: np.interp([0.0, 1.0, 3.0], UNEVEN, fp), points((5,)), **LACKING),
    Case(np.interp, lambda np, fp: np.interp([0.0, 1.0], [0.5], fp), points((1,)), **LACKING),
    Case(np.interp, lambda np, x, fp: np.interp(x, [0.0, 2.0], fp), points((3,), (2,), low=0.1), **LACKING),
    Case(np.interp, lambda np, fp: np.interp([-np.inf, 0.7, np.inf], UNEVEN, fp), points((5,)), **LACKING),
    # a number just below 0 is, by rounding, the whole period: the first sample again
    Case(np.interp, lambda np, fp: np.interp([-1e-20, 0.7], UNEVEN, fp, period=3.7), points((5,)), **LACKING),
    # at the ends themselves their samples count
    Case(np.interp, lambda np, fp: np.interp([0.0, 3.0], UNEVEN, fp, left=7.0, right=8.0), points((5,)), **LACKING),
    Case(np.interp, lambda np, fp, end: np.interp(AT, UNEVEN, fp, right=end), points((5,), ()), **LACKING),
]
