"""What Conv2D and DepthwiseConv2D share: the windows, the bias, and an activation at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from beras import activations, constraints, initializers, regularizers
from beras.layers.convolution import convolve
from beras.layers.depthwise import convolve_depthwise
from beras.layers.images import ImageLayer, Shape, padding_name, pair

__all__ = ["ConvolutionLayer", "positive"]

#: From so many outputs of each channel on, matrix products are the faster way, channel by channel.
MANY_OUTPUTS = 8


class ConvolutionLayer(ImageLayer):
    """The base of the layers that convolve. A subclass makes ``kernel`` in `build`, and names the rest of its own."""

    def __init__(
        self,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int],
        padding: str,
        data_format: str | None,
        dilation_rate: int | Sequence[int],
        activation: Any,
        use_bias: bool,
        bias_initializer: Any,
        bias_regularizer: Any,
        bias_constraint: Any,
        **options: Any,
    ):
        super().__init__(data_format, **options)
        self.kernel_size = pair("kernel_size", kernel_size)
        self.strides = pair("strides", strides)
        self.padding = padding_name(padding)
        self.dilation_rate = pair("dilation_rate", dilation_rate)
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                f"Of strides and dilation_rate one must be 1. Received: strides={strides}, "
                f"dilation_rate={dilation_rate}."
            )
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.bias_initializer = initializers.get(bias_initializer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.bias_constraint = constraints.get(bias_constraint)

    def _channels_of(self, input_shape: Sequence[int | None]) -> int:
        """Return the number of channels of ``input_shape``, once the images are known to be large enough."""
        _, height, width, channels = self._last(input_shape)
        if channels is None:
            raise ValueError(
                f"Layer {self.name!r} must know the number of channels. Received: {tuple(input_shape)}, "
                f"{self.data_format}."
            )
        self._counts((height, width), self.kernel_size, self.strides, self.dilation_rate, self.padding)
        return channels

    def _add_bias(self, length: int) -> None:
        if self.use_bias:
            self.bias = self.add_weight(
                (length,),
                self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )

    def call(self, inputs: Any) -> Any:
        """Return the activation of the convolution, ``(batch, height', width', outputs)``."""
        return self.activation(super().call(inputs))

    def _convolved(self, x: Any, kernel: Any, channels: int) -> Any:
        """Return the convolution of ``x``, which must have that many ``channels``, plus the bias.

        ``kernel`` is ``(rows, columns, channels / groups, filters)``.
        """
        if x.shape[3] != channels:
            raise ValueError(
                f"Layer {self.name!r} was built for images with {channels} channels. Received: {x.shape[3]}, in "
                f"{self.inputs.shape}, {self.data_format}."
            )
        windows = self._windows(x.shape[1:3], self.kernel_size, self.strides, self.dilation_rate, self.padding)
        bias = self.bias if self.use_bias else None
        outputs = kernel.shape[3] // channels
        is_depthwise = kernel.shape[2] == 1 and channels > 1 and outputs < MANY_OUTPUTS
        if is_depthwise and x.dtype.itemsize >= 4:  # of half precision it would round each product
            return convolve_depthwise(x, np.reshape(kernel, (*kernel.shape[:2], channels, outputs)), bias, windows)
        return convolve(x, kernel, bias, windows)

    @property
    def final_activation(self) -> Any:
        """The activation function."""
        return self.activation

    def logits(self, inputs: Any, training: bool = False) -> Any:
        """Return the output before the activation."""
        inputs = self._cast(inputs)
        self._ensure_built(inputs.shape)
        return super().call(inputs)

    def _output_shape(self, input_shape: Sequence[int | None], outputs: int | None) -> Shape:
        batch, height, width, _ = self._last(input_shape)
        count = self._counts((height, width), self.kernel_size, self.strides, self.dilation_rate, self.padding)
        return self._back((batch, *count, outputs))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {
            **super().get_config(),
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "data_format": self.data_format,
            "dilation_rate": self.dilation_rate,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "bias_regularizer": regularizers.serialize(self.bias_regularizer),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            "bias_constraint": constraints.serialize(self.bias_constraint),
        }


def positive(argument: str, value: Any) -> int:
    """Return a positive integer.

    Raises:
        ValueError: for anything else.
    """
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(f"{argument} is a positive integer. Received: {argument}={value!r}.")
    return int(value)
