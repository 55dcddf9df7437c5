"""Regularizers: penalties on weights."""

from __future__ import annotations

from math import isfinite
from typing import Any

import numpy as np

__all__ = ["L1", "L1L2", "L2", "Regularizer", "checked_factor"]


class Regularizer:
    """An object that gives a weight its penalty, a scalar that is added to the loss: ``regularizer(w)``.

    The Keras equivalent is ``keras.regularizers.Regularizer``.
    """

    def __call__(self, x: Any) -> Any:
        """Return the penalty of the weight ``x``."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__(x).")

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Regularizer:
        """Make a regularizer from what `get_config` returned."""
        return cls(**config)

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.get_config().items())
        return f"{type(self).__name__}({arguments})"


class L1L2(Regularizer):
    """``l1 * sum(|w|) + l2 * sum(w**2)``; the derivative of ``|w|`` at 0 is 0.

    Raises:
        ValueError: for a factor that is negative or not finite.

    torch's ``weight_decay`` of SGD is ``2 * l2``.

    >>> float(L1L2(l1=1.0, l2=0.5)(np.array([-2.0, 1.0])))
    5.5
    """

    def __init__(self, l1: float | None = 0.0, l2: float | None = 0.0):
        self.l1 = checked_factor("l1", l1)
        self.l2 = checked_factor("l2", l2)

    def __call__(self, x: Any) -> Any:
        """Return the penalty of the weight ``x``, in its dtype."""
        penalty: Any = 0.0
        if self.l1:
            penalty = penalty + self.l1 * np.sum(np.abs(x))
        if self.l2:
            penalty = penalty + self.l2 * np.sum(np.square(x))
        return penalty if self.l1 or self.l2 else x.dtype.type(0)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {"l1": self.l1, "l2": self.l2}


class L1(L1L2):
    """``l1 * sum(|w|)``, which drives weights to zero (lasso)."""

    def __init__(self, l1: float | None = 0.01):
        super().__init__(l1=0.01 if l1 is None else l1)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {"l1": self.l1}


class L2(L1L2):
    """``l2 * sum(w**2)``, which keeps weights small (ridge, weight decay)."""

    def __init__(self, l2: float | None = 0.01):
        super().__init__(l2=0.01 if l2 is None else l2)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {"l2": self.l2}


def checked_factor(name: str, value: Any) -> float:
    """Return ``value``, a finite number that is not negative, as a float; ``None`` is 0."""
    value = 0.0 if value is None else value
    if isinstance(value, bool) or not isinstance(value, (int, float, np.number)) or not isfinite(value) or value < 0:
        raise ValueError(f"{name} must be a non-negative number. Received: {value!r}.")
    return float(value)
