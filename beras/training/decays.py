"""How the learning rate goes down from the first step of a run to the last."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from beras.schedules import CosineDecay, ExponentialDecay, PolynomialDecay

__all__ = ["DECAYS"]

#: Each is ``(learning rate at the first step, number of steps) -> a schedule, or the rate itself``.
DECAYS: dict[str, Callable[[float, int], Any]] = {
    "cosine": lambda rate, steps: CosineDecay(rate, steps),
    "exponential": lambda rate, steps: ExponentialDecay(rate, steps, 0.01),
    "linear": lambda rate, steps: PolynomialDecay(rate, steps, 0.0),
    "none": lambda rate, steps: rate,
}
