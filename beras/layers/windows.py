"""Sliding windows over images: where they lie, as views, and the blocks in which a batch of them is worked off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

__all__ = ["BLOCK_BYTES", "Windows", "blocks"]

#: What is laid out for one matrix product stays in the second-level cache.
BLOCK_BYTES = 1 << 19

Pair = tuple[int, int]


class Windows(NamedTuple):
    """The windows that a convolution or a pooling layer looks through, as ``(rows, columns)`` of an image.

    ``size`` pixels each, ``strides`` pixels from one window to the next, ``dilation`` pixels from one pixel of a window
    to the next. ``padding`` says how many rows ``(top, bottom)`` and columns ``(left, right)`` the image gets first.
    """

    size: Pair
    strides: Pair = (1, 1)
    dilation: Pair = (1, 1)
    padding: tuple[Pair, Pair] = ((0, 0), (0, 0))

    @classmethod
    def over(cls, image: Pair, size: Pair, strides: Pair, dilation: Pair, padding: str) -> Windows:
        """Return the windows over images of ``(height, width)``, with Keras's ``padding``: ``"valid"`` or ``"same"``.

        ``"same"`` pads such that there are ``ceil(n / stride)`` windows along an axis of ``n`` pixels; of an odd number
        of pixels one more goes to the bottom and the right.

        >>> Windows.over((28, 28), (3, 3), (2, 2), (1, 1), "same").padding
        ((0, 1), (0, 1))
        """
        made = cls(size, strides, dilation)
        if padding == "valid":
            return made
        lacking = [
            max((-(-n // stride) - 1) * stride + reach - n, 0)
            for n, stride, reach in zip(image, strides, made.reach, strict=True)
        ]
        top, left = (n // 2 for n in lacking)
        return made._replace(padding=((top, lacking[0] - top), (left, lacking[1] - left)))

    @property
    def reach(self) -> Pair:
        """From the first to the last pixel of a window, both included."""
        rows, columns = ((n - 1) * step + 1 for n, step in zip(self.size, self.dilation, strict=True))
        return rows, columns

    @property
    def is_padded(self) -> bool:
        """Whether there is any padding."""
        return any(map(any, self.padding))

    def padded_shape(self, image: Pair) -> Pair:
        """Return ``(height, width)`` of an image with its padding."""
        (top, bottom), (left, right) = self.padding
        return image[0] + top + bottom, image[1] + left + right

    def grid(self, image: Pair) -> Pair:
        """Return how many windows there are in each direction, zero or less where none fits.

        >>> Windows((2, 2), strides=(2, 2)).grid((11, 11))
        (5, 5)
        """
        rows, columns = (
            (n - reach) // stride + 1
            for n, reach, stride in zip(self.padded_shape(image), self.reach, self.strides, strict=True)
        )
        return rows, columns

    def padded(self, x: np.ndarray, value: float = 0.0) -> np.ndarray:
        """Return ``x`` ``(batch, height, width, channels)`` with ``value`` around each image; itself if unpadded."""
        if not self.is_padded:
            return x
        out = np.full((len(x), *self.padded_shape(x.shape[1:3]), x.shape[3]), value, x.dtype)
        self.cropped(out, x.shape[1:3])[...] = x
        return out

    def cropped(self, x: np.ndarray, image: Pair) -> np.ndarray:
        """Return the images of ``(height, width)`` in padded ones: a view."""
        top, left = self.padding[0][0], self.padding[1][0]
        return x[:, top : top + image[0], left : left + image[1]]

    def gathered(self, out: np.ndarray, nbytes: int) -> Iterator[tuple[slice, np.ndarray]]:
        """Fill ``out``, images without padding, block after block of the batch, ``nbytes`` bytes a sample.

        Yield each block with padded images of zeros, to which the caller adds what belongs there.
        """
        for block in blocks(len(out), nbytes):
            part = out[block]
            if self.is_padded:
                images = np.zeros((len(part), *self.padded_shape(part.shape[1:3]), part.shape[3]), part.dtype)
                yield block, images
                part[...] = self.cropped(images, part.shape[1:3])
            else:
                part.fill(0)
                yield block, part

    def views(self, x: np.ndarray) -> np.ndarray:
        """Return all windows of the padded images ``x``, ``(batch, rows, columns, *size, channels)``: a read-only view.

        >>> x = np.arange(9.0).reshape(1, 3, 3, 1)
        >>> Windows((2, 2)).views(x)[0, 1, 0, :, :, 0]
        array([[3., 4.],
               [6., 7.]])
        """
        every = np.lib.stride_tricks.sliding_window_view(x, self.reach, (1, 2))
        (down, right), (row, column) = self.strides, self.dilation
        return every[:, ::down, ::right, :, ::row, ::column].transpose(0, 1, 2, 4, 5, 3)

    def positions(self, x: Any, count: Pair) -> Iterator[Any]:
        """Yield, for each pixel of a window from the first row on, that pixel of ``count`` windows of ``x``: views."""
        for row in range(self.size[0]):
            for column in range(self.size[1]):
                yield x[
                    :,
                    *(
                        slice(n * step, n * step + (many - 1) * stride + 1, stride)
                        for n, step, many, stride in zip((row, column), self.dilation, count, self.strides, strict=True)
                    ),
                ]


def blocks(samples: int, nbytes: int) -> Iterator[slice]:
    """Yield slices that cover ``samples``, of ``nbytes`` bytes each, such that a slice has at most `BLOCK_BYTES`.

    >>> list(blocks(5, BLOCK_BYTES // 2))
    [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    """
    length = max(1, BLOCK_BYTES // max(1, nbytes))
    for start in range(0, samples, length):
        yield slice(start, min(start + length, samples))
