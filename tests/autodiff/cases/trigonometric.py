"""Rows for ``beras/autodiff/rules/trigonometric.py``."""

import numpy as np

from beras.autodiff.rules.trigonometric import sinc_derivative
from tests.autodiff.case import Case, points

LACKING = {"hips": False, "why": "not in autograd"}
INSIDE, WIDE, ABOVE = points((2, 3), low=-0.9, high=0.9), points((2, 3), low=-3, high=3), points((4,), low=1.1, high=3)
HALF_TURN = points((4,), low=-1.4, high=1.4)
QUADRANTS = np.array([1.0, 1.0, -1.0, -1.0]), np.array([0.5, -0.5, 0.5, -0.5])

CASES = [
    *(
        Case(f, lambda np, x, f=f: getattr(np, f.__name__)(x), at)
        for f, at in (
            (np.sin, WIDE),
            (np.cos, WIDE),
            (np.tan, HALF_TURN),
            (np.sinh, WIDE),
            (np.cosh, WIDE),
            (np.tanh, WIDE),
            (np.arcsin, INSIDE),
            (np.arccos, INSIDE),
            (np.arctan, WIDE),
            (np.arcsinh, WIDE),
            (np.arccosh, ABOVE),
            (np.arctanh, INSIDE),
            (np.deg2rad, WIDE),
            (np.radians, WIDE),
            (np.rad2deg, WIDE),
            (np.degrees, WIDE),
            (np.sinc, WIDE),
        )
    ),
    *(
        Case(f, lambda np, x, f=f: getattr(np, f.__name__)(x) ** 2, WIDE, rtol=1e-5)
        for f in (np.deg2rad, np.radians, np.rad2deg, np.degrees)
    ),
    Case(np.sin, lambda np, x: np.sin(x), (np.array(0.4),)),
    Case(np.tanh, lambda np, x: np.tanh(x.T), points((2, 3))),
    Case(np.arctan2, lambda np, y, x: np.arctan2(y, x), QUADRANTS),
    Case(np.arctan2, lambda np, y, x: np.arctan2(y, x), points((2, 3), (3,), low=0.2)),
    Case(np.arctan2, lambda np, y, x: np.arctan2(y, x), (np.array([0.0, 1.0, -1.0]), np.array([2.0, 0.0, 0.0]))),
    Case(np.arctan2, lambda np, y: np.arctan2(y, 1.0), points((3,))),
    Case(np.unwrap, lambda np, x: np.unwrap(x) * x, (np.array([0.0, 3.0, 6.5, 0.1, -3.0]),), **LACKING),
    Case(np.unwrap, lambda np, x: np.unwrap(x, axis=0, period=4), (np.array([[0.0, 3.1], [3.0, 0.2]]),), **LACKING),
    # sinc at 0, close to it, and on both sides of the change from series to recurrence
    Case(np.sinc, lambda np, x: np.sinc(x), (np.array([0.0, 1e-9, -1e-5, 1e-3]),), hips=False, why="gives 0 / 0 at 0"),
    Case(np.sinc, lambda np, x: np.sinc(x), (np.array([0.63, 0.64, 0.95, 0.96, 7.5]),)),
    *(
        Case(
            sinc_derivative,
            lambda np, x, n=n: sinc_derivative(x, n),
            (np.array([0.0, 0.3, -0.9, 1.2, 1.7, 5.1, -12.3]),),
            **LACKING,
        )
        for n in (1, 2, 3)
    ),
]
