"""Central differences: right where derivatives are known in closed form, and honest about their own errors."""

import numpy as np
import pytest

from beras.oracle.differences import central_difference, sample_places

#: A function of one number, where, its derivative there, and how far off it may be, relatively.
KNOWN = {
    "exp": (np.exp, 1.0, np.e, 1e-11),
    "exp of a small number": (np.exp, 1e-8, np.exp(1e-8), 1e-6),
    "log of a small number": (np.log, 1e-9, 1e9, 1e-9),
    "a large number": (lambda x: x**3, 1e8, 3e16, 1e-11),
    "a square near zero": (lambda x: x**2, 1e-30, 2e-30, 1e-11),
    "zero": (np.sin, 0.0, 1.0, 1e-11),
    "a fast wave": (lambda x: np.sin(1e4 * x), 0.3, 1e4 * np.cos(3e3), 1e-8),
    "near a kink": (np.abs, -1e-5, -1.0, 1e-11),
    "near another": (lambda x: np.maximum(x, 1.0), 1.0005, 1.0, 1e-10),
    "a constant": (lambda x: np.float64(7.0), 2.0, 0.0, 0.0),
    "negative": (lambda x: 1 / x, -0.5, -4.0, 1e-11),
    "next to a pole": (lambda x: 1 / (x - 1), 1.001, -1e6, 1e-9),
}


def of_one(f, x, **params):
    slopes = central_difference(lambda v: np.sum(f(v)), [np.array([x])], 0, [(0,)], **params)
    return float(slopes.values[0]), float(slopes.errors[0]), bool(slopes.kinks[0])


@pytest.mark.parametrize("name", KNOWN)
def test_derivatives_in_closed_form(name):
    f, x, expected, limit = KNOWN[name]
    value, error, kink = of_one(f, x)
    assert abs(value - expected) <= limit * abs(expected)
    assert abs(value - expected) <= error, "the estimate of the error is too small"
    assert error <= max(1e4 * limit * abs(expected), 1e-8), "the estimate of the error is useless"
    assert not kink


@pytest.mark.parametrize(
    ("f", "x", "mean", "jump"),
    [
        (np.abs, 0.0, 0.0, 2.0),
        (lambda x: np.maximum(x, 0), 0.0, 0.5, 1.0),
        (lambda x: np.maximum(x, 3 * x - 4), 2.0, 2, 2),
    ],
)
def test_a_kink_is_named_and_its_value_not_trusted(f, x, mean, jump):
    value, error, kink = of_one(f, x)
    assert kink
    assert value == pytest.approx(mean)
    assert error >= jump / 2 - 1e-9


@pytest.mark.parametrize("f", [np.sqrt, np.log, lambda x: 1 / x])
def test_where_the_function_ends_there_is_no_value(f):
    value, error, _ = of_one(f, 0.0)
    assert np.isnan(value) or error > 1e3
    assert np.isnan(of_one(f, np.nan)[0])
    assert of_one(f, np.inf)[1] == np.inf


def test_the_sum_of_many_drowns_the_slope_and_says_so():
    value, error, _ = of_one(lambda x: 1e9 + x, 1.0)
    assert 1e-7 < abs(value - 1) + error < 1e-1
    assert abs(value - 1) <= error


def test_each_entry_of_each_argument():
    x, w = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0.5, -1.0])
    f = lambda x, w, n: float(np.sum((x @ w) ** n))  # noqa: E731
    places = list(np.ndindex(2, 2))
    right = (2 * (x @ w))[:, None] * w
    np.testing.assert_allclose(central_difference(f, [x, w, 2], 0, places).values.reshape(2, 2), right, rtol=1e-10)
    np.testing.assert_allclose(central_difference(f, [x, w, 2], 1, [(1,)]).values, [2 * x[:, 1] @ (x @ w)], rtol=1e-10)


def test_arrays_are_given_in_float64_and_left_alone():
    seen = []

    def f(x, labels):
        seen.append((x.dtype, labels.dtype))
        x[...] = x + labels  # its own copy
        return x.sum()

    x, labels = np.ones(2, np.float32), np.array([1, 2])
    assert central_difference(f, [x, labels], 0, [(0,)]).values == pytest.approx([1.0])
    assert set(seen) == {(np.dtype(np.float64), labels.dtype)}
    np.testing.assert_array_equal(x, 1)


def test_no_places_no_values():
    slopes = central_difference(np.sum, [np.zeros((0, 2))], 0, [])
    assert [part.shape for part in slopes] == [(0,)] * 3


def test_refuses_what_it_cannot_differentiate():
    with pytest.raises(TypeError, match=r"floating-point array as argument 0. Received: int64"):
        central_difference(np.sum, [np.array([1, 2], np.int64)], 0, [(0,)])
    with pytest.raises(TypeError, match=r"one real number. Received: float64 of shape \(2,\)"):
        central_difference(np.exp, [np.ones(2)], 0, [(0,)])


def test_the_number_of_calls():
    calls = []
    central_difference(lambda x: calls.append(1) or float(np.tanh(x).sum()), [np.ones(3)], 0, [(0,), (2,)])
    assert len(calls) == 1 + 2 * 6


def test_sample_places():
    assert sample_places((), 3, seed=0) == [()]
    assert sample_places((0, 4), 3, seed=0) == []
    assert sample_places((2, 3), 6, seed=0) == list(np.ndindex(2, 3))
    drawn = sample_places((40, 50), 12, seed=1, also=[(39, 49), (0, 0), (0, 0)])
    assert drawn == sorted(set(drawn))
    assert len(drawn) in (12, 13, 14)
    assert {(0, 0), (39, 49)} <= set(drawn)
    assert sample_places((40, 50), 12, seed=1) == sample_places((40, 50), 12, seed=1)
    assert sample_places((40, 50), 12, seed=1) != sample_places((40, 50), 12, seed=2)
    assert all(type(i) is int for place in drawn for i in place)
    with pytest.raises(ValueError):
        sample_places((40, 50), 12, seed=1, also=[(40, 0)])
