"""Kinds of arrays: without axes, without entries, of every float width, mixed, strided, and broadcast."""

import itertools

import numpy as np
import pytest

import beras

RNG = np.random.default_rng(3)


def test_zero_dimensional():
    for point in (np.array(2.0), np.float64(2.0), 2.0):
        with beras.GradientTape() as tape:
            x = tape.watch(point)
            y = x * x + np.sin(x)[()]
        g = tape.gradient(y, x)
        assert np.shape(g) == ()
        np.testing.assert_allclose(g, 4 + np.cos(2.0))


def test_zero_dimensional_variable_is_updated():
    w = beras.Variable(2.0, dtype="float64")
    with beras.GradientTape() as tape:
        y = w**3
    w -= 0.1 * tape.gradient(y, w)
    np.testing.assert_allclose(w.numpy(), 2 - 1.2)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0)])
def test_empty_arrays(shape):
    with beras.GradientTape(persistent=True) as tape:
        x = tape.watch(np.zeros(shape))
        w = tape.watch(np.ones(3))
        elementwise = np.sin(x) * 2
        total = np.sum(x)
        broadcast = elementwise + w if shape[-1] == 3 else None
    assert tape.gradient(elementwise, x).shape == shape
    assert tape.gradient(total, x).shape == shape
    if broadcast is not None:
        np.testing.assert_array_equal(tape.gradient(broadcast, w), np.zeros(3))


def test_empty_matrix_product():
    with beras.GradientTape() as tape:
        a, b = tape.watch(np.ones((2, 0))), tape.watch(np.ones((0, 3)))
        y = a @ b
    ga, gb = tape.gradient(y, [a, b])
    assert (ga.shape, gb.shape) == ((2, 0), (0, 3))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_a_gradient_has_its_sources_dtype(dtype):
    with beras.GradientTape() as tape:
        x = tape.watch(np.array([0.5, 1.5], dtype))
        y = np.sum(np.exp(x) * 2.5 - x / 3 + x**2)
    assert y.dtype == dtype
    g = tape.gradient(y, x)
    assert g.dtype == dtype
    expected = np.exp([0.5, 1.5]) * 2.5 - 1 / 3 + 2 * np.array([0.5, 1.5])
    np.testing.assert_allclose(g, expected, rtol={"float16": 4e-3, "float32": 1e-6, "float64": 1e-14}[dtype])


@pytest.mark.parametrize(("one", "other"), list(itertools.permutations(["float16", "float32", "float64"], 2)))
def test_mixed_dtypes(one, other):
    a, b = np.array([1.0, 2.0], one), np.array([[3.0], [4.0]], other)
    with beras.GradientTape() as tape:
        x, y = tape.watch(a), tape.watch(b)
        z = np.sum(x * y)
    assert z.dtype == np.result_type(one, other)
    gx, gy = tape.gradient(z, [x, y])
    assert (gx.dtype, gy.dtype) == (one, other)
    np.testing.assert_array_equal(gx, [7.0, 7.0])
    np.testing.assert_array_equal(gy, [[3.0], [3.0]])


def test_a_cast_in_the_middle():
    with beras.GradientTape() as tape:
        x = tape.watch(np.array([1.0, 2.0], np.float32))
        y = np.sum(x.astype(np.float64) ** 2)
    g = tape.gradient(y, x)
    assert g.dtype == np.float32
    np.testing.assert_array_equal(g, [2.0, 4.0])


@pytest.mark.parametrize("value", [3, np.arange(3), np.array([True, False]), np.array([1j]), [1, 2]])
def test_integer_boolean_and_complex_input_cannot_be_watched(value):
    with beras.GradientTape() as tape, pytest.raises(TypeError, match=r"Only floating-point values can be watched.*"):
        tape.watch(value)


def test_integers_beside_a_followed_value():
    with beras.GradientTape() as tape:
        x = tape.watch(np.array([1.5, 2.5], np.float32))
        y = np.sum(x * np.array([2, 3]) + x ** np.array([2, 3]) + 4)
    g = tape.gradient(y, x)
    assert g.dtype == np.float32
    np.testing.assert_allclose(g, [2 + 2 * 1.5, 3 + 3 * 2.5**2])


