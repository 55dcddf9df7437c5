"""Optimizers: what they show, how often they flush, and gradients in narrow dtypes."""

from __future__ import annotations

import numpy as np
import pytest

import beras
from beras.optimizers import SGD, Adam, Lion, RMSprop, schedules
from beras.optimizers.flushing import steps_between
from beras.optimizers.gradients import norm


@pytest.mark.parametrize(
    ("decays", "steps"),
    [([0.9, 0.999], 64), ([0.5], 26), ([0.0], 64), ([0.1, 0.9], 8), ([1e-9], 1), ([1.0], 64), ([], 64)],
)
def test_nothing_decays_through_the_margin_between_two_flushes(decays, steps):
    """The fastest factor takes a value through 8 decades of ten in ``8 / -log10(factor)`` steps, 64 at most."""
    assert steps_between(decays) == steps


@pytest.mark.parametrize(
    ("gradient", "expected"),
    [
        (np.array([300.0, 400.0], "float16"), 500.0),
        (np.array([100, 100], "int8"), 100 * np.sqrt(2)),
        (np.array([2**16, 1], "int32"), 65536.0),
        (np.array([3e30, 4e30], "float32"), 5e30),
        (np.array([3e-30, 4e-30], "float32"), 5e-30),
    ],
)
def test_the_norm_of_a_gradient_in_any_dtype(gradient, expected):
    assert norm(gradient) == pytest.approx(expected, rel=1e-6)


def test_setting_the_learning_rate_assigns_to_its_variable():
    optimizer = SGD(0.1, momentum=0.9)
    rate = optimizer.variables[1]
    optimizer.learning_rate = 0.5
    assert optimizer.variables[1] is rate
    assert float(rate.value) == optimizer.learning_rate == 0.5
    optimizer.build([beras.Variable([1.0])])
    assert not any(variable.trainable for variable in optimizer.variables)


def test_a_schedule_is_no_variable():
    optimizer = Adam(schedules.ExponentialDecay(0.1, 10, 0.5))
    optimizer.build([beras.Variable([1.0])])
    assert all(isinstance(variable, beras.Variable) for variable in optimizer.variables)
    assert len(optimizer.variables) == 3


def test_no_gradients_are_no_step():
    optimizer = SGD(0.1)
    optimizer.apply([], [])
    assert int(optimizer.iterations.value) == 0
    assert not optimizer.built


def test_every_entry_of_a_moment_is_flushed():
    """Moments of a gradient that is zero after the first step are exactly zero before they become subnormal."""
    w = beras.Variable(np.ones(3), dtype="float32")
    optimizer = Adam(0.1, beta_2=0.9)
    for step in range(800):
        optimizer.apply([np.full(3, float(step == 0), "float32")], [w])
    np.testing.assert_array_equal(optimizer.state()["0/gradient_sum"], np.zeros(3))
    np.testing.assert_array_equal(optimizer.state()["0/square_sum"], np.zeros(3))


def test_a_variance_that_rounding_makes_negative_counts_as_zero():
    w = beras.Variable(np.ones(200), dtype="float32")
    optimizer = RMSprop(1e-3, centered=True)
    for _ in range(300):
        optimizer.apply([np.linspace(1e5, 1e7, 200, dtype="float32")], [w])
    assert np.isfinite(w.numpy()).all()


def test_the_sign_of_zero_is_zero_and_of_nan_is_nan():
    w = beras.Variable(np.ones(4, "float32"))
    Lion(0.5).apply([np.array([0.0, np.nan, 1e-30, -1e30], "float32")], [w])
    np.testing.assert_array_equal(w.numpy(), np.array([1.0, np.nan, 0.5, 1.5], "float32"))
