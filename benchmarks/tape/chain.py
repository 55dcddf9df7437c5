"""A long program of operations on a handful of numbers: nearly all of its time is bookkeeping."""

from __future__ import annotations

from typing import Any

__all__ = ["OPERATIONS", "chain", "slope"]

LENGTH, FACTOR, SHIFT = 400, 0.999, 0.001
#: A multiplication, an addition and a tanh each turn.
OPERATIONS = 3 * LENGTH


def chain(x: Any, tanh: Any) -> Any:
    """Return ``x`` after `LENGTH` turns of ``tanh(x * FACTOR + SHIFT)``."""
    for _ in range(LENGTH):
        x = tanh(x * FACTOR + SHIFT)
    return x


def slope(x: Any) -> Any:
    """Return the derivative of the chain at ``x``, an array, by the chain rule written out."""
    import numpy as np

    total = 1.0
    for _ in range(LENGTH):
        x = np.tanh(x * FACTOR + SHIFT)
        total = total * (1 - x**2) * FACTOR
    return total
