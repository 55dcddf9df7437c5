"""Twins of convolution, pooling and resampling: torch's own, with the channels moved to where torch has them."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional

from beras.layers.convolution import convolve, convolve_to_input, convolve_to_kernel
from beras.layers.depthwise import convolve_depthwise, convolve_depthwise_to_input, convolve_depthwise_to_kernel
from beras.layers.pooling import (
    average_pool,
    average_pool_to_input,
    max_pool,
    max_pool_from_input,
    max_pool_to_input,
)
from beras.layers.resampling import resample, resample_to_input
from beras.layers.windows import Windows
from beras.oracle.twins.adapters import alike, pulled_back, tensor
from beras.oracle.twins.registry import twin

__all__: list[str] = []


def _padded(x: Any, windows: Windows, value: float = 0.0) -> torch.Tensor:
    """Return ``x`` with its padding, channels first."""
    (top, bottom), (left, right) = windows.padding
    return functional.pad(tensor(x).permute(0, 3, 1, 2), (left, right, top, bottom), value=value)


def _filters_first(kernel: torch.Tensor) -> torch.Tensor:
    """Return the kernel as torch has it, laid out in order, and its cotangents too: torch refuses some others."""
    kernel = kernel.permute(3, 2, 0, 1)
    return kernel.flatten().view(kernel.shape)


def _convolve(x: Any, kernel: Any, bias: Any, windows: Windows) -> torch.Tensor:
    x, kernel = alike(x, kernel)
    return functional.conv2d(
        _padded(x, windows),
        _filters_first(kernel),
        None if bias is None else tensor(bias).to(x.dtype),
        stride=windows.strides,
        dilation=windows.dilation,
        groups=x.shape[3] // kernel.shape[2],
    ).permute(0, 2, 3, 1)


def _convolve_to_input(g: Any, kernel: Any, shape: tuple[int, ...], windows: Windows) -> torch.Tensor:
    g, kernel = alike(g, kernel)
    return pulled_back(lambda x: _convolve(x, kernel, None, windows), torch.zeros(shape, dtype=g.dtype), g)


def _convolve_to_kernel(x: Any, g: Any, shape: tuple[int, ...], windows: Windows) -> torch.Tensor:
    x, g = alike(x, g)
    return pulled_back(lambda kernel: _convolve(x, kernel, None, windows), torch.zeros(shape, dtype=g.dtype), g)


def _depthwise(x: Any, kernel: Any, bias: Any, windows: Windows) -> torch.Tensor:
    return _convolve(x, tensor(kernel).flatten(2)[:, :, None], bias, windows)


def _depthwise_to_input(g: Any, kernel: Any, shape: tuple[int, ...], windows: Windows) -> torch.Tensor:
    g, kernel = alike(g, kernel)
    return pulled_back(lambda x: _depthwise(x, kernel, None, windows), torch.zeros(shape, dtype=g.dtype), g)


def _depthwise_to_kernel(x: Any, g: Any, shape: tuple[int, ...], windows: Windows) -> torch.Tensor:
    x, g = alike(x, g)
    return pulled_back(lambda kernel: _depthwise(x, kernel, None, windows), torch.zeros(shape, dtype=g.dtype), g)


def _largest(x: Any, windows: Windows) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the largest number of each window and its place in the padded image, channels first."""
    padded = _padded(x, windows, -torch.inf)
    return functional.max_pool2d_with_indices(padded, windows.size, windows.strides)


def _max_pool(x: Any, windows: Windows) -> torch.Tensor:
    return _largest(x, windows)[0].permute(0, 2, 3, 1)


def _max_pool_to_input(g: Any, x: Any, largest: Any, windows: Windows) -> torch.Tensor:
    return pulled_back(lambda x: _max_pool(x, windows), tensor(x), g)


def _max_pool_from_input(u: Any, x: Any, largest: Any, windows: Windows) -> torch.Tensor:
    places = _largest(x, windows)[1]
    return _padded(u, windows).flatten(2).gather(2, places.flatten(2)).view(places.shape).permute(0, 2, 3, 1)


def _average_pool(x: Any, windows: Windows) -> torch.Tensor:
    x = tensor(x)
    mean, share = (
        functional.avg_pool2d(_padded(numbers, windows), windows.size, windows.strides)
        for numbers in (x, torch.ones_like(x))
    )
    return (mean / share).permute(0, 2, 3, 1)


def _average_pool_to_input(g: Any, shape: tuple[int, ...], windows: Windows) -> torch.Tensor:
    g = tensor(g)
    return pulled_back(lambda x: _average_pool(x, windows), torch.zeros(shape, dtype=g.dtype), g)


#: What torch calls a fill mode; it has no "wrap".
_PADDING_MODES = {"constant": "zeros", "nearest": "border", "reflect": "reflection", "wrap": "border"}


def _resample(
    x: Any, coordinates: Any, interpolation: str = "bilinear", fill_mode: str = "reflect", fill_value: float = 0.0
) -> torch.Tensor:
    x, places = alike(x, coordinates)
    images = x.permute(0, 3, 1, 2)
    sizes = torch.tensor(images.shape[2:]).reshape(2, 1, 1, 1)
    if fill_mode == "wrap":
        # One row and one column more, for what lies between the last and the first.
        images, places, sizes = functional.pad(images, (0, 1, 0, 1), "circular"), places % sizes, sizes + 1
    grid = ((2 * places + 1) / sizes - 1).flip(0).permute(1, 2, 3, 0)
    mode = _PADDING_MODES[fill_mode]
    found = functional.grid_sample(images, grid, interpolation, mode, align_corners=False)
    if fill_mode == "constant" and fill_value:
        inside = functional.grid_sample(torch.ones_like(images), grid, interpolation, mode, align_corners=False)
        found = found + fill_value * (1 - inside)
    return found.permute(0, 2, 3, 1)


def _resample_to_input(g: Any, coordinates: Any, interpolation: str, fill_mode: str) -> torch.Tensor:
    g = tensor(g)
    return pulled_back(lambda x: _resample(x, coordinates, interpolation, fill_mode), torch.zeros_like(g), g)


twin(resample, _resample)
twin(resample_to_input, _resample_to_input)
twin(convolve, _convolve)
twin(convolve_to_input, _convolve_to_input)
twin(convolve_to_kernel, _convolve_to_kernel)
twin(convolve_depthwise, _depthwise)
twin(convolve_depthwise_to_input, _depthwise_to_input)
twin(convolve_depthwise_to_kernel, _depthwise_to_kernel)
twin(max_pool, _max_pool)
twin(max_pool_to_input, _max_pool_to_input)
twin(max_pool_from_input, _max_pool_from_input)
twin(average_pool, _average_pool)
twin(average_pool_to_input, _average_pool_to_input)
