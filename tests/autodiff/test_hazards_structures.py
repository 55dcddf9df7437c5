"""Functions that return or take lists, tuples and dicts: every part has its derivative, none is a silent zero."""

from typing import NamedTuple

import numpy as np
import pytest

import beras

X, A, B = np.array([1.0, 2.0]), np.array([3.0, 5.0]), np.array([7.0, 11.0])
ONES = np.ones(2)


class Pair(NamedTuple):
    first: np.ndarray
    second: np.ndarray


def test_jacobian_has_the_structure_of_the_value():
    square, same = beras.jacobian(lambda x: (x**2, x))(X)
    np.testing.assert_array_equal(square, np.diag(2 * X))
    np.testing.assert_array_equal(same, np.eye(2))
    parts = beras.jacobian(lambda a, b: {"ab": a * b, "rest": [b, 3.0]}, (0, 1))(A, B)
    np.testing.assert_array_equal(parts["ab"], (np.diag(B), np.diag(A)))
    np.testing.assert_array_equal(parts["rest"][0], (np.zeros((2, 2)), np.eye(2)))
    np.testing.assert_array_equal(parts["rest"][1], np.zeros((2, 2)))


def test_a_pullback_takes_the_structure_of_the_value():
    value, pullback = beras.vjp(lambda x: {"square": x**2, "same": (x, ONES)}, X)
    np.testing.assert_array_equal(value["square"], X**2)
    for _ in range(2):
        np.testing.assert_array_equal(pullback({"same": (10 * ONES, ONES), "square": ONES})[0], 2 * X + 10)
    for wrong in (ONES, {"square": ONES}, {"square": ONES, "same": (ONES,)}):
        with pytest.raises(TypeError, match="The cotangent must have the structure of what it belongs to"):
            pullback(wrong)


def test_hessian_over_several_arguments_is_nested():
    for nested in (
        beras.hessian(lambda a, b: np.sum(a * b**2), (0, 1))(A, B),
        beras.hessian(lambda p: np.sum(p[0] * p[1] ** 2))([A, B]),
        beras.hessian(lambda p: np.sum(p.first * p.second**2))(Pair(A, B)),
    ):
        (aa, ab), (ba, bb) = nested
        np.testing.assert_array_equal(aa, np.zeros((2, 2)))
        np.testing.assert_array_equal(ab, np.diag(2 * B))
        np.testing.assert_array_equal(ba, np.diag(2 * B))
        np.testing.assert_array_equal(bb, np.diag(2 * A))


def test_jvp_of_structures():
    (square, same, constant), slopes = beras.jvp(lambda p: (p["x"] ** 2, p["x"], 3), ({"x": X},), ({"x": A},))
    np.testing.assert_array_equal(square, X**2)
    np.testing.assert_array_equal(same, X)
    assert constant == 3
    np.testing.assert_array_equal(slopes[0], 2 * X * A)
    np.testing.assert_array_equal(slopes[1], A)
    assert slopes[2] == 0
    with pytest.raises(TypeError, match=r"jvp\(f, \(x,\), \(v,\)\)\. Received: float and float"):
        beras.jvp(np.sin, 1.0, 1.0)


def test_hvp_of_a_list():
    f = lambda p: p[0] ** 2 * p[1]  # noqa: E731
    np.testing.assert_array_equal(beras.hvp(f, [2.0, 3.0], [1.0, 0.0]), [6.0, 4.0])
    with pytest.raises(TypeError, match="v must have the structure of what it belongs to, a list of 2"):
        beras.hvp(f, [2.0, 3.0], ONES)


def test_grad_of_a_tuple_is_refused():
    with pytest.raises(TypeError, match=r"must return a scalar .* Received: a tuple"):
        beras.grad(lambda x: (np.sum(x), x))(X)
    with pytest.raises(TypeError, match=r"must return a number .* Received: NoneType"):
        beras.jacobian(lambda x: (x, None))(X)


def test_named_tuples_and_argument_numbers_of_numpy():
    pair = Pair(A, B)
    slopes = beras.grad(lambda p: np.sum(p.first * p.second))(pair)
    assert type(slopes) is Pair
    np.testing.assert_array_equal(slopes.first, B)
    with beras.GradientTape() as tape:
        watched = tape.watch(pair)
        y = np.sum(watched.first * watched.second)
    np.testing.assert_array_equal(tape.gradient(y, watched).second, A)
    np.testing.assert_array_equal(beras.grad(lambda a, b: np.sum(a * b), np.int64(1))(A, B), A)
