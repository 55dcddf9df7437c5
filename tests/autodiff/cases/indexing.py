"""Rows for ``beras/autodiff/rules/indexing.py``, and for the primitives cast, getitem and scatter_add."""

from inspect import signature

import numpy as np

from beras.autodiff.primitives import cast, getitem, scatter_add
from tests.autodiff.case import Case, points

VECTOR = points((5,))
MATRIX = points((3, 4))
CUBE = points((2, 3, 2))
MASK = np.array([True, False, True])
IDS = np.array([2, 0, 2, 1])
NOT_THERE = {"hips": False, "why": "not in autograd"}
OURS = {"hips": False, "why": "a primitive of beras"}

INDICES = [
    (VECTOR, 1),
    (VECTOR, -1),
    (VECTOR, np.int64(2)),
    (VECTOR, np.array(3)),
    (VECTOR, slice(None)),
    (VECTOR, slice(1, 4)),
    (VECTOR, slice(None, None, -1)),
    (VECTOR, slice(4, 0, -2)),
    (VECTOR, slice(2, 2)),
    (VECTOR, None),
    (VECTOR, ...),
    (VECTOR, [0, 0, 3, -1, 4]),
    (VECTOR, np.array([[1, 1], [-4, 2]])),
    (VECTOR, np.array([], dtype=int)),
    (VECTOR, np.array([True, False, True, True, False])),
    (VECTOR, VECTOR[0] > 0),
    (VECTOR, True),
    (VECTOR, range(-2, 2)),
    (points(()), ()),
    (points(()), None),
    (points(()), ...),
    (MATRIX, 0),
    (MATRIX, (1, 2)),
    (MATRIX, (slice(None), 1)),
    (MATRIX, (slice(None, None, 2), slice(None, None, -1))),
    (MATRIX, (..., None, 0)),
    (MATRIX, (None, 2, slice(1, 3))),
    (MATRIX, IDS),
    (MATRIX, -IDS),
    (MATRIX, IDS.reshape(2, 2)),
    (MATRIX, (slice(None), [3, 3, 0])),
    (MATRIX, ([0, 2, 0], [1, 1, 1])),
    (MATRIX, ((0, 0), (1, 1))),
    (MATRIX, ((0, 0),)),
    (MATRIX, (np.arange(3), np.array([3, 0, 0]))),
    (MATRIX, np.ix_([0, 2, 2], [1, 3])),
    (MATRIX, MASK),
    (MATRIX, (MASK, 1)),
    (MATRIX, (MASK, [1, 1])),
    (MATRIX, (slice(1, None), np.array([True, False, False, True]))),
    (MATRIX, MATRIX[0] < 0),
    (points((1, 3)), np.array([0, 0, -1])),
    (CUBE, (0, slice(None), [1, 1, 0])),
    (CUBE, ([0, 0], slice(None), [1, 1])),
    (CUBE, (..., [[0, 1], [1, 1]])),
    (CUBE, (slice(None), MASK, None)),
    (CUBE, (slice(None), [2, 0, 2])),
    (CUBE, np.array([1, 1, 0])),
]


def picking(index):
    return lambda np, x: x[index]


