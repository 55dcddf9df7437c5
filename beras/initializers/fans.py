"""Fans: how many inputs and outputs one unit of a weight has."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

__all__ = ["fans"]


def fans(
    shape: Sequence[int], input_axes: Sequence[int] | None = None, output_axes: Sequence[int] | None = None
) -> tuple[int, int]:
    """Return ``(fan_in, fan_out)`` of a weight of ``shape``.

    A dense kernel is ``(n_in, n_out)``; a convolution's is ``(*window, channels_in, channels_out)``, and its window
    counts for both. A vector's fans are both its length. The axes may also be named.

    >>> fans((784, 10)), fans((3, 3, 16, 32)), fans((10,))
    ((784, 10), (144, 288), (10, 10))
    """
    if input_axes is not None and output_axes is not None:
        return prod(shape[axis] for axis in input_axes), prod(shape[axis] for axis in output_axes)
    if len(shape) < 2:
        length = prod(shape)
        return length, length
    window = prod(shape[:-2])
    return window * shape[-2], window * shape[-1]
