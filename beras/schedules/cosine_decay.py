"""Cosine decay of the learning rate, after an optional linear warm-up."""

from __future__ import annotations

import math
from typing import Any

from beras.schedules.schedule import LearningRateSchedule, check_positive

__all__ = ["CosineDecay"]


class CosineDecay(LearningRateSchedule):
    """``rate * ((1 - alpha) * (1 + cos(pi * step / decay_steps)) / 2 + alpha)``.

    ``alpha`` is the fraction that is left after ``decay_steps``. Without ``warmup_target`` the rate starts at
    ``initial_learning_rate``. With it the rate first goes in a straight line from ``initial_learning_rate`` to
    ``warmup_target`` in ``warmup_steps`` steps, and decays from there in the ``decay_steps`` steps that follow.

    From Loshchilov and Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, 2017, equation 5.

    Raises:
        ValueError: when ``decay_steps`` is not positive, or ``warmup_steps`` is negative.

    The Keras equivalent is ``keras.optimizers.schedules.CosineDecay``.

    >>> schedule = CosineDecay(0.0, decay_steps=10, warmup_target=0.1, warmup_steps=2)
    >>> [round(schedule(step), 6) for step in (0, 1, 2, 7, 12)]
    [0.0, 0.05, 0.1, 0.05, 0.0]
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: int = 0,
    ):
        check_positive("decay_steps", decay_steps)
        if warmup_steps < 0:
            raise ValueError(f"warmup_steps must not be negative. Received: warmup_steps={warmup_steps!r}.")
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.alpha = alpha
        self.name = name
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps

    def __call__(self, step: Any) -> float:
        step, peak = int(step), self.initial_learning_rate
        if self.warmup_target is not None:
            if step < self.warmup_steps:
                return (self.warmup_target - peak) * (step / self.warmup_steps) + peak
            step, peak = step - self.warmup_steps, self.warmup_target
        elapsed = min(step, self.decay_steps) / self.decay_steps
        return peak * ((1 - self.alpha) * 0.5 * (1 + math.cos(math.pi * elapsed)) + self.alpha)

    def get_config(self) -> dict[str, Any]:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "alpha": self.alpha,
            "name": self.name,
            "warmup_target": self.warmup_target,
            "warmup_steps": self.warmup_steps,
        }
