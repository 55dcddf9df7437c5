"""Mean and variance of inputs along axes: what the normalisations share."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.autodiff.primitives import cast

__all__ = ["centered", "widened"]


def widened(x: Any) -> Any:
    """Return ``x``, half precision as float32, in which its squares stay in range."""
    return cast(x, np.dtype(np.float32)) if x.dtype.itemsize < 4 else x


def centered(x: Any, axes: tuple[int, ...]) -> tuple[Any, Any, Any]:
    """Return ``x`` less its mean along ``axes``, that mean and the variance; both keep the axes, of length 1.

    The variance is the mean of the squares of what is left, so that nothing cancels however large the mean is.
    """
    mean = np.mean(x, axis=axes, keepdims=True)
    rest = x - mean
    return rest, mean, np.mean(np.square(rest), axis=axes, keepdims=True)
