"""Orthogonal: a random matrix that keeps lengths."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from beras.config import floatx
from beras.initializers.draws import generator_for
from beras.initializers.random import RandomInitializer

__all__ = ["Orthogonal"]


class Orthogonal(RandomInitializer):
    """``gain`` times a random matrix with orthonormal columns (or rows, where these are fewer).

    Axes before the last count as one. The QR decomposition of a normal matrix, with the signs of R's diagonal taken
    out, is uniform over the orthogonal matrices (Saxe et al. 2014).

    Raises (when called): ValueError for fewer than two dimensions.

    >>> q = Orthogonal(seed=0)((3, 3), "float64")
    >>> bool(np.allclose(q @ q.T, np.eye(3)))
    True
    """

    def __init__(self, gain: float = 1.0, seed: int | None = None):
        super().__init__(seed)
        self.gain = gain

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> np.ndarray:
        """Return the matrix, as an array of ``shape``."""
        if len(shape) < 2:
            raise ValueError(f"Orthogonal makes weights of two or more dimensions. Received: shape={tuple(shape)}.")
        rows, columns = prod(shape[:-1]), shape[-1]
        tall = generator_for(self.seed).standard_normal((max(rows, columns), min(rows, columns)))
        q, r = np.linalg.qr(tall)
        q *= np.where(np.diagonal(r) < 0, -self.gain, self.gain)
        return np.reshape(q if rows >= columns else q.T, shape).astype(dtype or floatx())

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {"gain": self.gain, **super().get_config()}
