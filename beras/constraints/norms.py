"""Constraints on the norm of the weights that lead into one unit."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

import numpy as np

from beras.constraints.constraint import Constraint

__all__ = ["MaxNorm", "MinMaxNorm", "UnitNorm"]

#: Keras's ``epsilon()``, which keeps the division by a norm of 0 finite.
EPSILON = 1e-7


def _norms(w: Any, axis: Any) -> Any:
    axis = tuple(axis) if isinstance(axis, (list, tuple)) else axis
    return np.sqrt(np.sum(np.square(w), axis=axis, keepdims=True))


class MaxNorm(Constraint):
    """Scale down each vector of weights that is longer than ``max_value``: ``w * min(|w|, max_value) / |w|``.

    ``MaxNorm(max_value=2, axis=0)``. The Euclidean norm ``|w|`` is taken along ``axis``, an integer or several: 0 for
    the kernel of a Dense, ``(n_in, n_out)``; ``[0, 1, 2]`` for that of a Conv2D. As in Keras 1e-7 is added to the norm
    that is divided by. Srivastava et al., Dropout, 2014, section 5.1.

    Raises:
        ValueError: for a ``max_value`` that is negative or not finite.

    The Keras equivalent is ``keras.constraints.MaxNorm``; torch's is ``torch.renorm``.

    >>> MaxNorm(1.0)(np.array([[3.0, 0.3], [4.0, 0.4]])).round(6)
    array([[0.6, 0.3],
           [0.8, 0.4]])
    """

    def __init__(self, max_value: float = 2, axis: int | Sequence[int] = 0):
        self.max_value, self.axis = _bound("max_value", max_value), axis

    def __call__(self, w: Any) -> Any:
        """Return ``w`` with no norm above ``max_value``."""
        norms = _norms(w, self.axis)
        return w * (np.clip(norms, 0, self.max_value) / (EPSILON + norms))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {"max_value": self.max_value, "axis": self.axis}


class UnitNorm(Constraint):
    """Scale each vector of weights to length 1: ``w / |w|``.

    ``UnitNorm(axis=0)``; ``axis`` as in `MaxNorm`. A vector of zeros stays one. The Keras equivalent is
    ``keras.constraints.UnitNorm``.

    >>> UnitNorm()(np.array([[3.0], [4.0]])).round(6)
    array([[0.6],
           [0.8]])
    """

    def __init__(self, axis: int | Sequence[int] = 0):
        self.axis = axis

    def __call__(self, w: Any) -> Any:
        """Return ``w`` with norms of 1."""
        return w / (EPSILON + _norms(w, self.axis))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {"axis": self.axis}


class MinMaxNorm(Constraint):
    """Bring the length of each vector of weights between two bounds, or ``rate`` of the way there.

    ``MinMaxNorm(min_value=0.0, max_value=1.0, rate=1.0, axis=0)``: the norm becomes
    ``rate * clip(|w|, min_value, max_value) + (1 - rate) * |w|``; ``axis`` as in `MaxNorm`.

    Raises:
        ValueError: for a bound that is negative or not finite, and for a ``min_value`` above ``max_value``.

    The Keras equivalent is ``keras.constraints.MinMaxNorm``.

    >>> MinMaxNorm(1.0, 2.0, rate=0.5)(np.array([[3.0], [4.0]])).round(6)
    array([[2.1],
           [2.8]])
    """

    def __init__(
        self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0, axis: int | Sequence[int] = 0
    ):
        self.min_value, self.max_value = _bound("min_value", min_value), _bound("max_value", max_value)
        if min_value > max_value:
            raise ValueError(f"min_value must not be above max_value. Received: {min_value} and {max_value}.")
        self.rate, self.axis = rate, axis

    def __call__(self, w: Any) -> Any:
        """Return ``w`` with norms between the bounds."""
        norms = _norms(w, self.axis)
        desired = self.rate * np.clip(norms, self.min_value, self.max_value) + (1 - self.rate) * norms
        return w * (desired / (EPSILON + norms))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {"min_value": self.min_value, "max_value": self.max_value, "rate": self.rate, "axis": self.axis}


def _bound(name: str, value: Any) -> Any:
    """Return a bound of a norm as it was given, once it is known to be one."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.number)) or not isfinite(value) or value < 0:
        raise ValueError(f"{name} bounds a norm: a number, 0 or more. Received: {value!r}.")
    return value.item() if isinstance(value, np.number) else value
