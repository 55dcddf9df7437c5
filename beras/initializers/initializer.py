"""Initializer: makes the first values of a weight."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from beras.config import floatx

__all__ = ["FunctionInitializer", "Initializer"]


class Initializer:
    """An object that makes arrays: ``initializer(shape, dtype=None)``.

    A subclass defines ``__call__`` and, to be saved, ``get_config``. ``dtype`` is `floatx` unless given. The Keras
    equivalent is ``keras.initializers.Initializer``.
    """

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> np.ndarray:
        """Return an array of ``shape``."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__(shape, dtype=None).")

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Initializer:
        """Make an initializer from what `get_config` returned."""
        return cls(**config)

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.get_config().items())
        return f"{type(self).__name__}({arguments})"


class FunctionInitializer(Initializer):
    """A user's function ``f(shape, dtype=None)`` as an initializer.

    Raises (when called): ValueError when the function returns another shape.
    """

    def __init__(self, function: Callable[..., Any]):
        self.function = function

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> np.ndarray:
        """Return what the function makes, as an array of ``shape``."""
        dtype = np.dtype(dtype or floatx())
        made = np.asarray(self.function(tuple(shape), dtype=dtype.name), dtype=dtype)
        if made.shape != tuple(shape):
            raise ValueError(
                f"The initializer {self.name!r} was asked for shape {tuple(shape)}. Received: shape {made.shape}."
            )
        return made

    @property
    def name(self) -> str:
        """The function's name."""
        return getattr(self.function, "__name__", type(self.function).__name__)

    def get_config(self) -> dict[str, Any]:
        """Refuse: a function cannot be written down."""
        raise ValueError(
            f"The initializer {self.name!r} is a function and cannot be saved. Derive a class from Initializer, with "
            f"get_config(), or use a built-in by name."
        )

    def __repr__(self) -> str:
        return f"FunctionInitializer({self.name})"
