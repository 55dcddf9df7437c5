"""Activations: derivatives against central differences, extreme inputs, dtypes, second thoughts."""

import math

import numpy as np
import pytest

import beras
from beras import activations
from beras.activations.gaussian import gaussian_cdf
from tests.autodiff.case import points

ONE_ARRAY = [name for name in activations.__all__ if name not in ("deserialize", "get", "serialize", "threshold")]
POINTS = points((2, 4), low=-2.7, high=2.9, seed=3)[0]


@pytest.mark.parametrize("name", ONE_ARRAY)
def test_both_derivatives_are_central_differences(name):
    beras.check_grads(getattr(activations, name), POINTS)


@pytest.mark.parametrize("name", [name for name in ONE_ARRAY if name != "exponential"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_extreme_inputs_give_finite_values_and_gradients(name, dtype):
    function = getattr(activations, name)
    x = np.array([[-1e4, -200.0, -88.5, -20.0, 0.0, 20.0, 88.5, 1e4], [1e4, 1e4, -1e4, -1e4, 0, 0, 0, 0]], dtype)
    value, gradient = beras.value_and_grad(lambda x: np.sum(function(x)))(x)
    assert np.isfinite(value)
    assert np.all(np.isfinite(gradient))
    assert np.all(np.isfinite(function(x)))
    assert function(x).dtype == gradient.dtype == dtype


@pytest.mark.parametrize("name", [name for name in ONE_ARRAY if name not in ("linear", "glu")])
def test_lists_integers_and_variables_are_accepted(name):
    function = getattr(activations, name)
    expected = function(np.array([1.0, 2.0], "float32"))
    assert expected.dtype == "float32"
    for given in ([1, 2], np.array([1, 2]), beras.Variable([1.0, 2.0])):
        ours = function(given)
        assert isinstance(ours, np.ndarray)
        assert ours.dtype == "float32"
        np.testing.assert_array_equal(ours, expected)


@pytest.mark.parametrize("name", ["relu", "sigmoid", "softplus", "leaky_relu", "silu", "gelu", "tanh", "elu"])
def test_a_single_number_gives_a_single_number(name):
    function = getattr(activations, name)
    assert np.ndim(function(0.5)) == 0
    np.testing.assert_allclose(function(0.5), function(np.array([0.5], "float32"))[0], rtol=1e-6)


@pytest.mark.parametrize("name", ONE_ARRAY)
def test_the_input_is_left_alone(name):
    x = POINTS.copy()
    getattr(activations, name)(x)
    np.testing.assert_array_equal(x, POINTS)


def test_nan_stays_nan():
    x = np.array([np.nan, 1.0])
    for name in ("relu", "leaky_relu", "sigmoid", "softplus", "silu", "elu", "relu6"):
        assert np.isnan(getattr(activations, name)(x)[0]), name
    assert np.isnan(activations.relu(x, threshold=0.5)[0])


def test_the_sigmoid_is_accurate_far_out_on_both_sides():
    x = np.array([-700.0, -80.0, -20.0, 20.0])
    np.testing.assert_allclose(activations.sigmoid(x), [1 / (1 + math.exp(-v)) for v in x], rtol=1e-14)
    assert activations.sigmoid(np.array([-1e4], "float32"))[0] == 0
    assert activations.sigmoid(np.array([1e4], "float32"))[0] == 1


def test_the_gaussian_probability_is_that_of_maths_erfc():
    x = np.linspace(-37, 9, 4001)
    expected = np.array([0.5 * math.erfc(-v / math.sqrt(2)) for v in x])
    np.testing.assert_allclose(gaussian_cdf(x), expected, rtol=1e-12)


def test_softmax_rows_sum_to_one_and_ignore_a_shift():
    x = np.random.default_rng(0).normal(size=(5, 7))
    np.testing.assert_allclose(activations.softmax(x).sum(-1), 1, rtol=1e-15)
    np.testing.assert_allclose(activations.softmax(x + 1e4), activations.softmax(x), rtol=1e-11)


def test_softmax_of_masked_scores_gives_zeros():
    np.testing.assert_array_equal(activations.softmax(np.array([0.0, -np.inf, 0.0])), [0.5, 0, 0.5])


def test_softmax_over_one_entry_warns():
    with pytest.warns(UserWarning, match="sigmoid"):
        activations.softmax(np.ones((3, 1)))


@pytest.mark.parametrize("axis", [-1, 0])
def test_sparsemax_is_the_nearest_distribution(axis):
    """The projection onto the simplex has entries max(x - t, 0) that sum to 1; bisection finds the t."""
    x = np.random.default_rng(2).normal(size=(5, 6))
    low, high = np.min(x, axis, keepdims=True) - 1, np.max(x, axis, keepdims=True)
    for _ in range(60):
        t = (low + high) / 2
        enough = np.sum(np.maximum(x - t, 0), axis, keepdims=True) >= 1
        low, high = np.where(enough, t, low), np.where(enough, high, t)
    np.testing.assert_allclose(activations.sparsemax(x, axis), np.maximum(x - low, 0), atol=1e-14)


def test_glu_of_an_odd_axis_says_so():
    with pytest.raises(ValueError, match=r"even length.*\(2, 3\)"):
        activations.glu(np.ones((2, 3)))


def test_relu_drops_an_infinite_cotangent_where_it_is_off():
    with beras.GradientTape() as tape:
        x = tape.watch(np.array([-1.0, 1.0]))
        y = activations.relu(x)
    np.testing.assert_array_equal(tape.gradient(y, x, np.array([np.inf, 2.0])), [0.0, 2.0])
