"""Exponential decay of the learning rate."""

from __future__ import annotations

import math
from typing import Any

from beras.schedules.schedule import LearningRateSchedule, check_positive

__all__ = ["ExponentialDecay"]


class ExponentialDecay(LearningRateSchedule):
    """``initial_learning_rate * decay_rate ** (step / decay_steps)``.

    With ``staircase=True`` the quotient is rounded down, so that the rate falls once every ``decay_steps`` steps.

    Raises:
        ValueError: when ``decay_steps`` is not positive.

    The Keras equivalent is ``keras.optimizers.schedules.ExponentialDecay``.

    >>> ExponentialDecay(0.1, decay_steps=10, decay_rate=0.5)(20)
    0.025
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ):
        check_positive("decay_steps", decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step: Any) -> float:
        elapsed = int(step) / self.decay_steps
        if self.staircase:
            elapsed = math.floor(elapsed)
        return self.initial_learning_rate * self.decay_rate**elapsed

    def get_config(self) -> dict[str, Any]:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "decay_rate": self.decay_rate,
            "staircase": self.staircase,
            "name": self.name,
        }
