"""The layers on images, written for torch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

torch = pytest.importorskip("torch")
F = torch.nn.functional

__all__ = ["average_pooled", "convolved", "max_pooled", "translated", "zoomed_out"]


def first(x: torch.Tensor, data_format: str) -> torch.Tensor:
    return x.permute(0, 3, 1, 2) if data_format == "channels_last" else x


def back(x: torch.Tensor, data_format: str) -> torch.Tensor:
    return x.permute(0, 2, 3, 1) if data_format == "channels_last" else x


def sides(n: int, size: int, stride: int, dilation: int = 1) -> tuple[int, int]:
    """Return what "same" puts before and after ``n`` pixels."""
    lacking = 0
    while (n + lacking - dilation * (size - 1) - 1) // stride + 1 < -(-n // stride):
        lacking += 1
    return lacking // 2, lacking - lacking // 2


def framed(
    x: torch.Tensor, padding: str, size: Any, strides: Any, dilation: Any = (1, 1), value: float = 0.0
) -> torch.Tensor:
    if padding == "valid":
        return x
    rows, columns = (sides(*each) for each in zip(x.shape[2:], size, strides, dilation, strict=True))
    return F.pad(x, (*columns, *rows), value=value)


def convolved(
    strides: Any = (1, 1),
    padding: str = "valid",
    dilation_rate: Any = (1, 1),
    activation: Callable[..., Any] = lambda z: z,
    data_format: str = "channels_last",
    depthwise: bool = False,
) -> Callable[..., Any]:
    """Return a convolution of an image by the kernel and the bias of a layer."""

    def by_hand(x: torch.Tensor, kernel: torch.Tensor, bias: torch.Tensor | None = None) -> torch.Tensor:
        x = framed(first(x, data_format), padding, kernel.shape[:2], strides, dilation_rate)
        if depthwise:
            kernel = kernel.flatten(2)[:, :, None]
        groups = x.shape[1] // kernel.shape[2]
        y = F.conv2d(x, kernel.permute(3, 2, 0, 1), bias, strides, dilation=dilation_rate, groups=groups)
        return back(activation(y), data_format)

    return by_hand


def max_pooled(
    size: Any, strides: Any, padding: str = "valid", data_format: str = "channels_last"
) -> Callable[..., Any]:
    def by_hand(x: torch.Tensor) -> torch.Tensor:
        x = framed(first(x, data_format), padding, size, strides, value=-torch.inf)
        return back(F.max_pool2d(x, size, strides), data_format)

    return by_hand


def average_pooled(
    size: Any, strides: Any, padding: str = "valid", data_format: str = "channels_last"
) -> Callable[..., Any]:
    """Return the means of the pixels inside: the sum over the window divided by the number of those."""

    def by_hand(x: torch.Tensor) -> torch.Tensor:
        x = first(x, data_format)
        total, number = (
            F.avg_pool2d(framed(each, padding, size, strides), size, strides, divisor_override=1)
            for each in (x, torch.ones_like(x))
        )
        return back(total / number, data_format)

    return by_hand


def translated(mode: str, value: float) -> Callable[..., Any]:
    """Return a shift of 5 x 6 pixels, down by 1.6 and to the left by 1.2: each pixel is a mean of four."""
    modes = {"constant": "constant", "nearest": "replicate", "reflect": "reflect", "wrap": "circular"}

    def by_hand(x: torch.Tensor) -> torch.Tensor:
        x = x.permute(0, 3, 1, 2)
        if mode == "reflect":  # torch's own does not repeat the pixel at the border
            x = torch.cat([x.flip(2), x, x.flip(2)], 2)[:, :, 3:12]
            x = torch.cat([x.flip(3), x, x.flip(3)], 3)[:, :, :, 4:14]
        else:
            x = F.pad(x, (2, 2, 2, 2), modes[mode], value if mode == "constant" else None)
        x = 0.6 * x[:, :, 0:5] + 0.4 * x[:, :, 1:6]
        return (0.8 * x[..., 3:9] + 0.2 * x[..., 4:10]).permute(0, 2, 3, 1)

    return by_hand


def zoomed_out(x: torch.Tensor) -> torch.Tensor:
    """Return images of 5 x 6 pixels at half their size, the pixels at the border around them."""
    rows, columns = torch.tensor([0, 0, 2, 4, 4]), torch.tensor([-2.5, -0.5, 1.5, 3.5, 5.5, 7.5])
    lower = columns.floor().long()
    return (x[:, rows][:, :, lower.clamp(0, 5)] + x[:, rows][:, :, (lower + 1).clamp(0, 5)]) / 2
