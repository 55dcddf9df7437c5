"""DepthwiseConv2D: every channel is convolved by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from beras import constraints, initializers, regularizers
from beras.layers.convolution_layer import ConvolutionLayer, positive

__all__ = ["DepthwiseConv2D"]


class DepthwiseConv2D(ConvolutionLayer):
    """A convolution with kernels of their own for each channel, whose outputs are not added up over the channels.

    Input ``(batch, height, width, channels)``, output ``(batch, height', width', channels * depth_multiplier)``, the
    outputs of one channel side by side; ``kernel`` is ``(rows, columns, channels, depth_multiplier)`` and ``bias``
    ``(channels * depth_multiplier,)``. It is a `Conv2D` with as many groups as channels.

    Args:
        kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias: as in `Conv2D`.
        depth_multiplier: the number of outputs for each channel, a positive integer.
        depthwise_initializer, depthwise_regularizer, depthwise_constraint: of the kernel.
        bias_initializer, bias_regularizer, bias_constraint: of the bias.

    Raises:
        ValueError: as `Conv2D` does.

    The Keras equivalent is ``keras.layers.DepthwiseConv2D``; torch's is ``nn.Conv2d(channels, channels *
    depth_multiplier, groups=channels)``.

    >>> import numpy as np
    >>> DepthwiseConv2D(3, depth_multiplier=2)(np.ones((5, 28, 28, 3))).shape
    (5, 26, 26, 6)
    """

    def __init__(
        self,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = (1, 1),
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = (1, 1),
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        bias_constraint: Any = None,
        **options: Any,
    ):
        super().__init__(
            *(kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias),
            *(bias_initializer, bias_regularizer, bias_constraint),
            activity_regularizer=activity_regularizer,
            **options,
        )
        self.depth_multiplier = positive("depth_multiplier", depth_multiplier)
        self.depthwise_initializer = initializers.get(depthwise_initializer)
        self.depthwise_regularizer = regularizers.get(depthwise_regularizer)
        self.depthwise_constraint = constraints.get(depthwise_constraint)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the kernel and the bias for images of ``input_shape``, whose channels must be known."""
        channels = self._channels_of(input_shape)
        self.kernel = self.add_weight(
            (*self.kernel_size, channels, self.depth_multiplier),
            self.depthwise_initializer,
            regularizer=self.depthwise_regularizer,
            constraint=self.depthwise_constraint,
            name="kernel",
        )
        self._add_bias(channels * self.depth_multiplier)

    def _images(self, x: Any) -> Any:
        rows, columns, channels, outputs = self.kernel.shape
        return self._convolved(x, np.reshape(self.kernel, (rows, columns, 1, channels * outputs)), channels)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return ``(batch, height', width', channels * depth_multiplier)``."""
        channels = self._last(input_shape)[3]
        return self._output_shape(input_shape, None if channels is None else channels * self.depth_multiplier)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {
            **super().get_config(),
            "depth_multiplier": self.depth_multiplier,
            "depthwise_initializer": initializers.serialize(self.depthwise_initializer),
            "depthwise_regularizer": regularizers.serialize(self.depthwise_regularizer),
            "depthwise_constraint": constraints.serialize(self.depthwise_constraint),
        }
