"""Schedules: hand-computed rates, configurations, refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest

import beras
from beras import schedules
from beras.optimizers import SGD


def test_restarts_happen_at_their_own_step():
    # 3**5 periods' worth of steps: log(243) / log(3) is 4.999..., so a rounded logarithm is a period late here
    schedule = schedules.CosineDecayRestarts(1.0, first_decay_steps=2, t_mul=3.0)
    starts = [2 * (3**i - 1) // 2 for i in range(8)]
    assert [schedule(step) for step in starts] == [1.0] * 8
    assert all(schedule(step - 1) < 0.8 for step in starts[1:])


def test_a_boundary_belongs_to_the_earlier_piece():
    schedule = schedules.PiecewiseConstantDecay([2, 4], [3.0, 2.0, 1.0])
    assert [schedule(step) for step in range(6)] == [3.0, 3.0, 3.0, 2.0, 2.0, 1.0]


def test_cosine_decay_by_hand():
    schedule = schedules.CosineDecay(0.4, decay_steps=8, alpha=0.25)
    assert schedule(2) == pytest.approx(0.4 * (0.75 * (1 + math.cos(math.pi / 4)) / 2 + 0.25), rel=1e-15)
    assert schedule(100) == pytest.approx(0.1)


@pytest.mark.parametrize("step", [3, np.int64(3), beras.Variable(3, trainable=False, dtype="int64")])
def test_the_step_may_be_any_integer(step):
    assert schedules.ExponentialDecay(1.0, 1, 0.5)(step) == 0.125


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: schedules.ExponentialDecay(0.1, 0, 0.5), "decay_steps must be above 0. Received: decay_steps=0"),
        (lambda: schedules.CosineDecay(0.1, -1), "decay_steps must be above 0"),
        (lambda: schedules.CosineDecay(0.1, 5, warmup_steps=-1), "warmup_steps must not be negative"),
        (lambda: schedules.CosineDecayRestarts(0.1, 0), "first_decay_steps must be above 0"),
        (lambda: schedules.CosineDecayRestarts(0.1, 5, t_mul=0.5), "t_mul must be at least 1"),
        (lambda: schedules.PiecewiseConstantDecay([1, 2], [0.1]), "2 boundaries and 1 values"),
        (lambda: schedules.PiecewiseConstantDecay([2, 1], [1.0, 0.5, 0.1]), "boundaries must increase"),
        (
            lambda: schedules.deserialize({"class_name": "CosineDeca", "config": {}}),
            "Unknown learning rate schedule 'CosineDeca'. Did you mean 'CosineDecay'?",
        ),
    ],
)
def test_refusals(make, message):
    with pytest.raises(ValueError, match=message.replace(".", r"\.").replace("?", r"\?")):
        make()


def test_a_schedule_of_the_users_own_is_saved_and_found_again():
    class Halving(schedules.LearningRateSchedule):
        def __init__(self, start):
            self.start = start

        def __call__(self, step):
            return self.start * 0.5 ** int(step)

        def get_config(self):
            return {"start": self.start}

    config = SGD(Halving(0.8)).get_config()
    again = SGD.from_config(config, custom_objects={"Halving": Halving})
    assert again.learning_rate == 0.8


def test_the_optimizer_follows_its_schedule():
    w = beras.Variable([0.0], dtype="float64")
    optimizer = SGD(schedules.PiecewiseConstantDecay([1], [1.0, 0.25]))
    rates = []
    for _ in range(4):
        rates.append(optimizer.learning_rate)
        optimizer.apply([np.array([1.0])], [w])
    assert rates == [1.0, 1.0, 0.25, 0.25]
    assert w.numpy() == [-2.5]


def test_beras_optimizers_schedules_is_the_same_module_content():
    from beras.optimizers import schedules as under_optimizers

    assert under_optimizers.__all__ == schedules.__all__
    assert all(getattr(under_optimizers, name) is getattr(schedules, name) for name in schedules.__all__)
