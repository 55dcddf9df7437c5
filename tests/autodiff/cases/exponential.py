"""Rows for ``beras/autodiff/rules/exponential.py``."""

import numpy as np

from beras.autodiff.rules.exponential import log_sum_exp
from tests.autodiff.case import Case, points

LACKING = {"hips": False, "why": "not in autograd"}
POSITIVE = points((2, 3), low=0.3, high=2)

CASES = [
    *(
        Case(f, lambda np, x, f=f: getattr(np, f.__name__)(x), points((2, 3), low=-2, high=2))
        for f in (np.exp, np.exp2, np.expm1)
    ),
    *(Case(f, lambda np, x, f=f: getattr(np, f.__name__)(x), POSITIVE) for f in (np.log, np.log2, np.log10)),
    Case(np.log1p, lambda np, x: np.log1p(x), points((4,), low=-0.7, high=2)),
    Case(np.exp, lambda np, x: np.exp(x), (np.array(0.3),)),
    *(
        Case(f, lambda np, x, y, f=f: getattr(np, f.__name__)(x, y), points(*shapes, low=-2, high=2))
        for f in (np.logaddexp, np.logaddexp2)
        for shapes in (((2, 3), (3,)), ((), (3,)), ((2, 1), (1, 2)))
    ),
    Case(np.logaddexp, lambda np, x: np.logaddexp(x, 1.0), points((3,))),
    Case(np.logaddexp, lambda np, x: np.logaddexp(0, x), (np.array([0.0, -40.0, 30.0]),), rtol=1e-5),
    Case(np.logaddexp, lambda np, x: np.logaddexp(x, np.array([-np.inf, 0.0])), points((2,))),
    *(
        Case(
            log_sum_exp,
            lambda np, x, axis=axis, keepdims=keepdims: np.logaddexp.reduce(x, axis, keepdims=keepdims),
            points((2, 3), low=-2, high=2),
            **LACKING,
        )
        for axis in (0, -1, None)
        for keepdims in (False, True)
    ),
    Case(log_sum_exp, lambda np, x: np.logaddexp.reduce(x), points((4,)), **LACKING),
    Case(log_sum_exp, lambda np, x: np.logaddexp.reduce(x) * x, (np.array(0.4),), **LACKING),
    Case(log_sum_exp, lambda np, x: np.logaddexp.reduce(x) * x, points((2, 3)), **LACKING),
    Case(log_sum_exp, lambda np, x: np.logaddexp.reduce(x, 1) ** 2, points((2, 3)), **LACKING),
]
