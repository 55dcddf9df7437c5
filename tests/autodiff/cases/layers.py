"""Rows of the primitives that layers bring."""

from beras.layers.dense import affine
from tests.autodiff.case import Case, points

WHY = "beras's own"

CASES = [
    Case(
        affine, lambda np, x, kernel, bias: affine(x, kernel, bias), points((4, 3), (3, 2), (2,)), hips=False, why=WHY
    ),
    Case(affine, lambda np, x, k, bias: affine(x, k, bias) ** 2, points((2, 2, 3), (3, 2), (2,)), hips=False, why=WHY),
]