@pytest.mark.parametrize("function", [np.multiply, np.divide, np.power, np.maximum, np.hypot, np.arctan2, np.add])
def test_a_list_or_tuple_beside_a_followed_value(function):
    def f(x):
        return np.sum(function(x, [2.0, 3.0]) * 2 + function((2.0, 3.0), x))

    point = np.array([1.5, 2.5])
    np.testing.assert_allclose(beras.grad(f)(point), beras.numerical_gradient(f, point), rtol=1e-6)


SHAPES = [(), (1,), (3,), (2, 1), (1, 3), (2, 3), (4, 1, 1), (4, 2, 3), (1, 1, 1)]


@pytest.mark.parametrize(("one", "other"), list(itertools.product(SHAPES, SHAPES)))
def test_broadcasting_in_every_position(one, other):
    a, b = RNG.uniform(0.5, 2, one), RNG.uniform(0.5, 2, other)
    weights = RNG.uniform(0.5, 2, np.broadcast_shapes(one, other))
    with beras.GradientTape() as tape:
        x, y = tape.watch(a), tape.watch(b)
        z = np.sum((x / y) * weights)
    gx, gy = tape.gradient(z, [x, y])

    def summed(g, shape):  # an independent un-broadcast: add up entry by entry
        out = np.zeros(shape)
        for place in np.ndindex(g.shape):
            own = place[g.ndim - len(shape) :]
            out[tuple(0 if n == 1 else i for i, n in zip(own, shape, strict=True))] += g[place]
        return out

    np.testing.assert_allclose(gx, summed(weights / b, one))
    np.testing.assert_allclose(gy, summed(-weights * a / b**2, other))


def test_batch_size_equal_to_feature_size():
    n = 3
    x, w, b = RNG.normal(size=(n, n)), RNG.normal(size=(n, n)), RNG.normal(size=n)
    c = RNG.normal(size=(n, n))
    with beras.GradientTape() as tape:
        tx, tw, tb = tape.watch(x), tape.watch(w), tape.watch(b)
        y = np.sum(c * (tx @ tw + tb))
    gx, gw, gb = tape.gradient(y, [tx, tw, tb])
    np.testing.assert_allclose(gx, c @ w.T)
    np.testing.assert_allclose(gw, x.T @ c)
    np.testing.assert_allclose(gb, c.sum(axis=0))


@pytest.mark.parametrize(
    "layout",
    [
        np.asfortranarray,
        lambda a: np.repeat(a, 2, axis=1)[:, ::2],
        lambda a: a[::-1][::-1],
        lambda a: np.ascontiguousarray(a.T).T,
        lambda a: np.broadcast_to(a, (2, *a.shape))[1],
    ],
    ids=["fortran", "every-second", "reversed-twice", "transposed", "read-only"],
)
def test_fortran_ordered_and_non_contiguous_arrays(layout):
    a, b = RNG.normal(size=(4, 3)), RNG.normal(size=(3, 2))
    with beras.GradientTape() as tape:
        x, w = tape.watch(layout(a)), tape.watch(layout(b))
        y = np.sum(np.tanh(x @ w)[1:, ::-1].T ** 2) + np.sum(x.reshape(2, 6)[0]) + np.sum(x[x > 0])
    gx, gw = tape.gradient(y, [x, w])

    def f(x, w):
        return np.sum(np.tanh(x @ w)[1:] ** 2) + np.sum(x.reshape(2, 6)[0]) + np.sum(x[x > 0])

    np.testing.assert_allclose(gx, beras.numerical_gradient(lambda x: f(x, b), a), atol=1e-8)
    np.testing.assert_allclose(gw, beras.numerical_gradient(lambda w: f(a, w), b), atol=1e-8)
    assert gx.flags.writeable
    assert gw.flags.writeable
