"""The layers and activations of beras that ``torch.nn`` lacks, written in torch's functions.

This file imports torch; nothing that ``import beras.oracle`` runs imports it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

__all__ = [
    "BatchNormAlong",
    "Cast",
    "Described",
    "Exponential",
    "GaussianNoise",
    "HardSigmoid",
    "MaskedDropout",
    "Permute",
    "Rectifier",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "SoftmaxOverAxes",
    "SparsePlus",
    "SparseSigmoid",
    "Sparsemax",
    "Squareplus",
    "dtype_name",
    "dtype_named",
]


class Described(nn.Module):
    """A module that shows its settings when it is printed."""

    settings: tuple[str, ...] = ()

    def extra_repr(self) -> str:
        return ", ".join(f"{name}={getattr(self, name)!r}" for name in self.settings)


class Cast(Described):
    """Change the dtype, where two layers of a model compute in different ones."""

    settings = ("dtype",)

    def __init__(self, dtype: torch.dtype):
        super().__init__()
        self.dtype = dtype

    def forward(self, x: Tensor) -> Tensor:
        return x.to(self.dtype)


class BatchNormAlong(nn.BatchNorm1d):
    """``nn.BatchNorm1d`` with the channels on another axis than 1, the last for example: `BatchNormalization`."""

    def __init__(self, num_features: int, axis: int, **options: Any):
        super().__init__(num_features, **options)
        self.axis = axis

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, axis={self.axis}"

    def forward(self, x: Tensor) -> Tensor:
        moved = x.movedim(self.axis, -1)
        rows = super().forward(moved.reshape(-1, self.num_features))
        return rows.reshape(moved.shape).movedim(-1, self.axis)


class GaussianNoise(Described):
    """Normal numbers of deviation ``stddev`` on top, in training mode: `beras.layers.GaussianNoise`."""

    settings = ("stddev",)

    def __init__(self, stddev: float):
        super().__init__()
        self.stddev = stddev

    def forward(self, x: Tensor) -> Tensor:
        return x + self.stddev * torch.randn_like(x) if self.training else x


class Reshape(Described):
    """Every sample in another shape: `beras.layers.Reshape`."""

    settings = ("shape",)

    def __init__(self, shape: Sequence[int]):
        super().__init__()
        self.shape = tuple(shape)

    def forward(self, x: Tensor) -> Tensor:
        return x.reshape(len(x), *self.shape)


class Permute(Described):
    """The axes of every sample, numbered from 1, in another order: `beras.layers.Permute`."""

    settings = ("dims",)

    def __init__(self, dims: Sequence[int]):
        super().__init__()
        self.dims = tuple(dims)

    def forward(self, x: Tensor) -> Tensor:
        return x.permute(0, *self.dims)


class RepeatVector(Described):
    """Every sample ``n`` times, along a new axis 1: `beras.layers.RepeatVector`."""

    settings = ("n",)

    def __init__(self, n: int):
        super().__init__()
        self.n = n

    def forward(self, x: Tensor) -> Tensor:
        return x.unsqueeze(1).expand(-1, self.n, *x.shape[1:])


class Rescaling(Described):
    """``x * scale + offset`` in ``dtype``, also for bytes: `beras.Rescaling`."""

    settings = ("scale", "offset", "dtype")

    def __init__(self, scale: float, offset: float = 0.0, dtype: torch.dtype = torch.float32):
        super().__init__()
        self.scale, self.offset, self.dtype = scale, offset, dtype

    def forward(self, x: Tensor) -> Tensor:
        return x.to(self.dtype) * self.scale + self.offset


class MaskedDropout(Described):
    """Dropout whose mask has a shape of its own, ``None`` in it for the input's length: `beras.Dropout`."""

    settings = ("p", "noise_shape")

    def __init__(self, p: float, noise_shape: Sequence[int | None]):
        super().__init__()
        self.p, self.noise_shape = p, tuple(noise_shape)

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        shape = [length if n is None else n for n, length in zip(self.noise_shape, x.shape, strict=True)]
        return x * nn.functional.dropout(x.new_ones(shape), self.p)


