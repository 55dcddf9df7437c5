"""Every schedule gives Keras's numbers."""

from __future__ import annotations

import inspect

import pytest

from beras import schedules
from tests import keras_oracle
from tests.keras.differences import agree

CASES = [
    ("ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.9}),
    ("ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.9, "staircase": True}),
    ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.5}),
    ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.5, "staircase": True}),
    ("PiecewiseConstantDecay", {"boundaries": [5, 20], "values": [1.0, 0.5, 0.1]}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 9}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 9, "end_learning_rate": 0.01, "power": 2.0}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 9, "power": 0.5, "cycle": True}),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 20}),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 20, "alpha": 0.2}),
    (
        "CosineDecay",
        {"initial_learning_rate": 0.0, "decay_steps": 20, "alpha": 0.1, "warmup_target": 0.3, "warmup_steps": 6},
    ),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 5}),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 5, "t_mul": 1.0, "m_mul": 0.5}),
    (
        "CosineDecayRestarts",
        {"initial_learning_rate": 0.1, "first_decay_steps": 4, "t_mul": 1.5, "m_mul": 0.8, "alpha": 0.1},
    ),
]


@pytest.mark.torch
@pytest.mark.parametrize(("name", "arguments"), CASES)
def test_rates_are_those_of_keras(name, arguments):
    keras = keras_oracle.keras()
    ours, theirs = getattr(schedules, name)(**arguments), getattr(keras.optimizers.schedules, name)(**arguments)
    for step in range(60):
        rate = ours(step)
        assert type(rate) is float
        agree("schedules", rate, float(theirs(step)), rtol=2e-5, atol=1e-7, message=f"step {step}")


@pytest.mark.torch
@pytest.mark.parametrize("name", sorted({name for name, _ in CASES}))
def test_signatures_are_those_of_keras(name):
    keras = keras_oracle.keras()
    ours = inspect.signature(getattr(schedules, name)).parameters
    theirs = inspect.signature(getattr(keras.optimizers.schedules, name)).parameters
    assert [(p.name, p.default) for p in ours.values()] == [(p.name, p.default) for p in theirs.values()]


@pytest.mark.torch
@pytest.mark.parametrize(("name", "arguments"), CASES)
def test_a_configuration_written_by_keras_is_read(name, arguments):
    keras = keras_oracle.keras()
    theirs = getattr(keras.optimizers.schedules, name)(**arguments)
    ours = schedules.deserialize(keras.optimizers.schedules.serialize(theirs))
    assert ours.get_config() == theirs.get_config()
