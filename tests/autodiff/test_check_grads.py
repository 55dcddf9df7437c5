"""check_grads catches rules that are wrong, and says where."""

import numpy as np
import pytest

import beras
from beras.autodiff.registry import RULES, define
from beras.autodiff.tracked import bare

X = np.array([[0.4, -0.7, 1.3], [0.2, 0.9, -1.1]])
W = np.array([[0.5, -0.2, 0.1], [0.3, 0.8, -0.4], [0.6, -0.9, 0.7]])


@pytest.fixture
def ruled():
    """Make primitives with given rules, and forget them afterwards."""
    made = []

    def make(function, *vjps):
        operation = beras.primitive(function)
        define(operation, *vjps)
        made.append(operation)
        return operation

    yield make
    for operation in made:
        del RULES[operation]


def cube(x):
    return x * x * x


RIGHT = lambda g, ans, x: g * 3 * x**2  # noqa: E731

WRONG = {
    "sign": lambda g, ans, x: -g * 3 * x**2,
    "factor": lambda g, ans, x: g * 2 * x**2,
    "slightly": lambda g, ans, x: g * 3.00001 * x**2,
    "one entry": lambda g, ans, x: g * 3 * x**2 + np.eye(*x.shape),
    "nan": lambda g, ans, x: g * np.nan * x,
    "none": lambda g, ans, x: None,
}


def test_right_rules_pass(ruled):
    operation = ruled(cube, RIGHT)
    assert beras.check_grads(operation, X) is None
    beras.check_grads(lambda x, w: [operation(x) @ w, np.sum(x)], X, W)
    beras.check_grads(operation, np.array(0.3))
    beras.check_grads(operation, np.ones((0, 3)))
    beras.check_grads(lambda x: (np.argmax(x), operation(x)), X)
    beras.check_grads(operation, X, order=4, rtol=1e-5)


@pytest.mark.parametrize("rule", WRONG.values(), ids=WRONG)
def test_wrong_rules_are_caught(ruled, rule):
    with pytest.raises(beras.GradientMismatch):
        beras.check_grads(ruled(cube, rule), X)


def test_a_transposed_product_is_caught(ruled):
    product = ruled(lambda x, w: x @ w, lambda g, ans, x, w: g @ w, lambda g, ans, x, w: x.T @ g)
    with pytest.raises(beras.GradientMismatch, match="argument 0"):
        beras.check_grads(product, X, W)


def test_a_missing_sum_is_caught(ruled):
    total = ruled(lambda x: x.sum(axis=0), lambda g, ans, x: np.ones((2, 1)) * g * np.array([[1.0], [0.0]]))
    with pytest.raises(beras.GradientMismatch, match="argument 0"):
        beras.check_grads(total, X)


def test_a_rule_that_is_wrong_only_at_second_order_is_caught(ruled):
    cut = ruled(cube, lambda g, ans, x: g * 3 * bare(x) ** 2)  # a constant for the outer tape
    beras.check_grads(cut, X, order=1)
    with pytest.raises(beras.GradientMismatch, match="in the derivative of the gradient: argument 0"):
        beras.check_grads(cut, X, order=2)


def test_a_rule_that_is_wrong_only_at_third_order_is_caught(ruled):
    square = ruled(lambda x: x * x, lambda g, ans, x: g * 2 * bare(x))
    operation = ruled(cube, lambda g, ans, x: g * 3 * square(x))
    beras.check_grads(operation, X, order=2)
    with pytest.raises(beras.GradientMismatch, match="in the derivative of the gradient: in the derivative of"):
        beras.check_grads(operation, X, order=3)


def test_the_message_names_argument_entry_and_both_values(ruled):
    wrong = ruled(lambda x, y: x * y, lambda g, ans, x, y: g * y, lambda g, ans, x, y: g * x + (x == 0.9))
    with pytest.raises(beras.GradientMismatch) as caught:
        beras.check_grads(lambda x, y: wrong(x, y), X, X * 2)
    message = str(caught.value)
    assert message.startswith("argument 1, entry (1, 1) of shape (2, 3): gradient ")
    assert "central differences" in message
    assert "(1 of 6 entries differ)" in message


def test_inside_a_tape_it_is_refused():
    with beras.GradientTape(), pytest.raises(RuntimeError, match="outside every tape"):
        beras.check_grads(np.sin, X)


def test_the_arrays_given_are_left_alone():
    x = X.copy()
    beras.check_grads(np.sin, x)
    np.testing.assert_array_equal(x, X)


def test_numerical_gradient():
    seen = []

    def f(x):
        seen.append(x)
        return np.sum(np.sin(x)) + x[0, 0] * x[1, 1]

    x = X.copy()
    g = beras.numerical_gradient(f, x)
    expected = np.cos(X)
    expected[0, 0] += X[1, 1]
    expected[1, 1] += X[0, 0]
    np.testing.assert_allclose(g, expected, atol=1e-9)
    np.testing.assert_array_equal(x, X)
    assert len(seen) == 12
    assert len({id(a) for a in seen}) == 12  # f may keep what it was given
    np.testing.assert_allclose(beras.numerical_gradient(lambda x: x**2, 3.0), 6.0)
    assert beras.numerical_gradient(lambda x: x.sum(), np.ones((0, 2))).shape == (0, 2)