class Rectifier(Described):
    """``min(x, max_value)`` above ``threshold``, ``negative_slope * (x - threshold)`` below: `beras.ReLU`."""

    settings = ("max_value", "negative_slope", "threshold")

    def __init__(self, max_value: float | None = None, negative_slope: float = 0.0, threshold: float = 0.0):
        super().__init__()
        self.max_value, self.negative_slope, self.threshold = max_value, negative_slope, threshold

    def forward(self, x: Tensor) -> Tensor:
        above = nn.functional.threshold(x, self.threshold, 0.0)
        if self.max_value is not None:
            # As in relu6, the derivative at max_value is 0; that of clamp would be 1.
            above = torch.where(above < self.max_value, above, torch.full_like(above, self.max_value))
        below = torch.where(x <= self.threshold, x - self.threshold, torch.zeros_like(x))
        return above + self.negative_slope * below


class SoftmaxOverAxes(Described):
    """The softmax over several axes together: `beras.Softmax` with a tuple."""

    settings = ("axis",)

    def __init__(self, axis: Sequence[int]):
        super().__init__()
        self.axis = tuple(axis)

    def forward(self, x: Tensor) -> Tensor:
        together = x.movedim(self.axis, tuple(range(-len(self.axis), 0)))
        p = torch.softmax(together.flatten(-len(self.axis)), dim=-1)
        return p.view_as(together).movedim(tuple(range(-len(self.axis), 0)), self.axis)


class Exponential(nn.Module):
    """``exp(x)``."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.exp(x)


class HardSigmoid(nn.Module):
    """``min(max(x / 6 + 1/2, 0), 1)``. In float64 the derivative of ``nn.Hardsigmoid`` is float32's 1/6."""

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.relu6(x + 3) / 6


class SparsePlus(nn.Module):
    """0 up to -1, ``(x + 1)**2 / 4`` between -1 and 1, ``x`` from there."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.where(x < 1, 0.25 * torch.square(torch.clamp(x, -1, 1) + 1), x)


class SparseSigmoid(nn.Module):
    """``(x + 1) / 2``, at least 0 and at most 1; the derivative is 0 at both ends."""

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.hardtanh(x) / 2 + 0.5


class Squareplus(Described):
    """``(x + sqrt(x**2 + b)) / 2``."""

    settings = ("b",)

    def __init__(self, b: float = 4):
        super().__init__()
        self.b = b

    def forward(self, x: Tensor) -> Tensor:
        return (x + torch.sqrt(torch.square(x) + self.b)) / 2


class Sparsemax(Described):
    """The distribution nearest to ``x`` along ``dim`` (Martins and Astudillo 2016, algorithm 1)."""

    settings = ("dim",)

    def __init__(self, dim: int = -1):
        super().__init__()
        self.dim = dim

    def forward(self, x: Tensor) -> Tensor:
        z = x.movedim(self.dim, -1)
        falling = torch.sort(z, dim=-1, descending=True).values
        rank = torch.arange(1, z.shape[-1] + 1, dtype=x.dtype, device=x.device)
        sums = torch.cumsum(falling, dim=-1)
        count = torch.sum(1 + rank * falling > sums, dim=-1, keepdim=True)
        cut = (torch.gather(sums, -1, count - 1) - 1) / count
        return torch.relu(z - cut).movedim(-1, self.dim)


def dtype_named(name: str) -> Any:
    """Return torch's dtype of a name of NumPy's: ``float32``."""
    return getattr(torch, name)


def dtype_name(dtype: torch.dtype) -> str:
    """Return the name of a dtype, as NumPy has it.

    Raises:
        TypeError: for one that NumPy does not have.
    """
    name = str(dtype).removeprefix("torch.")
    if name not in ("float16", "float32", "float64"):
        raise TypeError(
            f"beras computes in float16, float32 or float64. Received: a module in {name}. Write module.float() first."
        )
    return name
