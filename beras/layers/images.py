"""What the layers on images share: the arguments that are pairs, the place of the channels, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from beras.errors import unknown_name
from beras.layers.layer import Layer
from beras.layers.windows import Pair, Windows

__all__ = ["ImageLayer", "Shape", "padding_name", "pair"]

Shape = tuple[int | None, ...]

DATA_FORMATS = ("channels_last", "channels_first")
PADDINGS = ("valid", "same")


def pair(argument: str, value: Any, least: int = 1) -> Pair:
    """Return two integers, ``least`` or more each, from one that stands for both, or from two.

    Raises:
        ValueError: for anything else.

    >>> pair("kernel_size", 3), pair("strides", [2, 1])
    ((3, 3), (2, 1))
    """
    values = (value, value) if isinstance(value, (int, np.integer)) else value
    if (
        not isinstance(values, (tuple, list))
        or len(values) != 2
        or not all(isinstance(n, (int, np.integer)) and not isinstance(n, bool) and n >= least for n in values)
    ):
        raise ValueError(
            f"{argument} is an integer of {least} or more, or two of them, for rows and columns. "
            f"Received: {argument}={value!r}."
        )
    return int(values[0]), int(values[1])


def padding_name(value: Any) -> str:
    """Return ``"valid"`` or ``"same"``, whatever the letter case.

    Raises:
        ValueError: for another name, with the nearest.
    """
    name = value.lower() if isinstance(value, str) else repr(value)
    if name not in PADDINGS:
        raise ValueError(unknown_name("padding", name, PADDINGS))
    return name


class ImageLayer(Layer):
    """A layer on images ``(batch, height, width, channels)``; with ``"channels_first"``, of torch's order.

    A subclass computes in `_images`, which sees the channels last in any case.
    """

    def __init__(self, data_format: str | None = None, **options: Any):
        super().__init__(**options)
        self.data_format = DATA_FORMATS[0] if data_format is None else data_format
        if self.data_format not in DATA_FORMATS:
            raise ValueError(unknown_name("data_format", str(data_format), DATA_FORMATS))

    def call(self, inputs: Any) -> Any:
        """Return the layer's output for images ``(batch, height, width, channels)``."""
        self.inputs = inputs
        return self._channels_back(self._images(self._channels_last(inputs)))

    def _images(self, x: Any) -> Any:
        """Compute the output for images whose channels come last."""
        raise NotImplementedError(f"{type(self).__name__} must define _images(self, x).")

    def _channels_last(self, inputs: Any) -> Any:
        self._check_axes(inputs.shape)
        return inputs if self.data_format == DATA_FORMATS[0] else np.moveaxis(inputs, 1, -1)

    def _channels_back(self, outputs: Any) -> Any:
        return outputs if self.data_format == DATA_FORMATS[0] else np.moveaxis(outputs, -1, 1)

    def _check_axes(self, shape: Sequence[int | None]) -> None:
        if len(shape) == 4:
            return
        axes = "height, width, channels" if self.data_format == DATA_FORMATS[0] else "channels, height, width"
        hint = ""
        if len(shape) == 3:
            hint = (
                " Grey images need an axis for their one channel, x[..., np.newaxis], or Reshape((height, width, 1)) as"
                " a first layer; one image needs that of the batch, x[np.newaxis]."
            )
        raise ValueError(f"Layer {self.name!r} takes images of shape (batch, {axes}). Received: {tuple(shape)}.{hint}")

    def _last(self, shape: Sequence[int | None]) -> tuple[int | None, int | None, int | None, int | None]:
        """Return ``(batch, height, width, channels)`` for a shape of this layer's ``data_format``."""
        self._check_axes(shape)
        batch, a, b, c = shape
        return (batch, a, b, c) if self.data_format == DATA_FORMATS[0] else (batch, b, c, a)

    def _back(self, shape: tuple[int | None, int | None, int | None, int | None]) -> Shape:
        """Return a shape ``(batch, height, width, channels)`` in this layer's ``data_format``."""
        batch, height, width, channels = shape
        if self.data_format == DATA_FORMATS[0]:
            return batch, height, width, channels
        return batch, channels, height, width

    def _windows(self, image: Pair, size: Pair, strides: Pair, dilation: Pair, padding: str) -> Windows:
        """Return the windows over images of ``(height, width)``.

        Raises:
            ValueError: where not one window fits.
        """
        windows = Windows.over(image, size, strides, dilation, padding)
        if min(windows.grid(image)) < 1:
            raise ValueError(
                f"Layer {self.name!r} looks at {windows.reach[0]} x {windows.reach[1]} pixels at a time, and its "
                f"images have fewer. Received: {image[0]} x {image[1]}. Leave out a pooling layer before it, or "
                f"take padding='same'."
            )
        return windows

    def _counts(
        self, image: tuple[int | None, int | None], size: Pair, strides: Pair, dilation: Pair, padding: str
    ) -> tuple[int | None, int | None]:
        """Return how many windows there are in each direction; ``None`` where the image's length is not known."""
        # A length that is not known stands for one into which a window fits.
        reach = Windows(size, dilation=dilation).reach
        known = (image[0] or reach[0], image[1] or reach[1])
        rows, columns = self._windows(known, size, strides, dilation, padding).grid(known)
        return None if image[0] is None else rows, None if image[1] is None else columns
