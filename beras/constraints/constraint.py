"""Constraint: the base of all, and the simplest one."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["Constraint", "NonNeg"]


class Constraint:
    """An object that gives a weight the value that it must have instead: ``constraint(w)``, of the same shape.

    The optimizer asks it after each update, with the weight as a plain array that it must not write into. The Keras
    equivalent is ``keras.constraints.Constraint``.

    >>> class Rounded(Constraint):
    ...     def __call__(self, w):
    ...         return np.round(w)
    >>> Rounded()(np.array([0.4, 1.7]))
    array([0., 2.])
    """

    def __call__(self, w: Any) -> Any:
        """Return what the weight ``w`` becomes; the base leaves it as it is."""
        return w

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Constraint:
        """Make a constraint from what `get_config` returned."""
        return cls(**config)

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.get_config().items())
        return f"{type(self).__name__}({arguments})"


class NonNeg(Constraint):
    """``max(w, 0)``: no entry is negative. The Keras equivalent is ``keras.constraints.NonNeg``.

    >>> NonNeg()(np.array([-1.0, 2.0]))
    array([0., 2.])
    """

    def __call__(self, w: Any) -> Any:
        """Return ``w`` with 0 in the place of what is negative."""
        return np.maximum(w, 0)
