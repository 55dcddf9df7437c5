"""Conv2D: a small kernel slides over the image, and the same weights are used everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from beras import constraints, initializers, regularizers
from beras.layers.convolution_layer import ConvolutionLayer, positive

__all__ = ["Conv2D"]


class Conv2D(ConvolutionLayer):
    """Two-dimensional convolution: ``y = activation(sum over the window of x * kernel + bias)``, for each window.

    Input ``(batch, height, width, channels)``, output ``(batch, height', width', filters)``; ``kernel`` is ``(rows,
    columns, channels / groups, filters)`` and ``bias`` ``(filters,)``, both made at the first call. As everywhere in
    deep learning it is a cross-correlation: the kernel is not mirrored.

    Args:
        filters: the number of outputs for each window, a positive integer.
        kernel_size: rows and columns of a window; one integer stands for both.
        strides: pixels from one window to the next.
        padding: ``"valid"`` for windows inside the image only, ``height' = (height - rows) // stride + 1``; ``"same"``
            for zeros around it such that ``height' = ceil(height / stride)``.
        data_format: ``"channels_last"``, the default and faster, or ``"channels_first"``.
        dilation_rate: pixels from one pixel of a window to the next; above 1 only where the strides are 1.
        groups: into how many shares the channels and the filters are divided, each seeing its own only.
        activation: a name, a function, or ``None`` for none.
        use_bias: whether there is a bias.
        kernel_initializer, bias_initializer: names or initializers.
        kernel_regularizer, bias_regularizer: names or regularizers; their penalties are added to the loss.
        kernel_constraint, bias_constraint: names or constraints, which the weights fulfil after each update.

    Raises:
        ValueError: for an argument out of its range, for ``filters`` or channels that ``groups`` does not divide, and
            when called on inputs that are no images, of other channels, or smaller than a window.

    The Keras equivalent is ``keras.layers.Conv2D``; torch's is ``nn.Conv2d``, whose weight is ``(filters, channels /
    groups, rows, columns)``.

    >>> import numpy as np
    >>> layer = Conv2D(8, 3, activation="relu")
    >>> layer(np.ones((5, 28, 28, 1))).shape
    (5, 26, 26, 8)
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = (1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = (1, 1),
        groups: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **options: Any,
    ):
        super().__init__(
            *(kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias),
            *(bias_initializer, bias_regularizer, bias_constraint),
            activity_regularizer=activity_regularizer,
            **options,
        )
        self.filters, self.groups = positive("filters", filters), positive("groups", groups)
        if filters % groups:
            raise ValueError(f"Each group gets as many filters. Received: filters={filters}, groups={groups}.")
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the kernel and the bias for images of ``input_shape``, whose channels must be known."""
        channels = self._channels_of(input_shape)
        if channels % self.groups:
            raise ValueError(
                f"Each of the groups={self.groups} of layer {self.name!r} gets as many channels. Received: images with "
                f"{channels} channels."
            )
        self.kernel = self.add_weight(
            (*self.kernel_size, channels // self.groups, self.filters),
            self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
        )
        self._add_bias(self.filters)

    def _images(self, x: Any) -> Any:
        return self._convolved(x, self.kernel, self.kernel.shape[2] * self.groups)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return ``(batch, height', width', filters)``."""
        return self._output_shape(input_shape, self.filters)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {
            **super().get_config(),
            "filters": self.filters,
            "groups": self.groups,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
        }
