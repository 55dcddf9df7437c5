"""Rescaling: images as bytes go in, numbers between 0 and 1 come out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from beras.layers.layer import Layer

__all__ = ["Rescaling"]


class Rescaling(Layer):
    """Multiply the inputs by ``scale`` and add ``offset``.

    ``Rescaling(1 / 255)`` as a first layer lets images stay bytes in memory: they are scaled one batch at a time. The
    Keras equivalent is ``keras.layers.Rescaling``.

    >>> import numpy as np
    >>> Rescaling(1 / 255)(np.array([[0, 255]], dtype=np.uint8))
    array([[0., 1.]], dtype=float32)
    """

    elementwise = True

    def __init__(self, scale: float, offset: float = 0.0, **options: Any):
        super().__init__(**options)
        self.scale, self.offset = float(scale), float(offset)

    def call(self, inputs: Any) -> Any:
        """Return ``inputs * scale + offset``."""
        self.inputs = inputs
        scaled = inputs * self.scale
        return scaled + self.offset if self.offset else scaled

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return ``input_shape``."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {**super().get_config(), "scale": self.scale, "offset": self.offset}
