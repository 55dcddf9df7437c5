"""Seconds an epoch, for one contender; what it then predicts is scored here and not by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.digits import Digits, open_digits
from benchmarks.network import initial_weights

__all__ = ["epoch", "scored", "step", "train"]


def epoch(
    contender: Callable[..., Any], *, folder: str, widths: list[int], batch: int, epochs: int, samples: int
) -> dict[str, Any]:
    """Return the mean seconds of an epoch: the later ones count as much as the first, for they meet subnormals."""
    made, times = train(contender, open_digits(folder, samples), widths, batch, epochs)
    return {"value": sum(times) / epochs, "times": times, **scored(made, open_digits(folder, samples=1))}


def step(contender: Callable[..., Any], *, samples: int, batch: int, epochs: int, **options: Any) -> dict[str, Any]:
    """Return the mean seconds of an update."""
    found = epoch(contender, samples=samples, batch=batch, epochs=epochs, **options)
    return found | {"value": found["value"] / -(-samples // batch)}


def train(
    contender: Callable[..., Any], digits: Digits, widths: list[int], batch: int, epochs: int, scale: float = 1.0
) -> tuple[Any, list[float]]:
    """Return the trained contender and its times.

    It trains first, untimed, on one batch of each size that will come, for some compile when they see a size.
    """
    made = contender(initial_weights(widths), batch, scale)
    few = min(batch + len(digits.x) % batch, len(digits.x))
    made.train(digits.x[:few], digits.y[:few], 1)
    return made, made.train(digits.x, digits.y, epochs)


def scored(made: Any, digits: Digits) -> dict[str, float]:
    """Return the accuracy on the test images; nothing for a contender that does not learn."""
    predicted = made.classes(digits.x_test)
    return {} if predicted is None else {"accuracy": float(np.mean(predicted == digits.y_test))}
