"""Polynomial decay of the learning rate to an end value."""

from __future__ import annotations

import math
from typing import Any

from beras.schedules.schedule import LearningRateSchedule, check_positive

__all__ = ["PolynomialDecay"]


class PolynomialDecay(LearningRateSchedule):
    """``(initial_learning_rate - end_learning_rate) * (1 - step / decay_steps) ** power + end_learning_rate``.

    After ``decay_steps`` the rate stays at ``end_learning_rate``; with ``cycle=True`` ``decay_steps`` is instead
    stretched to the next of its multiples, so that the rate jumps up and decays anew.

    Raises:
        ValueError: when ``decay_steps`` is not positive.

    The Keras equivalent is ``keras.optimizers.schedules.PolynomialDecay``.

    >>> PolynomialDecay(0.1, decay_steps=10, end_learning_rate=0.0)(5)
    0.05
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ):
        check_positive("decay_steps", decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name

    def __call__(self, step: Any) -> float:
        step, period = int(step), self.decay_steps
        if self.cycle:
            period *= max(1, math.ceil(step / period))
        remaining = 1 - min(step, period) / period
        span = self.initial_learning_rate - self.end_learning_rate
        return span * remaining**self.power + self.end_learning_rate

    def get_config(self) -> dict[str, Any]:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "end_learning_rate": self.end_learning_rate,
            "power": self.power,
            "cycle": self.cycle,
            "name": self.name,
        }
