"""Cosine decay of the learning rate that starts again and again."""

from __future__ import annotations

import math
from typing import Any

from beras.schedules.schedule import LearningRateSchedule, check_positive

__all__ = ["CosineDecayRestarts"]


class CosineDecayRestarts(LearningRateSchedule):
    """Cosine decay in periods: period ``i`` has ``first_decay_steps * t_mul**i`` steps and the height ``m_mul**i``.

    Within a period, with ``f`` the fraction of it that is over, the rate is
    ``initial_learning_rate * ((1 - alpha) * m_mul**i * (1 + cos(pi * f)) / 2 + alpha)``.

    From Loshchilov and Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, 2017.

    Raises:
        ValueError: when ``first_decay_steps`` is not positive, or ``t_mul`` is below 1.

    The Keras equivalent is ``keras.optimizers.schedules.CosineDecayRestarts``. Keras finds the period by a rounded
    logarithm and is a period late at some restarts; here a restart is always at its own step.

    >>> schedule = CosineDecayRestarts(0.1, first_decay_steps=10)
    >>> [round(schedule(step), 6) for step in (0, 5, 10, 20, 30)]
    [0.1, 0.05, 0.1, 0.05, 0.1]
    """

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: int,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ):
        check_positive("first_decay_steps", first_decay_steps)
        if not t_mul >= 1:
            raise ValueError(f"t_mul must be at least 1: a period may not be shorter than the last. Received: {t_mul}.")
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = first_decay_steps
        self.t_mul = t_mul
        self.m_mul = m_mul
        self.alpha = alpha
        self.name = name

    def __call__(self, step: Any) -> float:
        period, fraction = self._place(int(step))
        height = self.m_mul**period * 0.5 * (1 + math.cos(math.pi * fraction))
        return self.initial_learning_rate * ((1 - self.alpha) * height + self.alpha)

    def _place(self, step: int) -> tuple[int, float]:
        """Return the period that ``step`` is in, and the fraction of it that is over."""
        if self.t_mul == 1:
            period, left = divmod(step, self.first_decay_steps)
            return int(period), left / self.first_decay_steps
        period, start, length = 0, 0.0, float(self.first_decay_steps)
        while step >= start + length:
            start += length
            length *= self.t_mul
            period += 1
        return period, (step - start) / length

    def get_config(self) -> dict[str, Any]:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "first_decay_steps": self.first_decay_steps,
            "t_mul": self.t_mul,
            "m_mul": self.m_mul,
            "alpha": self.alpha,
            "name": self.name,
        }
