from math import inf

import numpy as np

from tests.autodiff.case import Case, points

LACKS = "not in autograd"
TENSOR = points((2, 2, 3), seed=3)


def square(*shape):
    """Return matrices with singular values well apart."""
    return (points(shape, seed=4)[0] + np.diag(np.arange(1.0, shape[-1] + 1) * 1.5),)


CASES = [
    Case(np.linalg.norm, lambda np, x: np.linalg.norm(x), points((3,))),
    Case(np.linalg.norm, lambda np, x: np.linalg.norm(x), points((2, 3))),
    Case(np.linalg.norm, lambda np, x: np.linalg.norm(x), TENSOR),
    Case(np.linalg.norm, lambda np, x: np.linalg.norm(x, keepdims=True), points((2, 3)), hips=False, why=LACKS),
    Case(np.linalg.norm, lambda np, x: np.linalg.norm(x.T, axis=0), points((2, 3))),
    Case(np.linalg.norm, lambda np, x: np.linalg.norm(x), (np.array([3.0, 0.0, -4.0]),)),
    *(
        Case(
            np.linalg.norm,
            lambda np, x, p=p: np.linalg.norm(x, p),
            points((4,), low=0.2, high=2.0),
            hips=p in (2, 1.5, 3, 4),
            why="autograd has p > 1 only",
        )
        for p in (1, 2, inf, -inf, 0, 0.5, 1.5, 3, 4, -1, -2.5)
    ),
    Case(np.linalg.norm, lambda np, x: np.linalg.norm(x, 3), (np.array([0.0, 1.0, 0.0]),), order=1),
    *(
        Case(
            np.linalg.norm,
            lambda np, x, p=p, axis=axis: np.linalg.norm(x, p, axis=axis),
            points((2, 3)),
            hips=p in (None, 2, 3),
            why="autograd has p > 1 only",
        )
        for p in (None, 1, 2, 3, inf, -inf)
        for axis in (0, 1, -1)
    ),
    Case(
        np.linalg.norm,
        lambda np, x: np.linalg.norm(x, ord=3, axis=1, keepdims=True),
        TENSOR,
        hips=False,
        why="autograd has no keepdims",
    ),
    *(
        Case(
            np.linalg.norm,
            lambda np, x, kind=kind: np.linalg.norm(x, kind),
            points(shape, seed=2),
            hips=kind in ("fro", "nuc"),
            why="autograd has the Frobenius and the nuclear norm only",
        )
        for kind in ("fro", "f", "nuc", 1, -1, 2, -2, inf, -inf)
        for shape in ((2, 3), (3, 2))
    ),
    *(
        Case(
            np.linalg.norm,
            lambda np, x, kind=kind, axis=axis: np.linalg.norm(x, kind, axis, True),
            TENSOR,
            hips=False,
            why="autograd has no keepdims",
        )
        for kind in (None, "fro", "nuc", 1, -1, 2, -2, inf, -inf)
        for axis in ((0, 1), (2, 0), (-1, -2))
    ),
    Case(np.linalg.norm, lambda np, x: np.linalg.norm(x, "nuc", axis=(0, 2)), TENSOR),
    Case(np.linalg.norm, lambda np, x: np.linalg.norm(x, 2, axis=(2, 1)), TENSOR, hips=False, why="not for matrices"),
    *(
        Case(
            np.linalg.vector_norm,
            lambda np, x, p=p, params=params: np.linalg.vector_norm(x, ord=p, **params),
            points((2, 1, 3)),
            hips=False,
            why=LACKS,
        )
        for p in (2, 1, 3, inf, 0)
        for params in ({}, {"axis": -1}, {"axis": (0, 2)}, {"axis": (2, 0), "keepdims": True}, {"keepdims": True})
    ),
    Case(np.linalg.vector_norm, lambda np, x: np.linalg.vector_norm(x), (np.array(-2.0),), hips=False, why=LACKS),
    Case(np.linalg.vector_norm, lambda np, x: np.linalg.vector_norm(x), points((2, 3)), hips=False, why=LACKS),
    *(
        Case(
            np.linalg.matrix_norm,
            lambda np, x, kind=kind: np.linalg.matrix_norm(x, ord=kind, keepdims=True),
            TENSOR,
            hips=False,
            why=LACKS,
        )
        for kind in ("fro", "nuc", 1, -2, inf)
    ),
    Case(np.linalg.matrix_norm, lambda np, x: np.linalg.matrix_norm(x), TENSOR, hips=False, why=LACKS),
    *(
        Case(np.linalg.cond, lambda np, x, p=p: np.linalg.cond(x, p), square(*shape), hips=False, why=LACKS, rtol=1e-5)
        for p in (None, 2, -2, 1, -1, inf, -inf, "fro", "nuc")
        for shape in ((2, 2), (1, 3, 2, 2))
    ),
    *(
        Case(np.linalg.cond, lambda np, x, p=p: np.linalg.cond(x, p), square(3, 3), hips=False, why=LACKS, rtol=1e-5)
        for p in (2, -2)
    ),
    Case(np.linalg.cond, lambda np, x: np.linalg.cond(x, 1), square(3, 2, 2), hips=False, why=LACKS, rtol=1e-5),
    *(
        Case(
            np.linalg.cond,
            lambda np, x, p=p: np.linalg.cond(x, p),
            points((2, 3), seed=2),
            hips=False,
            why=LACKS,
            rtol=1e-5,
        )
        for p in (None, 2, -2)
    ),
]
