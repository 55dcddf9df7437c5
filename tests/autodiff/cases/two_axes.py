"""Rows with two axes of unequal length, and with each operand broadcast, for rules whose other rows have one axis.

They tell a product from its transpose, and a sum over copies from the first copy.
"""

import numpy as np

from beras.autodiff.rules.choosing import replace_nonfinite
from tests.autodiff.case import Case, points

LACKING = {"hips": False, "why": "not in autograd, or only for one axis"}
MATRIX, ROW, COLUMN = (2, 3), (3,), (2, 1)
STEPS = np.array([[0.0, -1.0, 0.0], [2.0, 0.0, 0.0]])

CASES = [
    *(
        Case(f, lambda np, x, f=f: getattr(np, f.__name__)(x) * x, points(MATRIX, low=1.1, high=2.9), **LACKING)
        for f in (np.reciprocal, np.cbrt, np.fabs, np.tan, np.arccosh)
    ),
    *(
        Case(f, lambda np, x, f=f: getattr(np, f.__name__)(x)[0] * x, points(MATRIX, low=-2.7, high=2.7), **LACKING)
        for f in (np.modf, np.frexp)
    ),
    *(
        Case(
            f,
            lambda np, x, y, f=f: getattr(np, f.__name__)(x, y) ** 2,
            (points(of_x, low=2.1, high=7.9)[0], points(of_y, low=1.1, high=1.9)[0]),
            **LACKING,
        )
        for f in (np.remainder, np.fmod, np.float_power, np.arctan2)
        for of_x, of_y in ((MATRIX, ROW), (ROW, MATRIX))
    ),
    *(
        Case(
            np.divmod,
            lambda np, x, y: np.divmod(x, y)[1] ** 2,
            (points(of_x, low=2.1, high=7.9)[0], points(of_y, low=1.1, high=1.9)[0]),
            **LACKING,
        )
        for of_x, of_y in ((MATRIX, ROW), (ROW, MATRIX))
    ),
    # (x - ans) / y comes out as 2.9999999999999996 and 14.999999999999998
    Case(np.fmod, lambda np, x, y: np.fmod(x, y), (np.array([10.7, 17.4]), np.array([2.8, 1.1])), **LACKING),
    Case(np.ldexp, lambda np, x: np.ldexp(x, np.array([[1], [-2]])) * x, points(ROW), **LACKING),
    *(
        Case(np.copysign, lambda np, x: np.copysign(x, np.array([[1.0], [-1.0]])) * x, points(shape), **LACKING)
        for shape in (MATRIX, ROW)
    ),
    *(
        Case(np.nextafter, lambda np, x: np.nextafter(x, np.array([[9.0], [-9.0]])) * x, points(shape), **LACKING)
        for shape in (MATRIX, ROW)
    ),
    *(
        Case(np.heaviside, lambda np, at_zero: np.heaviside(STEPS, at_zero) * at_zero, points(shape), **LACKING)
        for shape in (MATRIX, ROW, COLUMN)
    ),
    Case(
        replace_nonfinite,
        lambda np, x: np.nan_to_num(x + np.array([0.0, np.nan, np.inf]), nan=1.0, posinf=2.0) * x,
        points(MATRIX),
        **LACKING,
    ),
    Case(np.fft.fftshift, lambda np, x: np.fft.fftshift(x) * x, points(MATRIX), **LACKING),
    # joined and cut up: the first and the last
    Case(np.choose, lambda np, x, y: np.choose([0, 1, 1], [x, y]), points(MATRIX, MATRIX), **LACKING),
    Case(np.vstack, lambda np, x, y: np.vstack([x, y]) ** 2, points(MATRIX, ROW), **LACKING),
    Case(np.hstack, lambda np, x, y: np.hstack([x, y]) ** 2, points(MATRIX, (2, 2)), **LACKING),
    Case(np.dstack, lambda np, x, y: np.dstack([x, y]) ** 2, points(MATRIX, MATRIX), **LACKING),
    Case(np.column_stack, lambda np, x, y: np.column_stack([x, y]) ** 2, points(MATRIX, (2,)), **LACKING),
    Case(np.broadcast_arrays, lambda np, x, y: np.broadcast_arrays(x, y), points(MATRIX, COLUMN), **LACKING),
    Case(np.meshgrid, lambda np, x, y: np.meshgrid(x, y), points(MATRIX, MATRIX), **LACKING),
    Case(np.atleast_2d, lambda np, x, y: np.atleast_2d(x, y), points(MATRIX, ROW), **LACKING),
    Case(np.squeeze, lambda np, x: np.squeeze(x) ** 2, points((2, 1, 3)), **LACKING),
    # products
    Case(np.outer, lambda np, x, y: np.outer(x, y), points(ROW, MATRIX), **LACKING),
    *(
        Case(np.linalg.cross, lambda np, x, y: np.linalg.cross(x, y), points(of_x, of_y), **LACKING)
        for of_x, of_y in ((MATRIX, MATRIX), (ROW, MATRIX))
    ),
]
