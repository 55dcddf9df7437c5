import numpy as np

from tests.autodiff.case import Case, points

LACKS = "not in autograd"
MATRIX = points((2, 3), (3, 2))


def matmul_shapes(use, covers, **params):
    shapes = [
        ((3,), (3,)),
        ((2, 3), (3,)),
        ((3,), (3, 2)),
        ((2, 3), (3, 2)),
        ((2, 2, 3), (3,)),
        ((3,), (2, 3, 2)),
        ((2, 2, 3), (3, 2)),
        ((2, 3), (2, 3, 2)),
        ((2, 2, 3), (2, 3, 1)),
        ((1, 2, 3), (2, 3, 1)),
        ((2, 1, 1, 2), (3, 2, 1)),
        ((3, 1, 2), (2, 1, 2, 1)),
    ]
    return [Case(covers, use, points(*pair), **params) for pair in shapes]


def dot_shapes(numpy_name):
    shapes = [
        ((), ()),
        ((), (2, 3)),
        ((2, 3), ()),
        ((3,), (3,)),
        ((2, 3), (3,)),
        ((3,), (3, 2)),
        ((2, 3), (3, 2)),
        ((2, 2, 3), (3,)),
        ((3,), (2, 3, 2)),
        ((2, 3), (2, 3, 2)),
        ((2, 2, 3), (3, 2)),
        ((1, 2, 2), (3, 2, 2)),
    ]
    if numpy_name == "inner":
        shapes = [(x, y[:-2] + y[:-3:-1]) for x, y in shapes]
    return [
        Case(getattr(np, numpy_name), lambda np, x, y: getattr(np, numpy_name)(x, y), points(*pair)) for pair in shapes
    ]


