import numpy as np

from beras.autodiff.rules.linear_algebra import cofactor
from tests.autodiff.case import Case, points

LACKS = "not in autograd"
SCALED = "autograd's rule is for the default arguments only"


def square(*shape, seed=4):
    """Return matrices far from singular, with values and singular values well apart."""
    return (points(shape, seed=seed)[0] + np.diag(np.arange(1.0, shape[-1] + 1) * 1.5),)


def symmetric(x):
    return (x + x.swapaxes(-1, -2)) / 2


def squared(np, w, v):
    """Eigenvectors have no sign of their own, so their squares are checked."""
    return w, v**2


def polar(np, u, s, vh):
    """Singular vectors have one sign between them, so products are checked."""
    return s, u**2, vh**2, u @ vh


def all_columns(np, u, s, vh):
    return s, u**2, vh**2


def both(np, a, b):
    return a, b


def projection(factor):
    """The projection on the columns beyond the second: those span a plane, in which their basis is arbitrary."""
    return factor[:, 2:] @ factor[:, 2:].T


def decomposed(function, use, *shapes, make=square, **params):
    return [Case(function, use, make(*shape), **params) for shape in shapes]


def rectangle(*shape):
    return points(shape, seed=2)


SINGULAR = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.5], [3.0, 6.0, 9.0]])
#: A stack of stacks of matrices: its four lengths tell its axes apart.
STACK = (1, 3, 2, 2)
RANK_ONE = np.outer([1.0, -2.0, 0.5], [0.5, 1.0, 2.0])

