"""Convolution as windows and matrix products, and the two products that are its derivatives.

The windows of a block of images, laid out as rows of a matrix, are multiplied by the kernel; blocks are so small that
they stay in the cache, so the memory does not grow with the batch. The three operations here are linear in each of
their two arguments, and the derivatives of each are the other two: so second derivatives need no further code.

The arrays: ``x`` (batch, height, width, channels), ``kernel`` (rows, columns, channels / groups, filters), ``g`` and
the output (batch, height', width', filters). The number of groups follows from the channels of ``x`` and of ``kernel``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from beras.autodiff.primitives import primitive
from beras.autodiff.registry import define
from beras.layers.row_blocks import sum_of_rows
from beras.layers.windows import Pair, Windows, blocks

__all__ = ["convolve", "convolve_to_input", "convolve_to_kernel"]

#: With fewer channels than this, windows are copied one pixel of all windows after the other: the runs are longer so.
FEW_CHANNELS = 8


@primitive
def convolve(x: Any, kernel: Any, bias: Any, windows: Windows, out: Any = None) -> Any:
    """Return the cross-correlation of ``x`` with ``kernel``, plus ``bias`` ``(filters,)`` unless it is ``None``.

    ``y[b, r, c, f] = sum_ijk x[b, r s + i d, c s + j d, k] kernel[i, j, k, f] + bias[f]``, ``s`` the stride and ``d``
    the dilation. With several groups, the ``n``-th share of the filters sees the ``n``-th share of the channels. The
    torch equivalent is ``torch.nn.functional.conv2d``, whose channels come first.
    """
    if out is None:
        out = np.empty((len(x), *windows.grid(x.shape[1:3]), kernel.shape[3]), x.dtype)
    groups, matrices = _matrices(kernel, x.shape[3])
    for block, rows in _rows(x, windows, groups):
        part = out[block]
        np.matmul(rows, matrices, out=_by_group(part, groups))
        if bias is not None:
            part += bias
    return out


@primitive
def convolve_to_input(g: Any, kernel: Any, shape: tuple[int, ...], windows: Windows, out: Any = None) -> Any:
    """Return the cotangent of the ``x`` of ``shape`` in `convolve`, given that of the output.

    Each pixel of the windows gets a matrix product, which is added where that pixel lies in the images. The torch
    equivalent is ``torch.nn.functional.conv_transpose2d``.
    """
    groups, matrices = _matrices(kernel, shape[3])
    pixels = windows.size[0] * windows.size[1]
    # (pixels, groups, filters of a group, channels of a group)
    by_pixel = np.ascontiguousarray(matrices.reshape(groups, pixels, -1, matrices.shape[2]).transpose(1, 0, 3, 2))
    out = np.empty(shape, g.dtype) if out is None else out
    count: Pair = g.shape[1:3]
    for block, images in windows.gathered(out, pixels * count[0] * count[1] * shape[3] * g.itemsize):
        part = g[block]
        addends = np.empty((pixels, *part.shape[:3], shape[3]), g.dtype)
        np.matmul(_by_group(part, groups), by_pixel, out=_by_group(addends, groups))
        for place, addend in zip(windows.positions(images, count), addends, strict=True):
            place += addend
    return out


@primitive
def convolve_to_kernel(x: Any, g: Any, shape: tuple[int, ...], windows: Windows) -> Any:
    """Return the cotangent of the kernel of ``shape`` in `convolve`, given that of the output, ``g``."""
    groups = x.shape[3] // shape[2]
    total = np.zeros((groups, shape[0] * shape[1] * shape[2], shape[3] // groups), g.dtype)
    for block, rows in _rows(x, windows, groups):
        total += np.matmul(rows.transpose(0, 2, 1), _by_group(g[block], groups))
    return total.transpose(1, 0, 2).reshape(shape)


def _matrices(kernel: np.ndarray, channels: int) -> tuple[int, np.ndarray]:
    """Return the number of groups, and the kernel of each as a matrix: ``(groups, numbers of a window, filters)``."""
    groups = channels // kernel.shape[2]
    return groups, kernel.reshape(-1, groups, kernel.shape[3] // groups).transpose(1, 0, 2)


def _by_group(x: np.ndarray, groups: int) -> np.ndarray:
    """Return ``(..., batch, rows, columns, channels)`` as matrices, a view: ``(..., groups, pixels, channels)``."""
    return np.swapaxes(x.reshape(*x.shape[:-4], -1, groups, x.shape[-1] // groups), -2, -3)


def _rows(x: np.ndarray, windows: Windows, groups: int) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield block after block of the batch, with its windows laid out: ``(groups, windows, numbers of a window)``."""
    views = windows.views(windows.padded(x))
    views = views.reshape(*views.shape[:5], groups, x.shape[3] // groups)
    few = views.shape[6] < FEW_CHANNELS
    for block in blocks(len(x), views[:1].size * x.itemsize):
        part = views[block]
        many = part.shape[0] * part.shape[1] * part.shape[2]
        if few:
            yield block, part.transpose(5, 3, 4, 6, 0, 1, 2).reshape(groups, -1, many).transpose(0, 2, 1)
        else:
            yield block, part.transpose(5, 0, 1, 2, 3, 4, 6).reshape(groups, many, -1)


# A replay gives them the memory to write into.
convolve.takes_out = convolve_to_input.takes_out = True  # type: ignore[attr-defined]

define(
    convolve,
    lambda g, ans, x, kernel, bias, windows: convolve_to_input(g, kernel, x.shape, windows),
    lambda g, ans, x, kernel, bias, windows: convolve_to_kernel(x, g, kernel.shape, windows),
    lambda g, ans, x, kernel, bias, windows: sum_of_rows(g),
    None,
)
define(
    convolve_to_input,
    lambda u, ans, g, kernel, shape, windows: convolve(u, kernel, None, windows),
    lambda u, ans, g, kernel, shape, windows: convolve_to_kernel(u, g, kernel.shape, windows),
    None,
    None,
)
define(
    convolve_to_kernel,
    lambda u, ans, x, g, shape, windows: convolve_to_input(g, u, x.shape, windows),
    lambda u, ans, x, g, shape, windows: convolve(x, u, None, windows),
    None,
    None,
)
