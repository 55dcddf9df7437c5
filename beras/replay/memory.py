"""Memory for answers: pieces that are given back when nobody reads them any more, and used again."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.autodiff.memory import aligned

__all__ = ["Memory", "laid_out"]


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

    def take(self, nbytes: int) -> np.ndarray:
        """Return ``nbytes`` bytes that nobody else holds; what is in them is undefined."""
        free = self._free.get(nbytes)
        return free.pop() if free else aligned((nbytes,), np.uint8)

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