CASES = [
    *(Case(getitem, picking(index), arrays) for arrays, index in INDICES),
    Case(getitem, lambda np, x: np.sum(x[1:] - x[:-1]) * x[0], VECTOR),
    Case(getitem, lambda np, x: sum(row @ row for row in x), MATRIX),
    Case(scatter_add, lambda np, g: scatter_add(g, IDS, (3,)), points((4,)), **OURS),
    Case(scatter_add, lambda np, g: scatter_add(g, np.array([1, -2, 1]), (3, 2)), points((3, 2)), **OURS),
    Case(scatter_add, lambda np, g: scatter_add(g, (slice(0, 2), 1), (2, 3)), points((2,)), **OURS),
    Case(cast, lambda np, x: cast(x, np.float64), VECTOR, **OURS),
    Case(cast, lambda np, x: x.astype("float64") * x, VECTOR),
    #
    Case(np.take, lambda np, x: np.take(x, [0, 2, 2]), VECTOR, **NOT_THERE),
    Case(np.take, lambda np, x: np.take(x, 7), MATRIX, **NOT_THERE),
    Case(np.take, lambda np, x: np.take(x, IDS, axis=0), MATRIX, **NOT_THERE),
    Case(np.take, lambda np, x: np.take(x, IDS.reshape(2, 2), -1), MATRIX, **NOT_THERE),
    Case(np.take, lambda np, x: np.take(x, [-1, 0, -3], axis=0), MATRIX, **NOT_THERE),
    Case(np.take, lambda np, x: np.take(x, indices=1, axis=1), MATRIX, **NOT_THERE),
    Case(np.take, lambda np, x: np.take(x, [0, -1], axis=-1), points(()), **NOT_THERE),
    Case(np.take, lambda np, x: np.take(x, [5, -7, 1], axis=0, mode="wrap"), MATRIX, **NOT_THERE),
    Case(np.take, lambda np, x: x.take([5, -7, 1], mode="clip"), VECTOR, **NOT_THERE),
    Case(
        np.take_along_axis,
        lambda np, x: np.take_along_axis(x, np.array([[0, 0], [3, 1], [1, 2]]), axis=1),
        MATRIX,
        **NOT_THERE,
    ),
    Case(np.take_along_axis, lambda np, x: np.take_along_axis(x, np.array([[2, 2, 0, 1]]), 0), MATRIX, **NOT_THERE),
    Case(np.take_along_axis, lambda np, x: np.take_along_axis(x, IDS, axis=None), MATRIX, **NOT_THERE),
    Case(
        np.take_along_axis,
        lambda np, x: np.take_along_axis(x, np.array([[0, 0], [2, 1], [0, 1]]), -1),
        points((1, 3)),
        **NOT_THERE,
    ),
    Case(np.compress, lambda np, x: np.compress([True, False, True], x), MATRIX, **NOT_THERE),
    Case(np.compress, lambda np, x: np.compress(MASK, x, axis=0), MATRIX, **NOT_THERE),
    Case(np.compress, lambda np, x: np.compress([0, 1], x, -1), MATRIX, **NOT_THERE),
    Case(np.compress, lambda np, x: x.compress(MASK, 0), MATRIX, **NOT_THERE),
    Case(np.compress, lambda np, x: np.compress([True], x, axis=0), points(()), **NOT_THERE),
    Case(np.extract, lambda np, x: np.extract(MATRIX[0] > 0, x), MATRIX, **NOT_THERE),
    Case(np.extract, lambda np, x: np.extract(x > 0, x), MATRIX, **NOT_THERE),
    Case(np.choose, lambda np, x, y: np.choose([0, 1, 1, 0], [x, y]), points((4,), (4,)), **NOT_THERE),
    Case(np.choose, lambda np, x, y: np.choose([[0], [1]], [x, y]), points((4,), ()), **NOT_THERE),
    Case(np.choose, lambda np, x: np.choose([2, -1, 0], x, mode="clip"), points((2, 3)), **NOT_THERE),
    Case(np.choose, lambda np, x: np.choose([2, -1, 0], x, mode="wrap"), points((2, 3)), **NOT_THERE),
    Case(np.delete, lambda np, x: np.delete(x, 1), MATRIX, **NOT_THERE),
    Case(np.delete, lambda np, x: np.delete(x, [0, -1], axis=1), MATRIX, **NOT_THERE),
    Case(np.delete, lambda np, x: np.delete(x, slice(None, None, 2), 0), MATRIX, **NOT_THERE),
    Case(np.insert, lambda np, x, v: np.insert(x, 2, v), points((3,), ()), **NOT_THERE),
    Case(np.insert, lambda np, x, v: np.insert(x, [0, 3], v), points((3,), (2,)), **NOT_THERE),
    Case(np.insert, lambda np, x, v: np.insert(x, 1, v, axis=0), points((2, 3), (3,)), **NOT_THERE),
    Case(np.insert, lambda np, x, v: np.insert(x, [1, 1], v, axis=-1), points((2, 2), (2, 1)), **NOT_THERE),
    Case(np.insert, lambda np, x, v: np.insert(x, 1, v), points((3,), (2,)), **NOT_THERE),
    Case(np.insert, lambda np, x, v: np.insert(x, [2], v, axis=1), points((2, 3), (2, 2)), **NOT_THERE),
    Case(np.insert, lambda np, x: np.insert(x, 1, 7.0), VECTOR, **NOT_THERE),
    Case(np.insert, lambda np, x: np.insert(x, 1, [7.0, 8.0]), VECTOR, **NOT_THERE),
    Case(np.insert, lambda np, v: np.insert([1.0, 2.0], 1, v), points(()), **NOT_THERE),
    Case(np.bincount, lambda np, w: np.bincount(IDS, weights=w), points((4,)), **NOT_THERE),
    Case(np.bincount, lambda np, w: np.bincount(IDS, w, minlength=5), points((4,)), **NOT_THERE),
    #
    Case(np.apply_along_axis, lambda np, x: np.apply_along_axis(np.sum, 0, x**2), MATRIX, **NOT_THERE),
    Case(np.apply_along_axis, lambda np, x: np.apply_along_axis(lambda v: v[1:] * v[0], 1, x), MATRIX, **NOT_THERE),
    Case(np.apply_along_axis, lambda np, x: np.apply_along_axis(np.diag, -2, x), CUBE, **NOT_THERE),
    Case(np.apply_over_axes, lambda np, x: np.apply_over_axes(np.sum, x, [0, 2]), CUBE, **NOT_THERE),
    Case(np.apply_over_axes, lambda np, x: np.apply_over_axes(np.cumsum, x, -1), MATRIX, **NOT_THERE),
]

# New in NumPy 2.3.
if signature(np.take_along_axis).parameters["axis"].default == -1:
    PLACES = np.array([[0, 0], [3, 1], [1, 2]])
    CASES += [
        Case(np.take_along_axis, lambda np, x: np.take_along_axis(x, PLACES), MATRIX, **NOT_THERE),
        Case(np.take_along_axis, lambda np, x: np.take_along_axis(x, IDS), VECTOR, **NOT_THERE),
    ]
