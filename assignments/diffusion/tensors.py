"""Part 2: the tensors that a prompt becomes on its way to a picture."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

__all__ = ["TensorRow", "describe", "to_pixels"]


class TensorRow(NamedTuple):
    """One line of the table."""

    name: str
    #: ``"int64"``, ``"float32"``, ``"float16"``.
    dtype: str
    shape: tuple[int, ...]
    #: How many numbers it holds.
    numel: int
    #: How many texts or pictures it holds.
    batch: int
    #: How many numbers stand for one place; ``None`` where a place is a single token.
    feature: int | None
    #: How many places there are: ``(positions,)`` in a text, ``(y, x)`` in a picture.
    spatial: tuple[int, ...]


def describe(name: str, tensor: Any) -> TensorRow:
    """Return what each dimension of a tensor stands for, told by their number.

    ============  ==================================  =========================
    dimensions    what it is                          order
    ============  ==================================  =========================
    2             tokens of texts                     (batch, positions)
    3             vectors of texts                    (batch, positions, feature)
    4             latents, or the pixels of pictures  (batch, feature, y, x)
    ============  ==================================  =========================

    NumPy arrays and torch tensors both have a ``shape`` and a ``dtype``; torch writes its dtypes ``torch.float32``.

    Raises:
        ValueError: for any other number of dimensions; the message says the shape.
    """
    # TASK 2.1: the role of each dimension
    raise NotImplementedError("Task 2.1: the role of each dimension")


def to_pixels(rgb: np.ndarray) -> np.ndarray:
    """Return pictures as 8-bit pixels.

    -1 becomes 0 (black) and 1 becomes 255 (white), in between evenly and **rounded** to the nearest whole number; what
    lies beyond -1 and 1 is cut off.

    Args:
        rgb: what the decoder gives, ``(batch, 3, y, x)``, channels first.

    Returns:
        uint8 of shape ``(batch, y, x, 3)``, channels last, as Pillow and matplotlib want them.

    Raises:
        ValueError: when a number is NaN or infinite: NumPy would make some pixel of it without a word.
    """
    # TASK 2.2: pixels from 0 to 255, channels last
    raise NotImplementedError("Task 2.2: pixels from 0 to 255, channels last")
