"""Initializers without chance: Zeros, Ones, Constant, Identity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from beras.config import floatx
from beras.initializers.initializer import Initializer

__all__ = ["Constant", "Identity", "Ones", "Zeros"]


class Zeros(Initializer):
    """All zeros.

    >>> Zeros()((2,))
    array([0., 0.], dtype=float32)
    """

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> np.ndarray:
        """Return zeros of ``shape``."""
        return np.zeros(shape, dtype or floatx())


class Ones(Initializer):
    """All ones."""

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> np.ndarray:
        """Return ones of ``shape``."""
        return np.ones(shape, dtype or floatx())


class Constant(Initializer):
    """One number everywhere, or an array that broadcasts to the shape asked for.

    Raises (when called): ValueError when the array does not broadcast to that shape, or holds a number too large for
    the dtype.

    >>> Constant(0.5)((2,))
    array([0.5, 0.5], dtype=float32)
    """

    def __init__(self, value: Any = 0.0):
        self.value = value

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> np.ndarray:
        """Return the value, broadcast to ``shape``."""
        kind = np.dtype(dtype or floatx())
        try:
            with np.errstate(over="raise"):
                value = np.asarray(self.value, kind)
        except FloatingPointError:
            raise ValueError(
                f"Constant was given a number too large for {kind}, whose largest is {np.finfo(kind).max:.3g}. "
                f"Received: value={self.value!r}."
            ) from None
        try:
            return np.array(np.broadcast_to(value, shape))
        except ValueError:
            raise ValueError(
                f"Constant was given an array of shape {value.shape}, which cannot fill a weight of shape "
                f"{tuple(shape)}."
            ) from None

    def get_config(self) -> dict[str, Any]:
        """Return the value, as a number or nested lists."""
        return {"value": np.asarray(self.value).tolist()}


class Identity(Initializer):
    """``gain`` on the diagonal and zeros elsewhere, for weights of two dimensions.

    Raises (when called): ValueError for another number of dimensions.

    >>> Identity()((2, 3))
    array([[1., 0., 0.],
           [0., 1., 0.]], dtype=float32)
    """

    def __init__(self, gain: float = 1.0):
        self.gain = gain

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> np.ndarray:
        """Return the matrix of ``shape``, ``(n_in, n_out)``."""
        if len(shape) != 2:
            raise ValueError(f"Identity makes matrices, of two dimensions. Received: shape={tuple(shape)}.")
        return self.gain * np.eye(*shape, dtype=np.dtype(dtype or floatx()))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {"gain": self.gain}
