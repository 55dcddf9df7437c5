"""Depthwise convolution as sums of products of whole rows of pixels, and the two operations that are its derivatives.

The windows of one channel are too small for a matrix product. But one pixel of all windows in a row, with all their
channels, is one run of memory. It is multiplied by the kernel, laid out likewise, and added to a row of the output;
`numpy.einsum` does both in one pass. To that end images are padded, split into phases where there are strides, and
each channel is repeated for all its outputs; in blocks of images that stay in the cache.

The arrays: ``x`` (batch, height, width, channels), ``kernel`` (rows, columns, channels, multiplier), ``g`` and the
output (batch, height', width', channels * multiplier). Of the strides and the dilation of the windows one must be 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.autodiff.primitives import primitive
from beras.autodiff.registry import define
from beras.layers.phases import Phase
from beras.layers.row_blocks import sum_of_rows
from beras.layers.windows import Pair, Windows, blocks

__all__ = ["convolve_depthwise", "convolve_depthwise_to_input", "convolve_depthwise_to_kernel"]


@primitive
def convolve_depthwise(x: Any, kernel: Any, bias: Any, windows: Windows, out: Any = None) -> Any:
    """Return the cross-correlation of each channel with its own kernels, plus ``bias`` unless it is ``None``.

    ``y[b, r, c, k m + n] = sum_ij x[b, r s + i d, c s + j d, k] kernel[i, j, k, n] + bias[k m + n]``, ``s`` the stride,
    ``d`` the dilation and ``m`` the multiplier. The torch equivalent is ``torch.nn.functional.conv2d`` with as many
    groups as channels.
    """
    count, multiplier = windows.grid(x.shape[1:3]), kernel.shape[3]
    if out is None:
        out = np.empty((len(x), *count, x.shape[3] * multiplier), x.dtype)
    phases = [
        (phase, _along_a_row(kernel[phase.kernel], count[1], x.dtype)) for phase in Phase.all_of(windows, x.shape[1:3])
    ]
    for block in blocks(len(x), x[:1].nbytes * multiplier):
        y = out[block]
        for number, (phase, factors) in enumerate(phases):
            addend = y if number == 0 else np.empty_like(y)
            _correlate(_pixels(x[block], phase, count, multiplier), factors, windows.dilation, out=addend)
            if number > 0:
                y += addend
        if bias is not None:
            y += bias
    return out


@primitive
def convolve_depthwise_to_input(g: Any, kernel: Any, shape: tuple[int, ...], windows: Windows, out: Any = None) -> Any:
    """Return the cotangent of the ``x`` of ``shape`` in `convolve_depthwise`, given that of the output.

    Each phase of the images gets the correlation of ``g``, with zeros around it, with its kernel turned upside down.
    """
    out = np.empty(shape, g.dtype) if out is None else out
    multiplier = kernel.shape[3]
    phases = [
        (phase, _along_a_row(kernel[phase.kernel][::-1, ::-1], phase.many[1], g.dtype))
        for phase in Phase.all_of(windows, shape[1:3])
    ]
    for block in blocks(len(g), out[:1].nbytes * multiplier):
        images = out[block]
        images.fill(0)  # where no window looks it stays so
        for phase, factors in phases:
            before = phase.reach[0] - phase.lead[0], phase.reach[1] - phase.lead[1]
            framed = _framed(g[block], before, phase.seen_by(phase.many))
            place = images[:, *phase.image]
            is_found_in_place = multiplier == 1 and place.flags.c_contiguous
            found = place if is_found_in_place else np.empty((*place.shape[:3], g.shape[3]), g.dtype)
            _correlate(framed, factors, windows.dilation, out=found)
            if not is_found_in_place:
                np.copyto(place, found[..., ::multiplier])
                for n in range(1, multiplier):
                    place += found[..., n::multiplier]
    return out


@primitive
def convolve_depthwise_to_kernel(x: Any, g: Any, shape: tuple[int, ...], windows: Windows) -> Any:
    """Return the cotangent of the kernel of ``shape`` in `convolve_depthwise`, given that of the output, ``g``."""
    count: Pair = g.shape[1:3]
    sums = np.zeros((*shape[:2], count[1] * g.shape[3]))
    phases = Phase.all_of(windows, x.shape[1:3])
    for block in blocks(len(x), x[:1].nbytes * shape[3]):
        part = np.ascontiguousarray(g[block]).reshape(-1, count[0], sums.shape[2])
        for phase in phases:
            totals = sums[phase.kernel]
            views = _views(_pixels(x[block], phase, count, shape[3]), totals.shape[:2], count, windows.dilation)
            for pixel in np.ndindex(totals.shape[:2]):
                totals[pixel] += np.einsum("brx,brx->x", views[pixel], part)
    return sums.reshape(*shape[:2], count[1], *shape[2:]).sum(2).astype(g.dtype)


def _along_a_row(kernel: np.ndarray, width: int, dtype: Any) -> np.ndarray:
    """Return the kernel for so many windows side by side: ``(rows, columns, width * channels * multiplier)``."""
    return np.tile(kernel.reshape(*kernel.shape[:2], -1).astype(dtype), width)


def _pixels(x: np.ndarray, phase: Phase, count: Pair, multiplier: int) -> np.ndarray:
    """Return what ``count`` windows see of a phase of ``x``, padding included."""
    return _framed(x[:, *phase.image], phase.lead, phase.seen_by(count), multiplier)


def _framed(x: np.ndarray, before: Pair, size: Pair, multiplier: int = 1) -> np.ndarray:
    """Return images of ``size``, one after the other in memory: ``x`` with so many rows and columns of zeros before it.

    A negative number takes away from ``x``, and so does the end of the images. Each channel stands there ``multiplier``
    times.
    """
    if multiplier == 1 and before == (0, 0) and x.shape[1:3] == size and x.flags.c_contiguous:
        return x
    out = np.zeros((len(x), *size, x.shape[3] * multiplier), x.dtype)
    (top, left), (height, width) = before, size
    x = x[:, max(-top, 0) : max(height - top, 0), max(-left, 0) : max(width - left, 0)]
    place = out[:, max(top, 0) :, max(left, 0) :][:, : x.shape[1], : x.shape[2]]
    for n in range(multiplier):
        place[..., n::multiplier] = x
    return out


def _correlate(images: np.ndarray, factors: np.ndarray, dilation: Pair, out: np.ndarray) -> None:
    """Write into ``out`` the sums over windows, one pixel apart, of their pixels times what `_along_a_row` returned."""
    views = _views(images, factors.shape[:2], out.shape[1:3], dilation)
    np.einsum("ijbrx,ijx->brx", views, factors, out=out.reshape(*out.shape[:2], -1))


def _views(images: np.ndarray, size: Pair, count: Pair, dilation: Pair) -> np.ndarray:
    """Return each pixel of ``count`` windows, one pixel apart, in rows: ``(*size, batch, height', width' channels)``.

    A view of contiguous images. (`Windows.views` needs about as long as the products of a block.)
    """
    batch, row, pixel, number = images.strides
    shape = (*size, len(images), count[0], count[1] * images.shape[3])
    return np.ndarray(shape, images.dtype, images, 0, (dilation[0] * row, dilation[1] * pixel, batch, row, number))


# A replay gives them the memory to write into.
convolve_depthwise.takes_out = convolve_depthwise_to_input.takes_out = True  # type: ignore[attr-defined]

define(
    convolve_depthwise,
    lambda g, ans, x, kernel, bias, windows: convolve_depthwise_to_input(g, kernel, x.shape, windows),
    lambda g, ans, x, kernel, bias, windows: convolve_depthwise_to_kernel(x, g, kernel.shape, windows),
    lambda g, ans, x, kernel, bias, windows: sum_of_rows(g),
    None,
)
define(
    convolve_depthwise_to_input,
    lambda u, ans, g, kernel, shape, windows: convolve_depthwise(u, kernel, None, windows),
    lambda u, ans, g, kernel, shape, windows: convolve_depthwise_to_kernel(u, g, kernel.shape, windows),
    None,
    None,
)
define(
    convolve_depthwise_to_kernel,
    lambda u, ans, x, g, shape, windows: convolve_depthwise_to_input(g, u, x.shape, windows),
    lambda u, ans, x, g, shape, windows: convolve_depthwise(x, u, None, windows),
    None,
    None,
)
