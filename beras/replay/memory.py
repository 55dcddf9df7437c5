"""Memory for answers: pieces that are given back when nobody reads them any more, and used again."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.autodiff.memory import aligned

__all__ = ["Memory", "laid_out", "place_for"]


class Memory:
    """A pool of byte arrays.

    >>> memory = Memory()
    >>> piece = memory.take(64)
    >>> memory.give_back(piece)
    >>> memory.take(64) is piece
    True
    """

    def __init__(self) -> None:
        self._free: dict[int, list[np.ndarray]] = {}
        #: How many bytes there are, taken and free.
        self.nbytes = 0

    def take(self, nbytes: int) -> np.ndarray:
        """Return ``nbytes`` bytes that nobody else holds; what is in them is undefined."""
        free = self._free.get(nbytes)
        if free:
            return free.pop()
        self.nbytes += nbytes
        return aligned((nbytes,), np.uint8)

    def give_back(self, piece: np.ndarray) -> None:
        """Take back what `take` gave."""
        self._free.setdefault(piece.nbytes, []).append(piece)


def laid_out(piece: np.ndarray, like: Any) -> np.ndarray:
    """Return ``piece`` as an array of the shape, the dtype and the order of axes in memory of ``like``.

    The order matters: NumPy adds up along the axis that lies densest.
    """
    like = np.asarray(like)
    order = sorted(range(like.ndim), key=lambda axis: -abs(like.strides[axis]))
    places = [order.index(axis) for axis in range(like.ndim)]
    return piece.view(like.dtype).reshape([like.shape[axis] for axis in order]).transpose(places)


def place_for(array: np.ndarray) -> np.ndarray | None:
    """Return an array of the shape, the dtype and the very strides of ``array``; ``None`` where that is not sensible.

    The strides matter: on them depends which of its loops NumPy takes, and with it the last bit of a sum.

    >>> place_for(np.ones((4, 6))[:, ::2]).strides
    (48, 16)
    """
    if array.flags.c_contiguous:
        return aligned(array.shape, array.dtype)
    span = array.itemsize + sum((n - 1) * step for n, step in zip(array.shape, array.strides, strict=True))
    if any(step <= 0 for step in array.strides) or span > 4 * array.nbytes:
        return None
    raw = aligned((span,), np.uint8)
    return np.ndarray(array.shape, array.dtype, raw, strides=array.strides)
