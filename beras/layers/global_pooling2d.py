"""GlobalAveragePooling2D and GlobalMaxPooling2D: one number for each channel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from beras.layers.images import ImageLayer

__all__ = ["GlobalAveragePooling2D", "GlobalMaxPooling2D"]


class _GlobalPooling2D(ImageLayer):
    """What the two share: ``keepdims``, and the output's shape."""

    def __init__(self, data_format: str | None = None, keepdims: bool = False, **options: Any):
        super().__init__(data_format, **options)
        self.keepdims = keepdims

    def call(self, inputs: Any) -> Any:
        """Return ``(batch, channels)``, with ``keepdims`` ``(batch, 1, 1, channels)``."""
        self.inputs = inputs
        pooled = self._images(self._channels_last(inputs))
        if self.keepdims:
            return self._channels_back(pooled)
        return np.reshape(pooled, (pooled.shape[0], pooled.shape[3]))

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return ``(batch, channels)``, with ``keepdims`` ``(batch, 1, 1, channels)``."""
        batch, _, _, channels = self._last(input_shape)
        return self._back((batch, 1, 1, channels)) if self.keepdims else (batch, channels)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {**super().get_config(), "data_format": self.data_format, "keepdims": self.keepdims}


class GlobalAveragePooling2D(_GlobalPooling2D):
    """The mean of each channel over the whole image.

    Input ``(batch, height, width, channels)``, output ``(batch, channels)``; with ``keepdims=True`` ``(batch, 1, 1,
    channels)``. The Keras equivalent is ``keras.layers.GlobalAveragePooling2D``; torch's ``nn.AdaptiveAvgPool2d(1)``.

    >>> import numpy as np
    >>> GlobalAveragePooling2D()(np.arange(8.0).reshape(1, 2, 2, 2))
    array([[3., 4.]], dtype=float32)
    """

    def _images(self, x: Any) -> Any:
        return np.mean(x, axis=(1, 2), keepdims=True)


class GlobalMaxPooling2D(_GlobalPooling2D):
    """The largest number of each channel in the whole image; several equal ones share the derivative, as in Keras.

    Input ``(batch, height, width, channels)``, output ``(batch, channels)``; with ``keepdims=True`` ``(batch, 1, 1,
    channels)``. The Keras equivalent is ``keras.layers.GlobalMaxPooling2D``; torch's is ``nn.AdaptiveMaxPool2d(1)``.

    >>> import numpy as np
    >>> GlobalMaxPooling2D()(np.arange(8.0).reshape(1, 2, 2, 2))
    array([[6., 7.]], dtype=float32)
    """

    def _images(self, x: Any) -> Any:
        return np.max(x, axis=(1, 2), keepdims=True)
