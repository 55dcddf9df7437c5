"""The inputs of the cases: numbers that no random generator draws, and that float32 holds exactly."""

from __future__ import annotations

import numpy as np

__all__ = ["INPUTS", "cotangent", "direction"]


def spread(shape: tuple[int, ...], low: float, high: float, start: int = 1) -> np.ndarray:
    """Return numbers that lie evenly between ``low`` and ``high`` but in no order, in 64ths.

    The multiples of the golden ratio, from the ``start``-th, less their whole parts.

    >>> spread((4,), 0.0, 1.0)
    array([0.625   , 0.234375, 0.859375, 0.46875 ])
    """
    count = int(np.prod(shape))
    golden = 0.6180339887498949
    parts = (np.arange(start, start + count) * golden) % 1.0
    return (np.round((low + (high - low) * parts) * 64) / 64).reshape(shape)


def cotangent(shape: tuple[int, ...]) -> np.ndarray:
    """Return the weights of a value's entries in the scalar that is differentiated; 1 for a scalar."""
    return spread(shape, 0.5, 1.5, start=3) if shape else np.ones(())


def direction(shape: tuple[int, ...]) -> np.ndarray:
    """Return the weights of a gradient's entries in the scalar whose derivative is the second derivative."""
    return spread(shape, -2.0, 2.0, start=5)


#: The thresholds and ends of the piecewise functions.
_KINKS = np.array([-6.0, -3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 6.0])
_LABELS = np.array([2, 0, 4, 1])

INPUTS: dict[str, np.ndarray] = {
    # For functions of numbers.
    "line": np.concatenate([_KINKS, spread((15,), -4.0, 4.0)]).reshape(4, 6),
    "between": spread((3, 4), -2.0, 2.0, start=20),
    # With a number near 0, so that what is lost far out is small beside the largest entry.
    "far": np.array([[-1000.0, -100.0, -30.0, -0.75], [0.75, 30.0, 100.0, 1000.0]]),
    "scores far out": np.array([[1000.0, 999.25, -1000.0, 0.0], [-1000.0, -1000.5, -1001.25, -3000.0]]),
    "cube": spread((2, 3, 4), -3.0, 3.0),
    # For layers with weights.
    "rows": spread((4, 5), -2.0, 2.0),
    "sequences": spread((2, 3, 5), -2.0, 2.0),
    "kernel": spread((5, 3), -1.0, 1.0, start=7),
    "bias": spread((3,), -1.0, 1.0, start=11),
    "gamma": spread((5,), 0.5, 2.0, start=13),
    "beta": spread((5,), -1.0, 1.0, start=17),
    "mean": spread((5,), -1.0, 1.0, start=29),
    "variance": spread((5,), 0.25, 2.0, start=31),
    # For layers on images.
    "images": spread((1, 4, 5, 2), -2.0, 2.0, start=37),
    "windows": spread((2, 3, 2, 3), -1.0, 1.0, start=41),
    "windows of a group": spread((2, 3, 1, 4), -1.0, 1.0, start=43),
    "windows of two": spread((2, 2, 2, 2), -1.0, 1.0, start=47),
    "four": spread((4,), -1.0, 1.0, start=53),
    # For losses: predictions, and what is true.
    "prediction": spread((4, 5), -3.0, 3.0),
    "scores far apart": np.array([[1000.0, -1000.0, 0.0], [40.0, -40.0, 39.5]]),
    "shares": spread((4, 5), 0.0625, 0.9375),
    "shares at the ends": np.array([[0.0, 1.0, 0.5], [1.0, 0.0, 0.25]]),
    "positive": spread((4, 5), 0.25, 3.0),
    "truth": spread((4, 5), -3.0, 3.0, start=23),
    "true shares": spread((4, 5), 0.0625, 0.9375, start=23),
    "counts": np.round(spread((4, 5), 0.0, 5.0, start=23)),
    "yes or no": np.round(spread((4, 5), 0.0, 1.0, start=23)),
    "signs": 2 * np.round(spread((4, 5), 0.0, 1.0, start=23)) - 1,
    "one-hot": np.eye(5)[_LABELS],
    "first or second": np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]),
    "labels": _LABELS,
    "sample weights": np.array([0.5, 2.0, 0.0, 1.25]),
}
