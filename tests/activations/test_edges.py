"""Activations at the edges of their definitions: infinities, thresholds below zero, lists, scalars."""

from __future__ import annotations

import numpy as np
import pytest

import beras
from beras import activations
from beras.activations.gaussian import gaussian_cdf

inf = np.inf


@pytest.mark.parametrize(
    ("options", "x", "expected"),
    [
        ({}, [-inf, inf], [0.0, inf]),
        ({"threshold": 1.0}, [-inf, 0.5, inf], [0.0, 0.0, inf]),
        ({"threshold": -1.0}, [-2.0, -1.0, -0.5, 1.0], [0.0, 0.0, -0.5, 1.0]),
        ({"threshold": -1.0, "max_value": 0.5}, [-2.0, -0.5, 1.0], [0.0, -0.5, 0.5]),
        ({"threshold": -1.0, "negative_slope": 0.5}, [-2.0, -0.5, 1.0], [-0.5, -0.5, 1.0]),
        ({"negative_slope": -0.5}, [-2.0, 3.0], [1.0, 3.0]),
    ],
)
def test_relu_by_its_definition(options, x, expected):
    np.testing.assert_array_equal(activations.relu(np.array(x), **options), expected)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"threshold": -1.0}, [0.0, 1.0, 1.0]),
        ({"threshold": -1.0, "max_value": 0.5}, [0.0, 1.0, 0.0]),
        ({"threshold": -1.0, "negative_slope": 0.5}, [0.5, 1.0, 1.0]),
        ({"negative_slope": -0.5}, [-0.5, -0.5, 1.0]),
    ],
)
def test_the_slope_of_relu_by_its_definition(options, expected):
    slope = beras.grad(lambda x: np.sum(activations.relu(x, **options)))(np.array([-2.0, -0.5, 1.0]))
    np.testing.assert_array_equal(slope, expected)


def test_an_infinite_cotangent_stays_below_the_threshold():
    with np.errstate(divide="ignore"):
        slope = beras.grad(lambda x: np.sum(np.log(activations.relu(x, threshold=1.0))))(np.array([0.5, 2.0]))
    np.testing.assert_array_equal(slope, [0.0, 0.5])


def test_sparsemax_of_scores_of_any_size():
    np.testing.assert_array_equal(activations.sparsemax(np.array([1e300, 0.0, 1e300])), [0.5, 0.0, 0.5])
    np.testing.assert_array_equal(activations.sparsemax(np.array([-1e300, 0.0])), [0.0, 1.0])


@pytest.mark.parametrize("name", ["sigmoid", "softplus", "tanh", "silu", "gelu"])
def test_a_number_gives_a_number(name):
    """As NumPy's own functions do, and not an array without axes."""
    assert type(getattr(activations, name)(np.float64(0.5))) is np.float64


def test_the_cumulative_probability_of_whole_numbers():
    p = gaussian_cdf([0, 1])
    assert p.dtype == beras.config.floatx()
    np.testing.assert_allclose(p, [0.5, 0.8413447460685429], rtol=1e-6)