CASES = [
    *matmul_shapes(lambda np, x, y: np.matmul(x, y), np.matmul),
    Case(np.matmul, lambda np, x, y: x @ y, MATRIX),
    Case(np.matmul, lambda np, x, y: np.matmul(x.T, y.T), points((3, 2), (2, 3))),
    Case(np.matmul, lambda np, x: np.matmul(x, [1.0, 2.0, 3.0]), points((2, 3))),
    Case(np.matmul, lambda np, x: np.matmul([[1.0, 2.0, 3.0]], x), points((3, 2))),
    Case(np.matmul, lambda np, x: np.matmul(x, x), points((3, 3))),
    Case(np.matmul, lambda np, x: x @ np.ones((0, 2)), (np.zeros((3, 0)),), hips=False, why="autograd fails on empty"),
    *matmul_shapes(lambda np, x, y: np.linalg.matmul(x, y), np.linalg.matmul, hips=False, why=LACKS),
    *dot_shapes("dot"),
    Case(np.dot, lambda np, x: np.dot(2.0, x), points((2, 3))),
    Case(np.dot, lambda np, x: np.dot(x, 2.0), points((2, 3))),
    Case(np.dot, lambda np, x: np.dot([[1.0, 2.0]], x), points((2, 3)), hips=False, why="autograd takes no lists"),
    Case(np.dot, lambda np, x: np.dot(x, b=[[1.0], [2.0]]), points((3, 2)), hips=False, why="autograd takes no lists"),
    Case(np.dot, lambda np, x: np.dot(b=x, a=np.ones((2, 3))), points((3, 2)), hips=False, why="fails on keywords"),
    *dot_shapes("inner"),
    Case(np.inner, lambda np, x: np.inner(2.0, x), points((3,))),
    Case(np.vdot, lambda np, x, y: np.vdot(x, y), points((3,), (3,)), hips=False, why=LACKS),
    Case(np.vdot, lambda np, x, y: np.vdot(x, y), points((2, 3), (3, 2)), hips=False, why=LACKS),
    Case(np.vdot, lambda np, x, y: np.vdot(x, y), points((), ()), hips=False, why=LACKS),
    Case(np.outer, lambda np, x, y: np.outer(x, y), points((3,), (2,))),
    Case(
        np.outer, lambda np, x, y: np.outer(x, y), points((2, 2), (3, 1)), hips=False, why="autograd takes vectors only"
    ),
    Case(np.outer, lambda np, x, y: np.outer(x, y), points((), (3,)), hips=False, why="autograd fails on scalars"),
    Case(np.outer, lambda np, x: np.outer(x, 2.0), points((3,)), hips=False, why="autograd fails on scalars"),
    Case(np.linalg.outer, lambda np, x, y: np.linalg.outer(x, y), points((3,), (2,)), hips=False, why=LACKS),
    Case(np.vecdot, lambda np, x, y: np.vecdot(x, y), points((3,), (3,)), hips=False, why=LACKS),
    Case(np.vecdot, lambda np, x, y: np.vecdot(x, y), points((2, 3), (3,)), hips=False, why=LACKS),
    Case(np.vecdot, lambda np, x, y: np.vecdot(x, y), points((2, 1, 2), (3, 2)), hips=False, why=LACKS),
    Case(np.vecdot, lambda np, x, y: np.vecdot(x, y, axis=0), points((3,), (3, 2)), hips=False, why=LACKS),
    Case(np.vecdot, lambda np, x, y: np.vecdot(x, y, axis=-2), points((2, 3), (2, 3)), hips=False, why=LACKS),
    Case(np.vecdot, lambda np, x, y: np.vecdot(x, y, axis=1), points((2, 3, 2), (2, 3, 2)), hips=False, why=LACKS),
    Case(np.linalg.vecdot, lambda np, x, y: np.linalg.vecdot(x, y), points((2, 3), (3,)), hips=False, why=LACKS),
    Case(
        np.linalg.vecdot,
        lambda np, x, y: np.linalg.vecdot(x, y, axis=0),
        points((2, 3), (2, 1)),
        hips=False,
        why=LACKS,
    ),
    *(
        Case(
            getattr(np, name), lambda np, x, y, name=name: getattr(np, name)(x, y), points(*pair), hips=False, why=LACKS
        )
        for name, pairs in {
            "matvec": [((2, 3), (3,)), ((2, 2, 3), (3,)), ((2, 3), (2, 3)), ((2, 1, 2, 2), (3, 2))],
            "vecmat": [((3,), (3, 2)), ((3,), (2, 3, 2)), ((2, 3), (3, 2)), ((2, 1, 2), (3, 2, 2))],
        }.items()
        if hasattr(np, name)
        for pair in pairs
    ),
    Case(np.tensordot, lambda np, x, y: np.tensordot(x, y), points((2, 2, 3), (2, 3, 1))),
    Case(np.tensordot, lambda np, x, y: np.tensordot(x, y, 1), points((2, 3), (3, 2))),
    Case(np.tensordot, lambda np, x, y: np.tensordot(x, y, axes=0), points((2,), (3,))),
    Case(
        np.tensordot,
        lambda np, x, y: np.tensordot(x, y, axes=0),
        points((), (3,)),
        hips=False,
        why="autograd fails on scalars",
    ),
    Case(
        np.tensordot, lambda np, x: np.tensordot(x, 2.0, 0), points((3,)), hips=False, why="autograd fails on scalars"
    ),
    Case(np.tensordot, lambda np, x, y: np.tensordot(x, y, axes=(0, 1)), points((3, 2), (2, 3))),
    Case(np.tensordot, lambda np, x, y: np.tensordot(x, y, axes=(-1, -2)), points((2, 3), (2, 3, 2))),
    Case(np.tensordot, lambda np, x, y: np.tensordot(x, y, axes=([0, 2], [1, 0])), points((2, 2, 3), (3, 2))),
    Case(np.tensordot, lambda np, x, y: np.tensordot(x, y, axes=([-1, 0], [0, 1])), points((2, 1, 3), (3, 2, 2))),
    Case(np.tensordot, lambda np, x, y: np.tensordot(x, y, axes=([2, 0, 1], [0, 1, 2])), points((2, 1, 3), (3, 2, 1))),
    Case(
        np.linalg.tensordot,
        lambda np, x, y: np.linalg.tensordot(x, y, axes=((1,), (0,))),
        MATRIX,
        hips=False,
        why=LACKS,
    ),
    *(
        Case(np.kron, lambda np, x, y: np.kron(x, y), points(*pair), hips=len(pair[0]) == len(pair[1]) == 2, why=LACKS)
        for pair in [
            ((2, 2), (1, 3)),
            ((2,), (3,)),
            ((3,), (2, 2)),
            ((2, 1, 2), (2,)),
            ((), (3,)),
            ((2,), ()),
            ((), ()),
        ]
    ),
    Case(np.linalg.multi_dot, lambda np, x, y: np.linalg.multi_dot([x, y]), MATRIX, hips=False, why=LACKS),
    Case(
        np.linalg.multi_dot,
        lambda np, *xs: np.linalg.multi_dot(xs),
        points((2, 3), (3, 1), (1, 2)),
        hips=False,
        why=LACKS,
    ),
    Case(
        np.linalg.multi_dot,
        lambda np, *xs: np.linalg.multi_dot(list(xs)),
        points((2,), (2, 2), (2, 3), (3,)),
        hips=False,
        why=LACKS,
    ),
    Case(
        np.linalg.multi_dot,
        lambda np, x, y: np.linalg.multi_dot([np.eye(2), x, np.ones((3, 2)), y]),
        points((2, 3), (2,)),
        hips=False,
        why=LACKS,
    ),
    *(
        Case(
            np.linalg.matrix_power,
            lambda np, x, n=n: np.linalg.matrix_power(np.eye(2) * 1.5 + x, n),
            points(shape, low=-0.3, high=0.3),
            hips=False,
            why=LACKS,
        )
        for n in (-5, -2, -1, 0, 1, 2, 3, 4, 6, 7)
        for shape in ((2, 2), (1, 3, 2, 2))
    ),
    Case(np.cross, lambda np, x, y: np.cross(x, y), points((3,), (3,)), hips=False, why="autograd fails on vectors"),
    Case(np.cross, lambda np, x, y: np.cross(x, y), points((2, 3), (2, 3))),
    Case(
        np.cross, lambda np, x, y: np.cross(x, y), points((2, 3), (3,)), hips=False, why="autograd does not broadcast"
    ),
    Case(
        np.cross,
        lambda np, x, y: np.cross(x, y),
        points((3,), (2, 1, 3)),
        hips=False,
        why="autograd does not broadcast",
    ),
    Case(np.cross, lambda np, x, y: np.cross(x, y, axis=0), points((3, 2), (3, 2))),
    Case(
        np.cross,
        lambda np, x, y: np.cross(x, y, axis=0),
        points((3,), (3, 2)),
        hips=False,
        why="autograd does not broadcast",
    ),
    Case(np.cross, lambda np, x, y: np.cross(x, y, 0, 1, 0), points((3, 2), (2, 3))),
    Case(np.cross, lambda np, x, y: np.cross(x, y, axisa=1, axisb=0, axisc=1), points((2, 3), (3, 2))),
    Case(np.linalg.cross, lambda np, x, y: np.linalg.cross(x, y), points((2, 3), (3,)), hips=False, why=LACKS),
    *(
        Case(np.linalg.cross, lambda np, x, y: np.linalg.cross(x, y, axis=0), points(*pair), hips=False, why=LACKS)
        for pair in [((3, 2), (3, 1)), ((3,), (3, 2)), ((3, 2), (3,))]
    ),
    *(
        Case(
            np.convolve,
            lambda np, x, y, mode=mode: np.convolve(x, y, mode),
            points((n,), (m,)),
            hips=False,
            why=LACKS,
        )
        for mode in ("full", "same", "valid")
        for n, m in [(4, 2), (5, 3), (2, 5), (3, 4), (3, 3), (1, 1)]
    ),
    Case(np.convolve, lambda np, x: np.convolve(x, [1.0, 2.0], mode="same"), points((3,)), hips=False, why=LACKS),
    *(
        Case(
            np.correlate,
            lambda np, x, y, mode=mode: np.correlate(x, y, mode=mode),
            points((n,), (m,)),
            hips=False,
            why=LACKS,
        )
        for mode in ("full", "same", "valid")
        for n, m in [(4, 2), (5, 3), (2, 5), (2, 4), (3, 4), (3, 3), (1, 2)]
    ),
    Case(np.correlate, lambda np, x, y: np.correlate(x, y), points((4,), (2,)), hips=False, why=LACKS),
    Case(np.correlate, lambda np, x, y: np.correlate(x, y, "same"), points((4,), (4,)), hips=False, why=LACKS),
    Case(np.correlate, lambda np, x, y: np.correlate(x, y, 1), points((2,), (4,)), hips=False, why=LACKS),
    Case(np.correlate, lambda np, x: np.correlate(a=x, v=[1.0, 2.0]), points((4,)), hips=False, why=LACKS),
]
