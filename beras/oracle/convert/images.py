"""The rows of the layers on images.

A layer with the channels last becomes a module that takes them last. A module of torch, which has them first, becomes a
layer with ``data_format="channels_first"``, so that shapes, and what Flatten makes of them, are the same.

This file imports torch; nothing that ``import beras.oracle`` runs imports it.
"""

from __future__ import annotations

from typing import Any

from torch import nn
from torch.nn.utils import skip_init

from beras import layers
from beras.layers.windows import Pair, Windows
from beras.oracle.convert import image_modules
from beras.oracle.convert.activations import with_activation
from beras.oracle.convert.modules import dtype_named
from beras.oracle.convert.registry import LayerRow, ModuleRow

__all__ = ["MODULE_ROWS", "ROWS"]

CONVOLUTION = {"kernel": "weight.HWIO", "bias": "bias"}
DEPTHWISE = {"kernel": "weight.HWCM", "bias": "bias"}
FIRST = "channels_first"


def _conv(layer: layers.Conv2D) -> list[tuple[str, nn.Module]]:
    channels, filters = layer.kernel.shape[2:]
    return with_activation(layer, _convolution(layer, channels * layer.groups, filters, layer.groups))


def _depthwise(layer: layers.DepthwiseConv2D) -> list[tuple[str, nn.Module]]:
    channels, each = layer.kernel.shape[2:]
    return with_activation(layer, _convolution(layer, channels, channels * each, channels))


def _convolution(layer: Any, channels: int, filters: int, groups: int) -> nn.Module:
    sizes = (channels, filters, layer.kernel_size)
    options = {
        "stride": layer.strides,
        "dilation": layer.dilation_rate,
        "groups": groups,
        "bias": layer.use_bias,
        "dtype": dtype_named(layer.kernel.dtype.name),
    }
    if layer.data_format == FIRST and layer.padding == "valid":
        return skip_init(nn.Conv2d, *sizes, **options)
    own = {"border": layer.padding, "data_format": layer.data_format}
    return skip_init(image_modules.ConvImages, *sizes, **own, **options)


def _pool(plain: Any, own: Any) -> Any:
    """Return what makes the module of a pooling layer: torch's own where it has one."""

    def make(layer: Any) -> nn.Module:
        if layer.data_format == FIRST and layer.padding == "valid":
            return plain(layer.pool_size, layer.strides)
        return own(layer.pool_size, layer.strides, layer.padding, layer.data_format)

    return make


def _pad(layer: layers.ZeroPadding2D) -> nn.Module:
    if layer.data_format == FIRST:
        rows, columns = layer.padding
        return nn.ZeroPad2d((*columns, *rows))
    return image_modules.PadImages(layer.padding, layer.data_format)


def _conv2d(module: nn.Conv2d, name: str | None, dtype: str) -> layers.Conv2D:
    if module.padding_mode != "zeros":
        raise ValueError(f"beras has padding_mode='zeros' only. Received: {module}.")
    size, strides, dilation = _two(module.kernel_size), _two(module.stride), _two(module.dilation)
    border = getattr(module, "border", None) or _border(module, size, strides, dilation)
    data_format = getattr(module, "data_format", FIRST)
    layer = layers.Conv2D(
        *(module.out_channels, size, strides, border, data_format, dilation, module.groups),
        use_bias=module.bias is not None,
        name=name,
        dtype=dtype,
    )
    channels = module.in_channels
    layer.build_for((None, channels, None, None) if data_format == FIRST else (None, None, None, channels))
    return layer


def _border(module: Any, size: Pair, strides: Pair, dilation: Pair) -> str:
    """Return the ``padding`` of beras that is that of ``module``, whatever the size of its images.

    Raises:
        ValueError: where there is none.
    """
    if isinstance(module.padding, str):
        return module.padding
    padding = _two(module.padding)
    if padding == (0, 0):
        return "valid"
    if strides == (1, 1) and all(2 * n == reach - 1 for n, reach in zip(padding, _reach(size, dilation), strict=True)):
        return "same"
    raise ValueError(
        f"beras pads such that with strides of 1 an image keeps its size, or not at all; otherwise padding=0 after an "
        f"nn.ZeroPad2d does it for a convolution. Received: {module}."
    )


