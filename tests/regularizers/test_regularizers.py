"""Regularizers: penalties and their gradients against Keras, names, errors."""

import numpy as np
import pytest

import beras
from beras import regularizers
from tests.keras.differences import agree
from tests.keras_oracle import keras, value_and_gradient

W = np.array([[-2.0, 0.0], [1.5, 3.0]])
ROWS = [
    *(("L1", {}), ("L2", {}), ("L1L2", {}), ("L1", {"l1": 0.3}), ("L2", {"l2": 2}), ("L1L2", {"l1": 0.1, "l2": 0.2})),
    *(("OrthogonalRegularizer", {}), ("OrthogonalRegularizer", {"factor": 0.3, "mode": "columns"})),
]


@pytest.mark.torch
@pytest.mark.parametrize(("name", "arguments"), ROWS, ids=str)
def test_penalty_and_gradient_are_keras(name, arguments):
    theirs = getattr(keras().regularizers, name)(**arguments)
    mine = getattr(regularizers, name)(**arguments)
    expected, gradient = value_and_gradient(lambda w: theirs(w) + 0 * w.sum(), W)
    value, ours = beras.value_and_grad(lambda w: mine(w) + 0 * np.sum(w))(W)
    agree("regularizers", value, expected, rtol=1e-6, atol=1e-8)
    agree("regularizers", ours, gradient, rtol=1e-6, atol=1e-8)
    assert mine.get_config() == pytest.approx(theirs.get_config())


@pytest.mark.parametrize(("name", "arguments"), ROWS, ids=str)
def test_float32_stays_float32_and_variables_are_followed(name, arguments):
    mine = getattr(regularizers, name)(**arguments)
    w = beras.Variable(W, dtype="float32")
    assert mine(w).dtype == "float32"
    with beras.GradientTape() as tape:
        penalty = mine(w) + np.sum(w)
    assert tape.gradient(penalty, w).dtype == "float32"


def test_second_derivative():
    beras.check_grads(regularizers.L1L2(0.1, 0.2), W + 0.5)


def test_names_and_configs():
    assert regularizers.get(None) is None
    assert regularizers.serialize(None) is None
    for name, kind in {
        "l1": regularizers.L1,
        "L2": regularizers.L2,
        "l1_l2": regularizers.L1L2,
        "L1L2": regularizers.L1L2,
    }.items():
        assert type(regularizers.get(name)) is kind
    mine = regularizers.L1L2(0.1, 0.2)
    assert regularizers.get(mine) is mine
    assert regularizers.get(regularizers.serialize(mine)).get_config() == {"l1": 0.1, "l2": 0.2}
    assert regularizers.get(np.sum) is np.sum


@pytest.mark.parametrize("value", [-1.0, np.inf, np.nan, "0.1", True])
def test_factors_that_cannot_be(value):
    with pytest.raises(ValueError, match="l2 must be a non-negative number"):
        regularizers.L2(value)


def test_unknown_names_and_other_things():
    with pytest.raises(ValueError, match=r"Unknown regularizer 'l3'. Known: l1, l1_l2, l2"):
        regularizers.get("l3")
    with pytest.raises(TypeError, match=r"Received: 0.01 of type float"):
        regularizers.get(0.01)


def test_none_is_no_penalty():
    assert regularizers.L1L2(None, 0.5)(np.array([2.0])) == 2.0
    assert regularizers.L1L2(0.5, None)(np.array([-2.0])) == 1.0
