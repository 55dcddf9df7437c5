"""linear, which does nothing, and exponential."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.core.floating import floating

__all__ = ["exponential", "linear"]


def linear(x: Any) -> Any:
    """Return ``x`` itself."""
    return x


def exponential(x: Any) -> Any:
    """Return ``exp(x)``, `numpy.exp`."""
    return np.exp(floating(x))
