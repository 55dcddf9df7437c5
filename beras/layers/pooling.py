"""Pooling over windows: the largest number in each, or the mean; every pixel of the windows is one strided view.

The arrays: ``x`` (batch, height, width, channels); ``g`` and the output (batch, height', width', channels).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from beras.autodiff.primitives import masked, primitive
from beras.autodiff.registry import define
from beras.layers.windows import Windows, blocks

__all__ = ["average_pool", "average_pool_to_input", "max_pool", "max_pool_from_input", "max_pool_to_input"]


@primitive
def max_pool(x: Any, windows: Windows, out: Any = None) -> Any:
    """Return the largest number in each window; the padding counts as minus infinity.

    Where it occurs several times, the first one in reading order has the derivative 1 and the others 0, as in torch's
    ``max_pool2d``.
    """
    count = windows.grid(x.shape[1:3])
    if out is None:
        out = np.empty((len(x), *count, x.shape[3]), x.dtype)
    places = windows.positions(windows.padded(x, -np.inf), count)
    np.copyto(out, next(places))
    for place in places:
        np.maximum(out, place, out=out)
    return out


@primitive
def max_pool_to_input(g: Any, x: Any, largest: Any, windows: Windows, out: Any = None) -> Any:
    """Return the cotangent of the ``x`` of `max_pool`, given that of the ``largest`` numbers: ``g``, where they lay."""
    out = np.empty(x.shape, g.dtype) if out is None else out
    are_apart = all(stride >= reach for stride, reach in zip(windows.strides, windows.reach, strict=True))
    for block, images in windows.gathered(out, x[:1].nbytes):
        part = g[block]
        places = windows.positions(images, g.shape[1:3])
        for place, first in zip(places, _first(x[block], largest[block], windows), strict=True):
            if are_apart:
                place[...] = masked(part, first)
            else:
                place += masked(part, first)
    return out


@primitive
def max_pool_from_input(u: Any, x: Any, largest: Any, windows: Windows) -> Any:
    """Return the numbers of ``u`` that lie where the ``largest`` of ``x`` lay: the adjoint of `max_pool_to_input`."""
    out = np.zeros(largest.shape, u.dtype)
    for block in blocks(len(x), x[:1].nbytes):
        total = out[block]
        places = windows.positions(windows.padded(u[block]), out.shape[1:3])
        for place, first in zip(places, _first(x[block], largest[block], windows), strict=True):
            total += masked(place, first)
    return out


def _first(x: np.ndarray, largest: np.ndarray, windows: Windows) -> Iterator[np.ndarray]:
    """Yield for each pixel of the windows whether it is the first that holds the largest number."""
    free = np.ones(largest.shape, bool)
    for place in windows.positions(windows.padded(x, -np.inf), largest.shape[1:3]):
        first = place == largest
        first &= free
        yield first
        free ^= first


@primitive
def average_pool(x: Any, windows: Windows, out: Any = None) -> Any:
    """Return the mean of each window; the padding does not count, neither as zeros nor in the number of pixels."""
    count = windows.grid(x.shape[1:3])
    if out is None:
        out = np.empty((len(x), *count, x.shape[3]), x.dtype)
    places = windows.positions(windows.padded(x), count)
    np.copyto(out, next(places))
    for place in places:
        out += place
    out *= _shares(windows, x.shape[1:3], x.dtype)
    return out


@primitive
def average_pool_to_input(g: Any, shape: tuple[int, ...], windows: Windows, out: Any = None) -> Any:
    """Return the cotangent of the ``x`` of ``shape`` in `average_pool`, given that of the means."""
    out = np.empty(shape, g.dtype) if out is None else out
    share = g * _shares(windows, (shape[1], shape[2]), g.dtype)
    for block, images in windows.gathered(out, out[:1].nbytes):
        for place in windows.positions(images, g.shape[1:3]):
            place += share[block]
    return out


def _shares(windows: Windows, image: tuple[int, int], dtype: Any) -> Any:
    """Return one over the number of pixels in each window: ``(height', width', 1)``, or the same for all."""
    if not windows.is_padded:
        return dtype.type(1 / (windows.size[0] * windows.size[1]))
    inside = windows.padded(np.ones((1, *image, 1), dtype))
    return np.reciprocal(sum(windows.positions(inside, windows.grid(image)))[0])


# A replay gives them the memory to write into.
max_pool.takes_out = max_pool_to_input.takes_out = True  # type: ignore[attr-defined]
average_pool.takes_out = average_pool_to_input.takes_out = True  # type: ignore[attr-defined]

define(max_pool, lambda g, ans, x, windows: max_pool_to_input(g, x, ans, windows), None)
define(
    max_pool_to_input,
    lambda u, ans, g, x, largest, windows: max_pool_from_input(u, x, largest, windows),
    None,
    None,
    None,
)
define(
    max_pool_from_input,
    lambda g, ans, u, x, largest, windows: max_pool_to_input(g, x, largest, windows),
    None,
    None,
    None,
)
define(average_pool, lambda g, ans, x, windows: average_pool_to_input(g, x.shape, windows), None)
define(average_pool_to_input, lambda u, ans, g, shape, windows: average_pool(u, windows), None, None)
