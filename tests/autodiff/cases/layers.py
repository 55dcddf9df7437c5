"""Rows of the primitives that layers bring."""

import numpy as np

from beras.layers.dense import affine
from beras.layers.embedding import look_up
from tests.autodiff.case import Case, points

WHY = "beras's own"

CASES = [
    Case(
        affine, lambda np, x, kernel, bias: affine(x, kernel, bias), points((4, 3), (3, 2), (2,)), hips=False, why=WHY
    ),
    Case(affine, lambda np, x, k, bias: affine(x, k, bias) ** 2, points((2, 2, 3), (3, 2), (2,)), hips=False, why=WHY),
    *(
        Case(look_up, lambda np, rows, picks=picks: look_up(rows, picks) ** 2, points((4, 3)), hips=False, why=WHY)
        for picks in (np.array([2, 0, 2]), np.array([[3], [1]]), np.array(1), np.zeros((0, 2), int))
    ),
]
