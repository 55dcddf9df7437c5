"""Constraints against the real Keras: values, configurations, names, and what an optimizer makes of them."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import beras
from beras import constraints, layers
from tests.keras_oracle import keras as real_keras

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

RNG = np.random.default_rng(0)
KERNEL = RNG.normal(size=(5, 4))
KERNEL[:, 2] = 0
FILTERS = RNG.normal(size=(3, 3, 2, 4))

ROWS = [
    ("NonNeg", {}),
    *(("MaxNorm", arguments) for arguments in ({}, {"max_value": 0.5}, {"max_value": 1, "axis": 1}, {"max_value": 0})),
    *(("UnitNorm", arguments) for arguments in ({}, {"axis": 1})),
    *(
        ("MinMaxNorm", arguments)
        for arguments in ({}, {"min_value": 1.0, "max_value": 1.5}, {"min_value": 2, "max_value": 3, "rate": 0.3})
    ),
]
IMAGES = [(name, {"axis": [0, 1, 2]}) for name in ("MaxNorm", "UnitNorm", "MinMaxNorm")]


@pytest.mark.torch
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("name", "arguments"), [*ROWS, *IMAGES], ids=str)
def test_values_are_keras_values(name, arguments, dtype):
    w = (FILTERS if isinstance(arguments.get("axis"), list) else KERNEL).astype(dtype)
    theirs, ours = (getattr(module, name)(**arguments) for module in (real_keras().constraints, constraints))
    before = w.copy()
    value = ours(w)
    assert value.dtype == dtype
    np.testing.assert_array_equal(w, before)
    expected = theirs(real_keras().ops.convert_to_tensor(w)).numpy()
    exact = expected.dtype == "float64"  # of which Keras's NonNeg makes float32
    np.testing.assert_allclose(value, expected, rtol=1e-13 if exact else 1e-6)
    assert ours.get_config() == theirs.get_config()


@pytest.mark.torch
def test_a_config_of_keras_is_read():
    keras = real_keras()
    for name, arguments in [*ROWS, *IMAGES]:
        written = keras.constraints.serialize(getattr(keras.constraints, name)(**arguments))
        again = constraints.get(written)
        assert type(again).__name__ == name
        assert again.get_config() == written["config"]
        assert constraints.serialize(again) == {"class_name": name, "config": written["config"]}


def test_names():
    assert constraints.get(None) is None
    assert constraints.serialize(None) is None
    for name, kind in {"max_norm": constraints.MaxNorm, "UnitNorm": constraints.UnitNorm}.items():
        assert type(constraints.get(name)) is kind
    mine = constraints.MaxNorm(3)
    assert constraints.get(mine) is mine
    assert constraints.get(np.abs) is np.abs
    assert repr(mine) == "MaxNorm(max_value=3, axis=0)"
    with pytest.raises(ValueError, match=r"Unknown constraint 'max_nrm'. Did you mean 'max_norm'"):
        constraints.get("max_nrm")
    with pytest.raises(TypeError, match=r"Received: 3 of type int"):
        constraints.get(3)


@pytest.mark.parametrize("value", [-1.0, np.inf, np.nan, "1", True, None])
def test_bounds_that_cannot_be(value):
    with pytest.raises(ValueError, match="max_value bounds a norm: a number, 0 or more"):
        constraints.MaxNorm(value)
    with pytest.raises(ValueError, match="min_value bounds a norm"):
        constraints.MinMaxNorm(value)


def test_a_bound_that_is_a_numpy_scalar_becomes_a_plain_number():
    config = constraints.MinMaxNorm(np.float32(0.5), np.int64(2)).get_config()
    assert (type(config["min_value"]), type(config["max_value"])) == (float, int)
    assert (config["min_value"], config["max_value"]) == (0.5, 2)


def test_bounds_in_the_wrong_order():
    with pytest.raises(ValueError, match=r"must not be above max_value. Received: 2.0 and 1.0"):
        constraints.MinMaxNorm(2.0, 1.0)


X, Y = RNG.normal(size=(22, 6)).astype("float32"), RNG.normal(size=(22, 3)).astype("float32")
CONSTRAINED = {"kernel_constraint": "max_norm", "bias_constraint": "non_neg"}


def fitted(run_eagerly, **arguments):
    beras.set_random_seed(3)
    model = beras.Sequential([beras.Input((6,)), layers.Dense(4, "tanh", **arguments), layers.Dense(3, **arguments)])
    model.compile(beras.optimizers.SGD(0.5), "mse", run_eagerly=run_eagerly)
    model.fit(X, Y, batch_size=8, epochs=3, verbose=0)
    return model


@pytest.mark.torch
@pytest.mark.parametrize("optimizer", ["SGD", "Adam", "RMSprop", "AdamW"])
def test_ten_steps_of_an_optimizer_are_keras_steps(optimizer):
    keras = real_keras()
    start = [RNG.normal(size=(5, 3)).astype("float32"), np.ones(3, "float32"), RNG.normal(size=(4,)).astype("float32")]
    ours, theirs = [beras.Variable(w) for w in start], [keras.Variable(w) for w in start]
    for module, variables in ((constraints, ours), (keras.constraints, theirs)):
        variables[0].constraint, variables[1].constraint = module.MaxNorm(1.5), module.NonNeg()
    mine, other = getattr(beras.optimizers, optimizer)(0.2), getattr(keras.optimizers, optimizer)(0.2)
    for step in range(10):
        grads = [np.random.default_rng(step).normal(size=w.shape).astype("float32") for w in start]
        mine.apply(grads, ours)
        other.apply([keras.ops.convert_to_tensor(g) for g in grads], theirs)
        for w, v in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(w.numpy(), v.numpy(), rtol=0, atol=1e-5)
    assert ours[1].numpy().min() >= 0


@pytest.mark.parametrize("run_eagerly", [True, False])
def test_a_layer_keeps_its_constraints_in_fit(run_eagerly):
    for layer in fitted(run_eagerly, kernel_constraint=constraints.MaxNorm(0.3), bias_constraint="non_neg").layers:
        assert np.all(np.linalg.norm(layer.kernel.numpy(), axis=0) <= 0.3 + 1e-6)
        assert np.all(layer.bias.numpy() >= 0)


@pytest.mark.parametrize("constraint", ["unit_norm", lambda w: np.clip(w, -0.1, 0.1)])
def test_replayed_steps_are_constrained_bit_for_bit(constraint):
    eager, replayed = (fitted(run_eagerly, kernel_constraint=constraint) for run_eagerly in (True, False))
    assert replayed._replays.reason is None
    for w, v in zip(eager.get_weights(), replayed.get_weights(), strict=True):
        np.testing.assert_array_equal(w, v)
    if callable(constraint):
        assert max(np.abs(layer.kernel.numpy()).max() for layer in replayed.layers) <= np.float32(0.1)


def test_a_weight_of_a_users_layer():
    class Scale(layers.Layer):
        def build(self, input_shape):
            self.factor = self.add_weight((input_shape[-1],), "ones", constraint="non_neg", name="factor")

        def call(self, inputs):
            return inputs * self.factor

    layer = Scale()
    layer.build((None, 2))
    assert isinstance(layer.factor.constraint, constraints.NonNeg)
    beras.optimizers.SGD(1.0).apply([np.array([2.0, -2.0], "float32")], [layer.factor])
    np.testing.assert_array_equal(layer.factor.numpy(), [0.0, 3.0])


def test_a_weight_without_gradient_is_left_alone():
    w, other = beras.Variable([-1.0]), beras.Variable([1.0])
    w.constraint = constraints.NonNeg()
    with pytest.warns(UserWarning, match="Gradients do not exist"):
        beras.optimizers.SGD(1.0).apply([None, np.array([1.0])], [w, other])
    np.testing.assert_array_equal(w.numpy(), [-1.0])


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda w: pickle.loads(pickle.dumps(w))])
def test_a_copy_keeps_its_constraint(duplicate):
    w = beras.Variable([1.0, -1.0], name="mine")
    w.constraint = constraints.MaxNorm(0.5)
    twin = duplicate(w)
    assert twin.constraint.get_config() == {"max_value": 0.5, "axis": 0}
    np.testing.assert_array_equal(twin.numpy(), w.numpy())
    assert twin.name == "mine"


def test_a_constraint_of_another_shape_says_so():
    w = beras.Variable([1.0, 2.0])
    w.constraint = np.sum
    with pytest.raises(ValueError, match=r"has shape \(2,\); the value assigned to it must have the same"):
        beras.optimizers.SGD(1.0).apply([np.ones(2)], [w])


def test_they_are_saved_and_loaded(tmp_path):
    model = fitted(False, **CONSTRAINED)
    model.save(tmp_path / "model.safetensors")
    again = beras.load_model(tmp_path / "model.safetensors")
    assert again.layers[0].get_config() == model.layers[0].get_config()
    assert isinstance(again.layers[0].kernel.constraint, constraints.MaxNorm)


@pytest.mark.torch
def test_the_config_of_a_layer_is_keras_config():
    keras = real_keras()
    theirs, ours = keras.layers.Dense(3, **CONSTRAINED).get_config(), layers.Dense(3, **CONSTRAINED).get_config()
    for name in CONSTRAINED:
        assert ours[name] == {key: theirs[name][key] for key in ("class_name", "config")}
