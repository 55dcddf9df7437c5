"""Orthogonal: a penalty on rows, or columns, that are not at right angles."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.errors import unknown_name
from beras.regularizers.regularizer import Regularizer, checked_factor

__all__ = ["OrthogonalRegularizer"]

#: Shorter rows count as this long.
EPSILON = 1e-7
MODES = ("rows", "columns")


class OrthogonalRegularizer(Regularizer):
    """``factor`` times the mean of ``|cos|`` of the angles between all pairs of rows, or columns, of a matrix.

    Raises:
        ValueError: for a factor that is negative or not finite, an unknown ``mode``, and when called on something that
            is no matrix.

    The Keras equivalent is ``keras.regularizers.OrthogonalRegularizer``.

    >>> float(OrthogonalRegularizer(factor=1.0)(np.array([[1.0, 0.0], [3.0, 4.0]])).round(6))
    0.6
    """

    def __init__(self, factor: float = 0.01, mode: str = "rows"):
        if mode not in MODES:
            raise ValueError(unknown_name("mode", mode, MODES))
        self.factor, self.mode = checked_factor("factor", factor), mode

    def __call__(self, inputs: Any) -> Any:
        """Return the penalty of the matrix ``inputs``, in its dtype."""
        if inputs.ndim != 2:
            raise ValueError(f"OrthogonalRegularizer takes matrices. Received: a weight of shape {inputs.shape}.")
        rows = inputs if self.mode == "rows" else np.transpose(inputs)
        square = np.sum(np.square(rows), axis=1, keepdims=True)
        rows = rows / np.sqrt(np.maximum(square, EPSILON**2))
        cosines = np.matmul(rows, np.transpose(rows))
        size = inputs.shape[0 if self.mode == "rows" else 1]
        others = 1 - np.eye(size, dtype=inputs.dtype)
        return 0.5 * self.factor * np.sum(np.abs(cosines * others)) / max(1, size * (size - 1) / 2)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {"factor": self.factor, "mode": self.mode}