CASES = [
    # inverses and systems
    *decomposed(np.linalg.inv, lambda np, x: np.linalg.inv(x), (1, 1), (3, 3), STACK),
    *(
        Case(
            np.linalg.solve,
            lambda np, a, b: np.linalg.solve(a, b),
            (*square(*a), *points(b)),
            hips=len(a) == len(b) or len(a) == 2,
            why="autograd takes a lone vector for a stack",
            rtol=1e-5,
        )
        for a, b in [
            ((2, 2), (2,)),
            ((2, 2), (2, 2)),
            ((3, 3), (3, 1)),
            ((2, 2, 2), (2,)),
            ((2, 2, 2), (2, 2, 1)),
            ((2, 2, 2), (2, 1)),
            ((2, 1, 2, 2), (2, 2, 1)),
        ]
    ),
    Case(np.linalg.solve, lambda np, a: np.linalg.solve(a, np.ones(3)), square(3, 3)),
    Case(np.linalg.solve, lambda np, b: np.linalg.solve(np.eye(3) * 2 + 1, b), points((3,))),
    Case(
        np.linalg.solve,
        lambda np, b: np.linalg.solve([[2.0, 1.0], [0.0, 1.0]], b),
        points((2,)),
        hips=False,
        why="autograd takes no lists",
    ),
    *decomposed(
        np.linalg.pinv, lambda np, x: np.linalg.pinv(x), (3, 2), (2, 3), (2, 3, 2), (2, 2), make=rectangle, rtol=1e-5
    ),
    Case(
        np.linalg.pinv,
        lambda np, x, y: np.linalg.pinv(np.outer(x, y), rcond=1e-5),
        points((3,), (2,)),
        hips=False,
        why="autograd has no rcond",
    ),
    Case(  # two singular values are zero: nothing may be divided by the gap between them
        np.linalg.pinv,
        lambda np, x, y: np.linalg.pinv(np.outer(x, y) * -1e4, rcond=1e-5) * 1e4,
        points((3,), (3,), low=0.5, high=2.0),
        hips=False,
        why="autograd has no rcond",
    ),
    *(
        Case(  # singular values of zero stay cut off where the matrix changes
            np.linalg.pinv,
            lambda np, x: np.linalg.pinv(x, rcond=0.1),
            (x,),
            hips=False,
            why="autograd has no rcond",
            rtol=1e-5,
            torch_order=1,
        )
        for x in (np.diag([2.0, 0.0, 0.0]), np.pad(np.outer([-1.0, -0.75], [0.375, 0.875]), (0, 2)))
    ),
    Case(  # what is cut off has no entry above zero
        np.linalg.pinv,
        lambda np, x: np.linalg.pinv(x, rcond=0.4),
        (np.diag([2.0, -0.5]),),
        hips=False,
        why="autograd has no rcond",
        rtol=1e-5,
    ),
    *decomposed(  # the least singular values are cut off, though they are not small
        np.linalg.pinv,
        lambda np, x: np.linalg.pinv(x, rcond=0.4),
        (3, 2),
        (3, 4),
        (2, 3, 2),
        make=rectangle,
        hips=False,
        why="autograd has no rcond",
        rtol=1e-5,
    ),
    Case(
        np.linalg.pinv,
        lambda np, x: np.linalg.pinv(symmetric(x), hermitian=True),
        square(2, 2),
        hips=False,
        why="autograd has no hermitian",
    ),
    *(
        Case(
            np.linalg.lstsq,
            lambda np, a, b: both(np, *np.linalg.lstsq(a, b, None)[:2]),
            points(a, b, seed=2),
            hips=False,
            why=LACKS,
            rtol=1e-5,
        )
        for a, b in [((3, 2), (3,)), ((3, 2), (3, 2)), ((2, 2), (2,)), ((2, 3), (2,)), ((2, 3), (2, 2))]
    ),
    Case(np.linalg.lstsq, lambda np, a: np.linalg.lstsq(a, np.ones(3))[3], points((3, 2)), hips=False, why=LACKS),
    Case(
        np.linalg.lstsq,
        lambda np, x, y, b: np.linalg.lstsq(np.outer(x, y), b, rcond=1e-5)[0],
        points((3,), (2,), (3,)),
        hips=False,
        why=LACKS,
    ),
    *(
        Case(
            np.linalg.lstsq,
            lambda np, a, b: np.linalg.lstsq(a, b, rcond=0.4)[0],
            points(a, b, seed=2),
            hips=False,
            why=LACKS,
            rtol=1e-5,
        )
        for a, b in [((3, 2), (3,)), ((3, 4), (3, 2))]
    ),
    Case(
        np.linalg.tensorinv,
        lambda np, x: np.linalg.tensorinv(x + np.reshape(np.eye(4), (2, 2, 4)) * 3),
        points((2, 2, 4)),
        order=1,
        hips=False,
        why=LACKS,
    ),
    Case(
        np.linalg.tensorinv,
        lambda np, x: np.linalg.tensorinv(x + np.reshape(np.eye(2), (1, 2, 2)) * 3),
        points((1, 2, 2)),
        hips=False,
        why=LACKS,
    ),
    Case(
        np.linalg.tensorinv,
        lambda np, x: np.linalg.tensorinv(x + np.eye(3) * 3, ind=1),
        points((3, 3)),
        hips=False,
        why=LACKS,
    ),
    Case(
        np.linalg.tensorsolve,
        lambda np, a, b: np.linalg.tensorsolve(a + np.reshape(np.eye(4), (2, 2, 4)) * 3, b),
        points((2, 2, 4), (2, 2)),
        order=1,
        hips=False,
        why=LACKS,
    ),
    Case(
        np.linalg.tensorsolve,
        lambda np, a, b: np.linalg.tensorsolve(
            np.moveaxis(a + np.reshape(np.eye(4), (4, 2, 2)) * 3, 1, 0), b, axes=(0,)
        ),
        points((4, 2, 2), (4,)),
        order=1,
        hips=False,
        why=LACKS,
    ),
    # determinants
    *decomposed(np.linalg.det, lambda np, x: np.linalg.det(x), (1, 1), (2, 2), (3, 3), STACK),
    Case(np.linalg.det, lambda np, x: np.linalg.det(x), (np.eye(3),)),
    Case(np.linalg.det, lambda np, x: np.linalg.det(x), (SINGULAR,), hips=False, why="autograd needs an inverse"),
    Case(np.linalg.det, lambda np, x: np.linalg.det(x), (RANK_ONE,), hips=False, why="autograd needs an inverse"),
    Case(
        np.linalg.det, lambda np, x: np.linalg.det(x), (np.zeros((2, 2)),), hips=False, why="autograd needs an inverse"
    ),
    Case(
        np.linalg.det, lambda np, x: np.linalg.det(x), (np.zeros((1, 1)),), hips=False, why="autograd needs an inverse"
    ),
    Case(
        np.linalg.det,
        lambda np, x: np.linalg.det(x),
        (np.stack([np.ones((2, 2)), np.diag([2.0, 3.0]), np.ones((2, 2)) * 3])[np.newaxis],),
        hips=False,
        why="autograd needs an inverse",
    ),
    *decomposed(cofactor, lambda np, x: cofactor(x), (1, 1), (3, 3), STACK, hips=False, why=LACKS),
    Case(cofactor, lambda np, x: cofactor(x), (SINGULAR,), order=1, hips=False, why=LACKS),
    Case(cofactor, lambda np, x: cofactor(x), (np.diag([3.0, 1.0, 0.0]),), hips=False, why=LACKS, rtol=1e-5),
    *decomposed(np.linalg.slogdet, lambda np, x: np.linalg.slogdet(x), (1, 1), (3, 3), (2, 2, 2), STACK),
    Case(
        np.linalg.slogdet,
        lambda np, x: np.linalg.slogdet(x).logabsdet,
        (-square(3, 3)[0],),
        hips=False,
        why="autograd has no names",
    ),
    # decompositions
    *decomposed(np.linalg.cholesky, lambda np, x: np.linalg.cholesky(symmetric(x)), (1, 1), (3, 3), STACK, rtol=1e-5),
    *decomposed(
        np.linalg.cholesky,
        lambda np, x: np.linalg.cholesky(symmetric(x), upper=True),
        (3, 3),
        STACK,
        hips=False,
        why=SCALED,
        rtol=1e-5,
    ),
    *(
        case
        for UPLO in "LU"
        for case in [
            *decomposed(
                np.linalg.eigh,
                lambda np, x, UPLO=UPLO: squared(np, *np.linalg.eigh(symmetric(x), UPLO)),
                (1, 1),
                (3, 3),
                STACK,
            ),
            *decomposed(
                np.linalg.eigvalsh,
                lambda np, x, UPLO=UPLO: np.linalg.eigvalsh(symmetric(x), UPLO=UPLO),
                (3, 3),
                STACK,
                hips=False,
                why=LACKS,
            ),
        ]
    ),
    Case(np.linalg.eigh, lambda np, x: np.linalg.eigh(symmetric(x))[0], square(3, 3)),
    Case(
        np.linalg.eigh,
        lambda np, x: np.linalg.eigh(symmetric(x)).eigenvectors ** 2,
        square(2, 2),
        hips=False,
        why="autograd has no names",
    ),
    *decomposed(
        np.linalg.svd,
        lambda np, x: polar(np, *np.linalg.svd(x, full_matrices=False)),
        (2, 2),
        (3, 2),
        (2, 3),
        (2, 3, 2),
        STACK,
        make=rectangle,
        rtol=1e-5,
    ),
    *decomposed(
        np.linalg.svd,
        lambda np, x: np.linalg.svd(x)[1] ** 2,
        (3, 2),
        (2, 3),
        STACK,
        make=rectangle,
        hips=False,
        why="autograd has thin matrices only",
        rtol=1e-5,
    ),
    *decomposed(
        np.linalg.svd,
        lambda np, x: all_columns(np, *np.linalg.svd(x)),
        (2, 2),
        (3, 2),
        (2, 3),
        (2, 2, 3),
        make=rectangle,
        hips=False,
        why="autograd has thin matrices only",
        rtol=1e-5,
    ),
    *decomposed(
        np.linalg.svd,
        lambda np, x: projection(np.linalg.svd(x)[0]),
        (4, 2),
        make=rectangle,
        hips=False,
        why="autograd has thin matrices only",
        rtol=1e-5,
    ),
    *decomposed(
        np.linalg.svd,
        lambda np, x: np.linalg.svd(x, compute_uv=False),
        (2, 2),
        (3, 2),
        (2, 2, 3),
        make=rectangle,
        rtol=1e-5,
    ),
    Case(np.linalg.svd, lambda np, x: np.linalg.svd(x, False)[1], rectangle(3, 2), rtol=1e-5),
    *decomposed(
        np.linalg.svd,
        lambda np, x: polar(np, *np.linalg.svd(symmetric(x), hermitian=True)),
        (3, 3),
        hips=False,
        why=SCALED,
    ),
    Case(
        np.linalg.svd,
        lambda np, x: np.linalg.svd(symmetric(x), compute_uv=False, hermitian=True),
        (square(3, 3)[0] - 3.2 * np.eye(3),),
        hips=False,
        why=SCALED,
    ),
    *decomposed(
        np.linalg.svdvals,
        lambda np, x: np.linalg.svdvals(x),
        (3, 2),
        (2, 2, 2),
        make=rectangle,
        hips=False,
        why=LACKS,
        rtol=1e-5,
    ),
    *(
        Case(
            np.linalg.qr,
            lambda np, x, mode=mode: both(np, *np.linalg.qr(x, mode)),
            rectangle(*shape),
            hips=False,
            why=LACKS,
            rtol=1e-5,
        )
        for mode in ("reduced", "complete")
        for shape in ((2, 2), (3, 2), (2, 3), (2, 3, 2), (2, 2, 3), STACK, (2, 1, 3, 2))
    ),
    *decomposed(
        np.linalg.qr,
        lambda np, x: projection(np.linalg.qr(x, "complete").Q),
        (4, 2),
        make=rectangle,
        hips=False,
        why=LACKS,
        rtol=1e-5,
    ),
    *decomposed(
        np.linalg.qr,
        lambda np, x: np.linalg.qr(x, mode="r"),
        (2, 2),
        (3, 2),
        (2, 3),
        make=rectangle,
        hips=False,
        why=LACKS,
        rtol=1e-5,
    ),
    # parts
    Case(
        np.linalg.matrix_transpose,
        lambda np, x: np.linalg.matrix_transpose(x),
        points((2, 2, 3)),
        hips=False,
        why=LACKS,
    ),
    *(
        Case(
            function,
            lambda np, x, name=name, params=params: getattr(np.linalg, name)(x, **params),
            points(shape),
            hips=False,
            why=LACKS,
        )
        for name, function in (("trace", np.linalg.trace), ("diagonal", np.linalg.diagonal))
        for params in ({}, {"offset": 1}, {"offset": -1})
        for shape in ((3, 3), (2, 2, 3))
    ),
]
