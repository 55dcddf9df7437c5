"""Every activation: its values and gradients against Keras 3."""

import numpy as np
import pytest

import beras
from beras import activations
from tests.keras.differences import agree
from tests.keras_oracle import keras, value_and_gradient

pytestmark = pytest.mark.torch

#: name -> the arguments after ``x`` to try.
CALLS = {
    "celu": [{}, {"alpha": 0.5}],
    "elu": [{}, {"alpha": 0.5}],
    "exponential": [{}],
    "gelu": [{}, {"approximate": True}],
    "glu": [{}, {"axis": 0}],
    "hard_shrink": [{}, {"threshold": 0.2}],
    "hard_sigmoid": [{}],
    "hard_silu": [{}],
    "hard_tanh": [{}],
    "leaky_relu": [{}, {"negative_slope": 0.5}],
    "linear": [{}],
    "log_sigmoid": [{}],
    "log_softmax": [{}, {"axis": 0}],
    "mish": [{}],
    "relu": [
        {},
        {"negative_slope": 0.3},
        {"max_value": 1.5},
        {"threshold": 0.4},
        {"negative_slope": 0.1, "max_value": 1.5, "threshold": 0.4},
    ],
    "relu6": [{}],
    "selu": [{}],
    "sigmoid": [{}],
    "silu": [{}],
    "soft_shrink": [{}, {"threshold": 0.2}],
    "softmax": [{}, {"axis": 0}],
    "softplus": [{}],
    "softsign": [{}],
    "sparse_plus": [{}],
    "sparse_sigmoid": [{}],
    "squareplus": [{}, {"b": 2.0}],
    "tanh": [{}],
    "tanh_shrink": [{}],
    "threshold": [{"threshold": 0.3, "default_value": -1.0}],
}
ROWS = [(name, params) for name, calls in CALLS.items() for params in calls]


@pytest.mark.parametrize(("name", "params"), ROWS, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_value_and_gradient(name, params, dtype):
    x = np.random.default_rng(0).normal(0, 3, (4, 6)).astype(dtype)
    weights = np.random.default_rng(1).uniform(0.5, 1.5, (4, 6)).astype(dtype)
    mine = getattr(activations, name)
    theirs = getattr(keras().activations, name)

    def weighted(f, like):
        def total(x):
            y = f(x, **params)
            w = weights[: y.shape[0], : y.shape[1]]
            return y * (w if like is np else like.tensor(w))

        return total

    import torch

    expected, gradient = value_and_gradient(weighted(theirs, torch), x)
    with beras.GradientTape() as tape:
        watched = tape.watch(x)
        value = weighted(mine, np)(watched)
    ours = tape.gradient(value, watched)
    tolerance = {"rtol": 3e-5, "atol": 3e-6} if dtype == "float32" else {"rtol": 1e-11, "atol": 1e-12}
    if name == "hard_sigmoid":  # torch multiplies by a 1/6 in single precision
        tolerance["rtol"] = 1e-7
    assert value.dtype == ours.dtype == dtype
    agree("activations", value.numpy(), expected, **tolerance)
    agree("activations", ours, gradient, **tolerance)


def test_every_name_of_keras_is_here():
    theirs = {name for name in dir(keras().activations) if not name.startswith("_")}
    assert theirs - {"deserialize"} <= set(activations.__all__)
    assert theirs - {"get", "serialize", "deserialize", "hard_swish", "swish"} - set(CALLS) == {"sparsemax"}


def test_sparsemax_agrees_with_keras_where_keras_gives_a_distribution():
    """Keras 3.15 sums the partial sums where it should take the last: its rows with more than one entry are wrong."""
    x = np.array([[5.0, 1.0, 0.0], [0.0, -3.0, -9.0]])
    expected, _ = value_and_gradient(keras().activations.sparsemax, x)
    np.testing.assert_allclose(activations.sparsemax(x), expected)


KINKS = [
    ("relu", {}, 0.0),
    ("relu6", {}, 0.0),
    ("relu6", {}, 6.0),
    ("leaky_relu", {}, 0.0),
    ("leaky_relu", {"negative_slope": 0.7}, 0.0),
    ("elu", {"alpha": 0.5}, 0.0),
    ("celu", {"alpha": 0.5}, 0.0),
    ("selu", {}, 0.0),
    ("hard_tanh", {}, 1.0),
    ("hard_tanh", {}, -1.0),
    ("hard_sigmoid", {}, 3.0),
    ("hard_sigmoid", {}, -3.0),
    ("hard_shrink", {}, 0.5),
    ("soft_shrink", {}, -0.5),
    ("softsign", {}, 0.0),
    ("sparse_plus", {}, 1.0),
]


@pytest.mark.parametrize(("name", "params", "at"), KINKS, ids=str)
def test_the_derivative_at_a_kink_is_torchs(name, params, at):
    _, expected = value_and_gradient(lambda x: getattr(keras().activations, name)(x, **params), np.array([at]))
    ours = beras.grad(lambda x: np.sum(getattr(activations, name)(x, **params)))(np.array([at]))
    np.testing.assert_allclose(ours, expected, atol=1e-15)
