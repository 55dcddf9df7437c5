"""The layers on images as modules of torch: channels last, and padded as Keras does it.

This file imports torch; nothing that ``import beras.oracle`` runs imports it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from beras.layers.windows import Pair, Windows
from beras.oracle.convert.modules import Described

__all__ = ["AveragePoolImages", "ConvImages", "MaxPoolImages", "MeanOfImages", "PadImages", "PeakOfImages"]


class _Images:
    """What the modules here share: torch sees ``(batch, channels, height, width)``, whatever ``data_format`` is."""

    data_format: str

    def _torch_order(self, x: Tensor) -> Tensor:
        return x.permute(0, 3, 1, 2) if self.data_format == "channels_last" else x

    def _own_order(self, x: Tensor) -> Tensor:
        return x.permute(0, 2, 3, 1) if self.data_format == "channels_last" else x


def _frame(x: Tensor, size: Pair, strides: Pair, dilation: Pair, padding: str) -> list[int]:
    """Return what Keras's ``padding`` adds to images ``x``: ``[left, right, top, bottom]``."""
    rows, columns = Windows.over((x.shape[2], x.shape[3]), size, strides, dilation, padding).padding
    return [*columns, *rows]


class ConvImages(_Images, nn.Conv2d):
    """``nn.Conv2d`` with the ``border``, ``"valid"`` or ``"same"``, and the order of `beras.Conv2D`."""

    kernel_size: Pair
    stride: Pair
    dilation: Pair

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Pair,
        border: str,
        data_format: str,
        device: Any = None,
        **options: Any,
    ):
        super().__init__(in_channels, out_channels, kernel_size, device=device, **options)
        self.border, self.data_format = border, data_format

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, border={self.border!r}, data_format={self.data_format!r}"

    def forward(self, x: Tensor) -> Tensor:
        x = self._torch_order(x)
        x = functional.pad(x, _frame(x, self.kernel_size, self.stride, self.dilation, self.border))
        y = functional.conv2d(x, self.weight, self.bias, self.stride, 0, self.dilation, self.groups)
        return self._own_order(y)


class _PoolImages(_Images, Described):
    settings = ("size", "strides", "border", "data_format")

    def __init__(self, size: Pair, strides: Pair, border: str, data_format: str):
        super().__init__()
        self.size, self.strides, self.border, self.data_format = size, strides, border, data_format

    def _framed(self, x: Tensor, value: float) -> Tensor:
        return functional.pad(x, _frame(x, self.size, self.strides, (1, 1), self.border), value=value)


class MaxPoolImages(_PoolImages):
    """The largest number of each window: `beras.MaxPooling2D`."""

    def forward(self, x: Tensor) -> Tensor:
        framed = self._framed(self._torch_order(x), -torch.inf)
        return self._own_order(functional.max_pool2d(framed, self.size, self.strides))


class AveragePoolImages(_PoolImages):
    """The mean of each window's pixels inside the image: `beras.AveragePooling2D`."""

    def forward(self, x: Tensor) -> Tensor:
        x = self._torch_order(x)
        inside = self._framed(x.new_ones(1, 1, *x.shape[2:]), 0.0)
        return self._own_order(self._sums(self._framed(x, 0.0)) / self._sums(inside))

    def _sums(self, x: Tensor) -> Tensor:
        return functional.avg_pool2d(x, self.size, self.strides, divisor_override=1)


class _WholeImages(_Images, Described):
    settings = ("keepdims", "data_format")
    #: ``f(x, dim, keepdim)``.
    pool: Callable[..., Tensor]

    def __init__(self, keepdims: bool, data_format: str):
        super().__init__()
        self.keepdims, self.data_format = keepdims, data_format

    def forward(self, x: Tensor) -> Tensor:
        axes = (1, 2) if self.data_format == "channels_last" else (2, 3)
        return type(self).pool(x, axes, self.keepdims)


class MeanOfImages(_WholeImages):
    """The mean of each channel: `beras.GlobalAveragePooling2D`."""

    pool = torch.mean


class PeakOfImages(_WholeImages):
    """The largest number of each channel; equal ones share the derivative: `beras.GlobalMaxPooling2D`."""

    pool = torch.amax


class PadImages(_Images, Described):
    """A frame of zeros, ``((top, bottom), (left, right))``: `beras.ZeroPadding2D`."""

    settings = ("padding", "data_format")

    def __init__(self, padding: tuple[Pair, Pair], data_format: str):
        super().__init__()
        self.padding, self.data_format = padding, data_format

    def forward(self, x: Tensor) -> Tensor:
        rows, columns = self.padding
        return self._own_order(functional.pad(self._torch_order(x), [*columns, *rows]))
