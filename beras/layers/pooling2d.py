"""MaxPooling2D and AveragePooling2D: fewer pixels, each of which stands for a window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from beras.layers.images import ImageLayer, padding_name, pair
from beras.layers.pooling import average_pool, max_pool

__all__ = ["AveragePooling2D", "MaxPooling2D"]


class _Pooling2D(ImageLayer):
    """What the two share: windows, and an output with as many channels as the input."""

    def __init__(
        self,
        pool_size: int | Sequence[int] = (2, 2),
        strides: int | Sequence[int] | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **options: Any,
    ):
        super().__init__(data_format, name=name, **options)
        self.pool_size = pair("pool_size", pool_size)
        self.strides = self.pool_size if strides is None else pair("strides", strides)
        self.padding = padding_name(padding)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return ``(batch, height', width', channels)``."""
        batch, height, width, channels = self._last(input_shape)
        count = self._counts((height, width), self.pool_size, self.strides, (1, 1), self.padding)
        return self._back((batch, *count, channels))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        names = ("pool_size", "padding", "strides", "data_format")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


class MaxPooling2D(_Pooling2D):
    """The largest number in each window, channel by channel.

    Input ``(batch, height, width, channels)``, output ``(batch, height', width', channels)``. The derivative goes to
    the first of several equal numbers in reading order, as in torch.

    Args:
        pool_size: rows and columns of a window; one integer stands for both.
        strides: pixels from one window to the next; the size of a window unless given.
        padding: ``"valid"`` or ``"same"``, as in `Conv2D`; what is around the image is never the largest.
        data_format: ``"channels_last"``, the default, or ``"channels_first"``.

    Raises:
        ValueError: for an argument out of its range, and for images smaller than a window.

    The Keras equivalent is ``keras.layers.MaxPooling2D``; torch's is ``nn.MaxPool2d``.

    >>> import numpy as np
    >>> MaxPooling2D()(np.arange(16.0).reshape(1, 4, 4, 1))[0, :, :, 0]
    array([[ 5.,  7.],
           [13., 15.]], dtype=float32)
    """

    def _images(self, x: Any) -> Any:
        return max_pool(x, self._windows(x.shape[1:3], self.pool_size, self.strides, (1, 1), self.padding))


class AveragePooling2D(_Pooling2D):
    """The mean of each window, channel by channel.

    Input ``(batch, height, width, channels)``, output ``(batch, height', width', channels)``. With ``padding="same"``
    a window at the border is the mean of the pixels that it has inside the image.

    Args:
        pool_size, strides, padding, data_format: as in `MaxPooling2D`.

    Raises:
        ValueError: for an argument out of its range, and for images smaller than a window.

    The Keras equivalent is ``keras.layers.AveragePooling2D``; torch's is ``nn.AvgPool2d(count_include_pad=False)``.

    >>> import numpy as np
    >>> AveragePooling2D(2)(np.arange(16.0).reshape(1, 4, 4, 1))[0, :, :, 0]
    array([[ 2.5,  4.5],
           [10.5, 12.5]], dtype=float32)
    """

    def __init__(
        self,
        pool_size: int | Sequence[int],
        strides: int | Sequence[int] | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **options: Any,
    ):
        super().__init__(pool_size, strides, padding, data_format, name, **options)

    def _images(self, x: Any) -> Any:
        return average_pool(x, self._windows(x.shape[1:3], self.pool_size, self.strides, (1, 1), self.padding))
