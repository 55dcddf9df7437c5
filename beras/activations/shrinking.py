"""Shrinking functions: small values become zero, or smaller."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.core.floating import floating

__all__ = ["hard_shrink", "soft_shrink", "tanh_shrink"]


def hard_shrink(x: Any, threshold: float = 0.5) -> Any:
    """Return ``x`` where ``|x| > threshold``, 0 elsewhere."""
    x = floating(x)
    return np.where(np.abs(x) > threshold, x, 0.0)


def soft_shrink(x: Any, threshold: float = 0.5) -> Any:
    """Return ``x`` moved towards 0 by ``threshold``, and 0 where that would pass it."""
    x = floating(x)
    return np.where(np.abs(x) > threshold, x - threshold * np.sign(x), 0.0)


def tanh_shrink(x: Any) -> Any:
    """Return ``x - tanh(x)``."""
    x = floating(x)
    return x - np.tanh(x)