def _reach(size: Pair, dilation: Pair) -> Pair:
    return Windows(size, dilation=dilation).reach


def _two(value: Any) -> Pair:
    rows, columns = value if isinstance(value, tuple) else (value, value)
    return rows, columns


def _pooling(layer: Any, usual: dict[str, Any]) -> Any:
    """Return what makes ``layer`` of a pooling module, which must have the settings ``usual``."""

    def make(module: Any, name: str | None, dtype: str) -> layers.Layer:
        for argument, value in usual.items():
            counts_nothing = argument == "count_include_pad" and _two(module.padding) == (0, 0)
            if getattr(module, argument) not in (value, (value, value)) and not counts_nothing:
                raise ValueError(
                    f"beras has {argument}={value} only. Received: {argument}={getattr(module, argument)}."
                )
        size, strides = _two(module.kernel_size), _two(module.stride)
        return layer(size, strides, _border(module, size, strides, (1, 1)), FIRST, name=name, dtype=dtype)

    return make


def _pooling_of_images(layer: Any) -> ModuleRow:
    return ModuleRow(lambda m, name, dtype: layer(m.size, m.strides, m.border, m.data_format, name=name, dtype=dtype))


def _global_pooling(layer: Any) -> ModuleRow:
    return ModuleRow(lambda m, name, dtype: layer(m.data_format, m.keepdims, name=name, dtype=dtype))


def _adaptive(module: nn.AdaptiveAvgPool2d, name: str | None, dtype: str) -> layers.Layer:
    if module.output_size not in (1, (1, 1), [1, 1]):
        raise ValueError(f"beras has output_size=1 only, the mean of the whole image. Received: {module}.")
    return layers.GlobalAveragePooling2D(FIRST, keepdims=True, name=name, dtype=dtype)


def _zero_padding(module: nn.ZeroPad2d, name: str | None, dtype: str) -> layers.ZeroPadding2D:
    left, right, top, bottom = module.padding
    if min(module.padding) < 0:
        raise ValueError(f"beras pads by 0 or more. Received: {module}.")
    return layers.ZeroPadding2D(((top, bottom), (left, right)), FIRST, name=name, dtype=dtype)


ROWS = {
    layers.AveragePooling2D: LayerRow(_pool(nn.AvgPool2d, image_modules.AveragePoolImages)),
    layers.Conv2D: LayerRow(_conv, CONVOLUTION),
    layers.DepthwiseConv2D: LayerRow(_depthwise, DEPTHWISE),
    layers.GlobalAveragePooling2D: LayerRow(
        lambda layer: image_modules.MeanOfImages(layer.keepdims, layer.data_format)
    ),
    layers.GlobalMaxPooling2D: LayerRow(lambda layer: image_modules.PeakOfImages(layer.keepdims, layer.data_format)),
    layers.MaxPooling2D: LayerRow(_pool(nn.MaxPool2d, image_modules.MaxPoolImages)),
    layers.ZeroPadding2D: LayerRow(_pad),
}
MODULE_ROWS: dict[Any, ModuleRow] = {
    image_modules.AveragePoolImages: _pooling_of_images(layers.AveragePooling2D),
    image_modules.ConvImages: ModuleRow(_conv2d, CONVOLUTION),
    image_modules.MaxPoolImages: _pooling_of_images(layers.MaxPooling2D),
    image_modules.MeanOfImages: _global_pooling(layers.GlobalAveragePooling2D),
    image_modules.PadImages: ModuleRow(
        lambda m, name, dtype: layers.ZeroPadding2D(m.padding, m.data_format, name=name, dtype=dtype)
    ),
    image_modules.PeakOfImages: _global_pooling(layers.GlobalMaxPooling2D),
    nn.AdaptiveAvgPool2d: ModuleRow(_adaptive),
    nn.AvgPool2d: ModuleRow(
        _pooling(layers.AveragePooling2D, {"ceil_mode": False, "count_include_pad": False, "divisor_override": None})
    ),
    nn.Conv2d: ModuleRow(_conv2d, CONVOLUTION),
    nn.MaxPool2d: ModuleRow(
        _pooling(layers.MaxPooling2D, {"ceil_mode": False, "return_indices": False, "dilation": 1})
    ),
    nn.ZeroPad2d: ModuleRow(_zero_padding),
}
