"""Rows for ``beras/autodiff/rules/choosing.py``."""

from inspect import signature

import numpy as np

from beras.autodiff.primitives import masked
from beras.autodiff.rules.choosing import between, replace_nonfinite, won
from tests.autodiff.case import Case, points

BOUNDS = {"hips": False, "why": "its bounds are constants"}
LACKING = {"hips": False, "why": "not in autograd"}
KINDS = ((2, 3), (3,)), ((2, 1), (1, 3)), ((), (3,)), ((3,), ())
X = np.array([-1.4, -0.3, 0.2, 0.8, 1.7, 2.6])
NANS = np.array([np.nan, 0.5, np.nan, -2.0])
HELD = np.array([[True, False, True], [False, False, True]])

LOSES, TIES = np.array([True, True, False, False, True, False]), np.array([False, False, True, False, False, False])

CASES = [
    Case(won, lambda np, x: won(x * x, LOSES, TIES) * x, (X,), **LACKING),
    Case(won, lambda np, x: won(x * x, LOSES, LOSES & TIES) * x, (X,), **LACKING),
    *(
        Case(f, lambda np, x, y, f=f: getattr(np, f.__name__)(x, y) * x, points(*shapes))
        for f in (np.maximum, np.minimum, np.fmax, np.fmin)
        for shapes in KINDS
    ),
    *(Case(f, lambda np, x, f=f: getattr(np, f.__name__)(0.0, x) * x, (X,)) for f in (np.maximum, np.minimum)),
    *(Case(f, lambda np, x, f=f: getattr(np, f.__name__)(x, NANS) * x, points((4,))) for f in (np.fmax, np.fmin)),
    *(Case(f, lambda np, x, f=f: getattr(np, f.__name__)(NANS, x) * x, points((4,))) for f in (np.fmax, np.fmin)),
    # where
    *(
        Case(
            np.where,
            lambda np, x, y: np.where(HELD, x, y) * x,
            points(*shapes),
            hips=False,
            why="does not sum over broadcast axes",
        )
        for shapes in KINDS
    ),
    Case(np.where, lambda np, x, y: np.where(HELD, x, y) * x, points((2, 3), (2, 3))),
    Case(np.where, lambda np, x: np.where(x > 0, x, x**2), (X,)),
    Case(np.where, lambda np, x: np.where([1, 0, 2.5], x, 0.0) * x, points((2, 3))),
    Case(np.where, lambda np, x: np.where(True, x, 2.0), points((3,))),
    Case(np.where, lambda np, x: x[np.where(x > 0)] ** 2, (X,)),
    Case(masked, lambda np, x: masked(x, [True, False, True]) * x, points((2, 3)), **LACKING),
    # clip
    Case(np.clip, lambda np, x: np.clip(x, 0.0, 1.0) * x, (X,)),
    Case(np.clip, lambda np, x: np.clip(x, None, 1) * x, (X,)),
    Case(np.clip, lambda np, x: np.clip(x, 0, None) * x, (X,)),
    Case(np.clip, lambda np, x: np.clip(x, a_min=0.0, a_max=1.0) * x, (X,)),
    Case(np.clip, lambda np, x: x.clip(0, 1) * x, (X.reshape(2, 3),)),
    Case(between, lambda np, x, low, high: np.clip(x, low, high) * x, (X, np.array(0.0), np.full(6, 1.0)), **BOUNDS),
    Case(between, lambda np, x, low: np.clip(x, low, None) * x, (X.reshape(2, 3), points((3,))[0]), **BOUNDS),
    Case(between, lambda np, x, high: np.clip(x, None, high) * x, (X, points((2, 1))[0]), **BOUNDS),
    Case(between, lambda np, x, low, high: np.clip(x, low, high) * x, (X, np.array(1.0), np.array(0.0)), **BOUNDS),
    Case(
        between, lambda np, low, high: np.clip(X, a_min=low, a_max=high) * low, (np.array(0.5), np.array(1.0)), **BOUNDS
    ),
    # several choices
    Case(np.select, lambda np, x: np.select([x < 0, x < 1], [x**2, x**3], x), (X,)),
    Case(np.select, lambda np, x: np.select([x < 1, x < 0], [x, x**2]), (X,)),
    Case(np.select, lambda np, x: np.select([HELD, ~HELD], [x, 2.0 * x**2], 3), points((3,))),
    Case(
        np.piecewise, lambda np, x: np.piecewise(x, [x < 0, x >= 1], [lambda v: v**2, lambda v: v**3]), (X,), **LACKING
    ),
    Case(
        np.piecewise,
        lambda np, x: np.piecewise(x, [x < 0, x >= 1], [-1.0, lambda v, a: a * v**3, lambda v, a: v], 2.0),
        (X.reshape(2, 3),),
        **LACKING,
    ),
    Case(np.piecewise, lambda np, x: np.piecewise(x, [x < 1, x < 0], [lambda v: v**2, lambda v: v]), (X,), **LACKING),
    Case(np.piecewise, lambda np, x: np.piecewise(x, x < 1, [lambda v: v**2, 5.0]), (X,), **LACKING),
    Case(
        np.piecewise, lambda np, x: np.piecewise(x, [x < 1], [lambda v: v**2, lambda v: v]), (np.array(0.3),), **LACKING
    ),
    # a function is not called for no entries
    Case(np.piecewise, lambda np, x: np.piecewise(x, [x > 9], [lambda v: v / max(v), np.sin]), (X,), **LACKING),
    Case(np.nan_to_num, lambda np, x: np.nan_to_num(x) * x, points((3,))),
    Case(
        replace_nonfinite,
        lambda np, x: np.nan_to_num(x + np.array([0.0, np.nan, np.inf]), nan=1.0, posinf=2.0) * x,
        points((3,)),
        **LACKING,
    ),
]

# New in NumPy 2.1.
if "min" in signature(np.clip).parameters:
    CASES += [
        Case(between, lambda np, x, low: np.clip(x, min=low) * x, (X, np.array(0.5)), **BOUNDS),
        Case(between, lambda np, high: np.clip(X, max=high) * high, (np.array(0.5),), **BOUNDS),
    ]
