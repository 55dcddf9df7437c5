"""Functions with a gradient of their own: first and higher order, several arguments, and misuse."""

import numpy as np
import pytest

import beras

X = np.array([0.5, -1.5])


@beras.custom_gradient
def softplus(x):
    e = np.exp(x)
    return np.log1p(e), lambda g: g * e / (1 + e)


@beras.custom_gradient
def three_times(x):
    return x * 1.0, lambda g: g * 3


def test_its_gradient_is_used():
    np.testing.assert_array_equal(beras.grad(lambda x: np.sum(three_times(x)))(X), [3.0, 3.0])


def test_outside_a_tape_it_gives_its_value():
    assert type(three_times(X)) is np.ndarray
    np.testing.assert_array_equal(three_times(beras.Variable(X)), X)


def test_higher_derivatives_of_a_pullback_written_in_numpy():
    s = 1 / (1 + np.exp(-0.5))
    first = beras.grad(softplus)
    second = beras.grad(first)
    third = beras.grad(second)
    np.testing.assert_allclose(first(0.5), s)
    np.testing.assert_allclose(second(0.5), s * (1 - s))
    np.testing.assert_allclose(third(0.5), s * (1 - s) * (1 - 2 * s))
    beras.check_grads(lambda x: softplus(x) * x, X)


def test_several_arguments_and_none():
    @beras.custom_gradient
    def scaled(x, y, label):
        return x * y, lambda g: (g * y * 10, None, None)

    with beras.GradientTape() as tape:
        x, y = tape.watch(X), tape.watch(X + 1)
        z = np.sum(scaled(x, y, "a name")) + np.sum(scaled(X, y, "another"))
    gx, gy = tape.gradient(z, [x, y])
    np.testing.assert_allclose(gx, 10 * (X + 1))
    assert gy is None


def test_several_values():
    @beras.custom_gradient
    def both(x):
        return (x * 2, x * 3), lambda g: g[0] * 200 + g[1] * 300

    with beras.GradientTape(persistent=True) as tape:
        x = tape.watch(X)
        double, triple = both(x)
        y = np.sum(double) + np.sum(triple)
    np.testing.assert_array_equal(tape.gradient(y, x), [500.0, 500.0])
    np.testing.assert_array_equal(tape.gradient(triple, x), [300.0, 300.0])


def test_called_several_times():
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        y = np.sum(softplus(softplus(x)) * softplus(x * 2))

    def plain(x):
        return np.sum(np.log1p(np.exp(np.log1p(np.exp(x)))) * np.log1p(np.exp(x * 2)))

    np.testing.assert_allclose(tape.gradient(y, x), beras.numerical_gradient(plain, X), rtol=1e-7)


def test_a_number_and_a_broadcast_cotangent_are_taken():
    @beras.custom_gradient
    def total(x, b):
        return np.sum(x) + np.sum(b), lambda g: (2.0, np.ones((5, 2)))

    with beras.GradientTape() as tape:
        x, b = tape.watch(X.astype(np.float32)), tape.watch(X)
        y = total(x, b)
    gx, gb = tape.gradient(y, [x, b])
    assert gx.dtype == np.float32
    np.testing.assert_array_equal(gx, [2.0, 2.0])
    np.testing.assert_array_equal(gb, [5.0, 5.0])


def test_a_python_number_as_value():
    @beras.custom_gradient
    def norm(x):
        return float(np.sum(x * x)), lambda g: g * 2 * x

    np.testing.assert_array_equal(beras.grad(norm)(X), 2 * X)


def test_the_identity_reversed():
    @beras.custom_gradient
    def reverse(x):
        return x, lambda g: -g

    np.testing.assert_array_equal(beras.grad(lambda x: np.sum(reverse(x) + x * 5))(X), [4.0, 4.0])
    np.testing.assert_array_equal(beras.hessian(lambda x: np.sum(reverse(x) ** 2))(X), 2 * np.eye(2))


def test_misuse():
    with beras.GradientTape(persistent=True) as tape:
        x = tape.watch(X)
        with pytest.raises(TypeError, match="by keyword or inside a list"):
            three_times(x=x)
        with pytest.raises(TypeError, match="by keyword or inside a list"):
            beras.custom_gradient(lambda xs: (xs[0], lambda g: g))([x])
        with pytest.raises(TypeError, match=r"must return \(value, pullback\).*Received: ndarray"):
            beras.custom_gradient(lambda x: x)(x)
        wrong_number = beras.custom_gradient(lambda x, y: (x * y, lambda g: g))(x, x)
        wrong_shape = beras.custom_gradient(lambda x: (x * 2, lambda g: np.ones(3)))(x)
        matrix = tape.watch(np.ones((4, 2)))
        too_small = beras.custom_gradient(lambda x: (x * 2, lambda g: np.ones(2)))(matrix)
    with pytest.raises(ValueError, match=r"one cotangent per positional argument \(2\)\. Received: 1"):
        tape.gradient(wrong_number, x)
    with pytest.raises(ValueError, match=r"shape of argument 0, \(2,\)\. Received: \(3,\)"):
        tape.gradient(wrong_shape, x)
    with pytest.raises(ValueError, match=r"shape of argument 0, \(4, 2\)\. Received: \(2,\)"):
        tape.gradient(too_small, matrix)
