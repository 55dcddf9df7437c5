"""Rows for ``beras/autodiff/rules/arithmetic.py``."""

import numpy as np

from tests.autodiff.case import Case, points

LACKING = {"hips": False, "why": "not in autograd"}
NARROW = {"hips": False, "why": "loses digits there"}
KINDS = ((2, 3), (3,)), ((2, 1), (1, 3)), ((), (3,)), ((3,), ()), ((), ())
POSITIVE, BASES, ODD = (*points((2, 3), low=0.3, high=2),), points((4,), low=-2, high=-0.5), points((3,), low=0.5)

CASES = [
    *(
        Case(f, lambda np, x, y, f=f: getattr(np, f.__name__)(x, y) ** 2, points(*shapes, low=0.5, high=2))
        for f in (np.add, np.subtract, np.multiply, np.true_divide)
        for shapes in KINDS
    ),
    Case(np.multiply, lambda np, x: x * x * 3.0, points((3,))),
    Case(np.subtract, lambda np, x: 1.0 - x - 2, points((3,))),
    Case(np.true_divide, lambda np, x: 2 / x / 3, points((3,), low=1, high=2)),
    Case(np.true_divide, lambda np, x, y: x / y, (np.array([0.0, 1.0, -2.0]), np.array([-2.0, 0.5, 3.0]))),
    Case(np.add, lambda np, x: x.T + x, points((3, 3))),
    Case(np.positive, lambda np, x: np.positive(x) ** 2, points((3,)), **LACKING),
    Case(np.negative, lambda np, x: np.negative(x) ** 2, points((3,))),
    Case(np.reciprocal, lambda np, x: np.reciprocal(x), points((3,), low=0.5)),
    Case(np.square, lambda np, x: np.square(x), points((2, 3))),
    Case(np.square, lambda np, x: np.square(x), (np.array([0.0, -1.0]),)),
    Case(np.sqrt, lambda np, x: np.sqrt(x), POSITIVE),
    Case(np.cbrt, lambda np, x: np.cbrt(x), points((3,), low=-2, high=-0.5), **LACKING),
    # powers
    *(Case(np.power, lambda np, x, y: np.power(x, y), points(*shapes, low=0.5, high=2)) for shapes in KINDS),
    *(Case(np.power, lambda np, x, n=n: x**n, BASES) for n in (-2, -1, 1, 2, 3, 4.0)),
    *(Case(np.power, lambda np, x, n=n: x**n, (np.array([0.0, -1.0, 2.0]),)) for n in (1, 2, 3, 4.0)),
    *(Case(np.power, lambda np, x, n=n: x**n + x, (np.array([0.0, -1.0, 2.0]),)) for n in (0, 0.0)),
    Case(np.power, lambda np, x: x ** np.array([0, 1, 2, 3]), (np.array([0.5, 0.0, -1.5, 0.0]),)),
    Case(np.power, lambda np, x: np.power(x, np.array([[0.0], [2.0]])), points((3,))),
    Case(np.power, lambda np, y: 2.0**y, points((3,))),
    # torch: 0 * inf, NaN, at second order
    Case(np.power, lambda np, y: np.array([0.0, 3.0]) ** y, points((2,), low=0.5, high=2), torch_order=1),
    # operands of a narrow dtype, whose own arithmetic would lose the digits of the slope
    Case(np.power, lambda np, x: x ** np.array([0.3, 1.7, -0.4], np.float16), points((3,), low=0.2), **NARROW),
    Case(np.power, lambda np, y: np.array([0.3, 1.7, 0.4], np.float16) ** y, points((3,)), **NARROW),
    # at the exponent 0 the mixed derivative is 1 / x; torch masks it out
    Case(np.power, lambda np, x, y: x**y, (np.array([0.5, 2.0]), np.array([0.0, 0.0])), torch_order=1),
    Case(np.float_power, lambda np, x, y: np.float_power(x, y), points((2, 3), (3,), low=0.5, high=2), **LACKING),
    Case(np.float_power, lambda np, x: np.float_power(x, 2), (np.array([0.0, -1.0, 2.0]),), **LACKING),
    Case(
        np.float_power,  # torch: 0 * inf, NaN, at second order
        lambda np, x: np.float_power(x, [0, 1, 2]) * x,
        (np.array([0.0, 0.0, 0.0]),),
        torch_order=1,
        **LACKING,
    ),
    # remainders
    Case(
        np.remainder,
        lambda np, x, y: np.remainder(x, y),
        (np.array([5.3, -5.3, 5.3, 0.1]), np.array([2.0, 2.0, -2.0, 3.0])),
    ),
    Case(np.remainder, lambda np, x, y: (x % y) ** 2, points((2, 3), (3,), low=1.1, high=1.9)),
    Case(
        np.fmod,
        lambda np, x, y: np.fmod(x, y) ** 2,
        (np.array([5.3, -5.3, 5.3, 0.1]), np.array([2.0, 2.0, -2.0, 3.0])),
        hips=False,
        why="floors where fmod truncates",
    ),
    Case(
        np.divmod,
        lambda np, x, y: np.divmod(x, y)[1] ** 2,
        (np.array([5.3, -5.3, 5.3]), np.array([2.0, 2.0, -2.0])),
        **LACKING,
    ),
    Case(np.divmod, lambda np, x, y: divmod(x, y)[1] ** 2, points((3,), (3,), low=0.5, high=3.1, seed=3), **LACKING),
    Case(np.modf, lambda np, x: np.modf(x)[0] * x, (np.array([1.3, -2.6, 0.2]),), **LACKING),
    Case(np.frexp, lambda np, x: np.frexp(x)[0] * x, (np.array([1.3, -2.6, 0.2, 100.0]),), **LACKING),
    Case(np.ldexp, lambda np, x: np.ldexp(x, np.array([-1, 0, 3])) * x, points((3,)), **LACKING),
    Case(np.ldexp, lambda np, x: np.ldexp(x, 2), points((2, 3)), **LACKING),
    # absolute values
    Case(np.absolute, lambda np, x: abs(x) * x, points((4,))),
    Case(np.absolute, lambda np, x: np.abs(x), points((2, 2), seed=1)),
    Case(np.fabs, lambda np, x: np.fabs(x) * x, points((4,))),
    Case(np.copysign, lambda np, x: np.copysign(x, np.array([1.0, -1.0, -1.0, 1.0])) * x, points((4,)), **LACKING),
    Case(np.copysign, lambda np, x: np.copysign(x, -2.0), points((4,)), **LACKING),
    Case(np.hypot, lambda np, x, y: np.hypot(x, y), points((2, 3), (3,))),
    Case(np.hypot, lambda np, x: np.hypot(x, 2.0), points((3,))),
    Case(np.hypot, lambda np, x: np.hypot(np.array([3.0]), x), points((2, 1))),
]
