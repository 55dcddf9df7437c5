"""Keeping probabilities away from 0 and 1, where logarithms end."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["EPSILON", "clipped", "normalised", "smoothed"]

#: Keras's ``keras.config.epsilon()``.
EPSILON = 1e-7


def clipped(p: Any) -> Any:
    """Return ``p`` clipped to ``[EPSILON, 1 - EPSILON]``; in float16 to the nearest that it can tell from 0 and 1."""
    least = max(EPSILON, float(np.finfo(p.dtype).epsneg)) if p.dtype.itemsize < 4 else EPSILON
    return np.clip(p, least, 1 - least)


def normalised(p: Any, axis: int) -> Any:
    """Return ``p`` divided by its sum along ``axis``, which then is 1; a row of zeros stays."""
    total = np.sum(p, axis=axis, keepdims=True)
    return p / (total + np.equal(total, 0))


def smoothed(y_true: Any, label_smoothing: float, share: float) -> Any:
    """Return ``y_true * (1 - label_smoothing) + label_smoothing * share``.

    Raises:
        ValueError: for a ``label_smoothing`` outside 0 to 1.
    """
    if not label_smoothing:
        return y_true
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"label_smoothing must lie between 0 and 1. Received: {label_smoothing}.")
    return y_true * (1 - label_smoothing) + label_smoothing * share
