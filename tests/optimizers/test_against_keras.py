"""200 steps of every optimizer against the real Keras, and its signatures and configurations."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

import beras
from beras import optimizers
from tests import keras_oracle

pytestmark = [
    pytest.mark.torch,
    # Keras's own conversions of its Variables, with NumPy 2
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"),
]

CASES = [
    ("SGD", {}),
    ("SGD", {"momentum": 0.9}),
    ("SGD", {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    ("SGD", {"clipvalue": 0.5}),
    ("SGD", {"clipnorm": 0.7}),
    ("SGD", {"global_clipnorm": 0.9}),
    ("RMSprop", {}),
    ("RMSprop", {"momentum": 0.5, "centered": True}),
    ("Adam", {}),
    ("Adam", {"amsgrad": True, "beta_1": 0.8, "epsilon": 1e-5}),
    ("Adam", {"weight_decay": 0.05, "clipnorm": 1.0}),
    ("AdamW", {}),
    ("AdamW", {"weight_decay": 0.1, "global_clipnorm": 1.0}),
]


@pytest.fixture
def double_precision():
    """Let Keras keep the learning rate, and compute the powers of beta, in float64."""
    keras = keras_oracle.keras()
    before = keras.config.floatx()
    keras.config.set_floatx("float64")
    yield
    keras.config.set_floatx(before)


@pytest.mark.usefixtures("double_precision")
@pytest.mark.parametrize("scale", [1.0, 1e-3, 1e-6])
@pytest.mark.parametrize(("name", "arguments"), CASES)
def test_trajectory(name, arguments, scale):
    keras = keras_oracle.keras()
    rng = np.random.default_rng(0)
    starts = [rng.standard_normal((4, 3)), rng.standard_normal(3)]
    ours = [beras.Variable(s) for s in starts]
    theirs = [keras.Variable(s, dtype="float64") for s in starts]
    optimizer = getattr(optimizers, name)(0.01, **arguments)
    reference = getattr(keras.optimizers, name)(0.01, **arguments)
    for _ in range(200):
        grads = [scale * rng.standard_normal(s.shape) for s in starts]
        optimizer.apply_gradients(zip(grads, ours))
        reference.apply([keras.ops.convert_to_tensor(g, dtype="float64") for g in grads], theirs)
    # Keras rounds the factor of a clipped norm to float32; test_clipping has ours by hand
    tolerance = 1e-7 if any(name.endswith("clipnorm") for name in arguments) else 1e-12
    for w, reference_w in zip(ours, theirs):
        np.testing.assert_allclose(w.numpy(), reference_w.numpy(), rtol=0, atol=tolerance)


@pytest.mark.parametrize("name", ["SGD", "RMSprop", "Adam", "AdamW"])
def test_signature_is_keras_own(name):
    keras = keras_oracle.keras()
    ours = inspect.signature(getattr(optimizers, name)).parameters
    theirs = inspect.signature(getattr(keras.optimizers, name)).parameters
    assert [(p.name, p.default, p.kind) for p in ours.values()] == [
        (p.name, p.default, p.kind) for p in theirs.values()
    ]


@pytest.mark.parametrize(("name", "arguments"), CASES)
def test_configuration_is_keras_own(name, arguments):
    keras = keras_oracle.keras()
    reference = getattr(keras.optimizers, name)(0.25, name="mine", **arguments)
    optimizer = getattr(optimizers, name)(0.25, name="mine", **arguments)
    assert optimizer.get_config() == reference.get_config()
    again = optimizers.get(keras.optimizers.serialize(reference))
    assert type(again) is type(optimizer)
    assert again.get_config() == optimizer.get_config()


def test_a_schedule_written_by_keras_is_read():
    keras = keras_oracle.keras()
    reference = keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 50))
    optimizer = optimizers.get(keras.optimizers.serialize(reference))
    assert optimizer.learning_rate == pytest.approx(0.1)
    assert isinstance(optimizer.get_config()["learning_rate"], dict)


def test_variables_are_counted_as_in_keras():
    keras = keras_oracle.keras()
    for name, arguments in CASES:
        ours, theirs = getattr(optimizers, name)(0.25, **arguments), getattr(keras.optimizers, name)(0.25, **arguments)
        ours.build([beras.Variable(np.ones((3, 2)))])
        theirs.build([keras.Variable(np.ones((3, 2)))])
        assert [v.shape for v in ours.variables] == [tuple(v.shape) for v in theirs.variables]
