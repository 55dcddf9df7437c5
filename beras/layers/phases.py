"""The phases of strided windows: in each of them the windows lie one pixel apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from beras.layers.windows import Pair, Windows

__all__ = ["Phase"]


class Phase(NamedTuple):
    """Those pixels of the windows that are whole strides away from one another; with strides of 1 that is all of them.

    Each field is about rows and columns. ``kernel`` and ``image`` are the slices at which the pixels lie in a window
    and in an image without padding, where there are ``many`` of them, after ``lead`` of the padding. ``reach`` is how
    far the last pixel of a window is from the first. Of stride and dilation one must be 1.
    """

    kernel: tuple[slice, slice]
    image: tuple[slice, slice]
    many: Pair
    lead: Pair
    reach: Pair

    @classmethod
    def all_of(cls, windows: Windows, image: tuple[int, ...]) -> list[Phase]:
        """Return the phases of windows over images of ``(height, width)``.

        >>> [phase.kernel[1] for phase in Phase.all_of(Windows((1, 3), strides=(1, 2)), (8, 8))]
        [slice(0, None, 2), slice(1, None, 2)]
        """
        axes = zip(image, windows.size, windows.strides, windows.dilation, windows.padding, strict=True)
        rows, columns = (list(_along(*axis)) for axis in axes)
        both: Any = (zip(row, column, strict=True) for row in rows for column in columns)
        return [cls(*fields) for fields in both]

    def seen_by(self, count: Pair) -> Pair:
        """Return the size of the part of a phase that ``count`` windows see."""
        return count[0] + self.reach[0], count[1] + self.reach[1]


def _along(
    n: int, size: int, stride: int, dilation: int, padding: Pair
) -> Iterator[tuple[slice, slice, int, int, int]]:
    """Yield the phases along one axis."""
    before = padding[0]
    for first in range(min(size, stride)):
        lead = max(0, -((first - before) // stride))
        kernel, image = slice(first, None, stride), slice(first + lead * stride - before, None, stride)
        yield kernel, image, len(range(n)[image]), lead, (len(range(size)[kernel]) - 1) * dilation
