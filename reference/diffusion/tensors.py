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
    # BEGIN SOLUTION
    shape = tuple(map(int, tensor.shape))
    roles = {
        2: lambda batch, positions: (batch, None, (positions,)),
        3: lambda batch, positions, width: (batch, width, (positions,)),
        4: lambda batch, channels, *places: (batch, channels, tuple(places)),
    }
    if len(shape) not in roles:
        raise ValueError(f"{name} must have 2, 3 or 4 dimensions. Received: the shape {shape}.")
    dtype = str(tensor.dtype).removeprefix("torch.")
    return TensorRow(name, dtype, shape, int(np.prod(shape)), *roles[len(shape)](*shape))
    # END SOLUTION


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
    # BEGIN SOLUTION
    if not np.isfinite(rgb).all():
        raise ValueError(f"Pixels must be finite. Received: NaN or infinity in {np.sum(~np.isfinite(rgb))} numbers.")
    shares = np.clip(rgb / 2 + 0.5, 0, 1)
    return np.round(shares * 255).astype(np.uint8).transpose(0, 2, 3, 1)
    # END SOLUTION
