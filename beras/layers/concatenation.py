"""Concatenate: several arrays one behind the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from beras.layers.merge import Merge

__all__ = ["Concatenate", "concatenate"]


class Concatenate(Merge):
    """The inputs one behind the other along ``axis``, the last unless given; their other lengths are equal.

    The Keras equivalent is ``keras.layers.Concatenate``; torch's is ``torch.cat``.

    Raises (when called):
        TypeError: for something else than a list of arrays.
        ValueError: for shapes that differ elsewhere than along ``axis``.

    >>> Concatenate()([np.zeros((1, 2)), np.ones((1, 1))])
    array([[0., 0., 1.]], dtype=float32)
    """

    def __init__(self, axis: int = -1, **options: Any):
        super().__init__(**options)
        if isinstance(axis, bool) or not isinstance(axis, (int, np.integer)):
            raise TypeError(f"Concatenate takes an axis, an integer. Received: axis={axis!r}.")
        self.axis = int(axis)

    def merge(self, inputs: list[Any]) -> Any:
        """Return the inputs one behind the other."""
        return np.concatenate(inputs, axis=self.axis)

    def merged_shape(self, shapes: Sequence[Any]) -> tuple[int | None, ...]:
        """Return the shape of the output for inputs of ``shapes``.

        Raises:
            ValueError: when they do not go together.
        """
        shapes = self._checked(shapes)
        ndim = len(shapes[0])
        fits = all(len(shape) == ndim for shape in shapes) and -ndim <= self.axis < ndim
        columns = list(zip(*shapes, strict=True)) if fits else []
        along = columns.pop(self.axis) if fits else ()
        if not fits or any(len(set(lengths) - {None}) > 1 for lengths in columns):
            raise ValueError(
                f"Layer {self.name!r} takes arrays with the same shape but along axis {self.axis}. "
                f"Received: {', '.join(map(str, shapes))}."
            )
        merged = [next((length for length in lengths if length is not None), None) for lengths in columns]
        merged.insert(self.axis % ndim, None if None in along else sum(along))
        return tuple(merged)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {**super().get_config(), "axis": self.axis}


def concatenate(inputs: Sequence[Any], axis: int = -1, **options: Any) -> Any:
    """Return ``Concatenate(axis, **options)(inputs)``."""
    return Concatenate(axis, **options)(inputs)
