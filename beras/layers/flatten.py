"""Flatten: every sample becomes one row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from beras.layers.layer import Layer

__all__ = ["Flatten"]


class Flatten(Layer):
    """Turn ``(batch, n1, n2, ...)`` into ``(batch, n1 * n2 * ...)``; ``(batch,)`` becomes ``(batch, 1)``.

    The Keras equivalent is ``keras.layers.Flatten``; torch's is ``nn.Flatten``.

    >>> import numpy as np
    >>> Flatten()(np.zeros((5, 28, 28))).shape
    (5, 784)
    """

    def __init__(self, data_format: str | None = None, **options: Any):
        super().__init__(**options)
        if data_format not in (None, "channels_last"):
            raise ValueError(f"Flatten knows data_format 'channels_last' only. Received: {data_format!r}.")
        self.data_format = "channels_last"

    def call(self, inputs: Any) -> Any:
        """Return the inputs with all axes after the first in one."""
        self.inputs = inputs
        return (
            inputs if inputs.ndim == 2 else np.reshape(inputs, (inputs.shape[0], -1 if inputs.size else _width(inputs)))
        )

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {**super().get_config(), "data_format": self.data_format}

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return ``(batch, product of the other axes)``."""
        rest = input_shape[1:]
        return (input_shape[0], None if None in rest else int(np.prod([n for n in rest if n is not None])))


def _width(inputs: Any) -> int:
    return int(np.prod(inputs.shape[1:]))
