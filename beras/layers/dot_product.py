"""Dot: products of two arrays, sample by sample."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from beras.layers.merge import Merge

__all__ = ["Dot", "dot"]

#: Below it a squared norm counts as this much, so that a vector of zeros stays one: Keras's.
LEAST_SQUARE = 1e-14


class Dot(Merge):
    """The product of two inputs, for every sample, summed along an axis of each.

    ``Dot(axes, normalize=False)``: ``axes`` is an axis of both, or one of each; the batch is axis 0. For ``(batch, n)``
    and ``(batch, n)`` the output is ``(batch, 1)``, in general the first shape without its axis, then the second
    without its axis and its batch. With ``normalize`` both are divided by their Euclidean norms along these axes, which
    makes the product the cosine of their angle.

    Raises:
        TypeError: for ``axes`` that are neither an integer nor two.
        ValueError: for the batch's axis, and when called on inputs whose lengths differ along the axes.

    The Keras equivalent is ``keras.layers.Dot``.

    >>> Dot(axes=1)([np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])])
    array([[11.]], dtype=float32)
    """

    takes_two = True

    def __init__(self, axes: int | Sequence[int], normalize: bool = False, **options: Any):
        super().__init__(**options)
        pair = axes if isinstance(axes, (list, tuple)) else (axes, axes)
        if len(pair) != 2 or not all(isinstance(n, (int, np.integer)) and not isinstance(n, bool) for n in pair):
            raise TypeError(f"axes of a Dot is an integer, or two: an axis of each input. Received: {axes!r}.")
        self.axes, self.normalize = axes, normalize

    def merge(self, inputs: list[Any]) -> Any:
        """Return the product of two arrays."""
        a, b = (
            np.moveaxis(_normalized(x, axis) if self.normalize else x, axis, -1)
            for x, axis in zip(inputs, self._axes_of([x.shape for x in inputs]), strict=True)
        )
        product = np.matmul(_table(a), np.swapaxes(_table(b), 1, 2))
        return np.reshape(product, (a.shape[0], *(a.shape[1:-1] + b.shape[1:-1] or (1,))))

    def merged_shape(self, shapes: Sequence[Any]) -> tuple[int | None, ...]:
        """Return the shape of the output for inputs of ``shapes``.

        Raises:
            ValueError: when they do not go together.
        """
        first, second = (list(shape) for shape in self._checked(shapes))
        axes = self._axes_of((first, second))
        lengths = {first.pop(axes[0]), second.pop(axes[1])} - {None}
        if len(lengths) > 1 or len({first[0], second[0]} - {None}) > 1:
            raise ValueError(
                f"Layer {self.name!r} sums along axis {axes[0]} of the first input and axis {axes[1]} of the second, "
                f"which must be as long, as must the batches. Received: {', '.join(str(tuple(s)) for s in shapes)}."
            )
        return (first[0] if second[0] is None else second[0], *(first[1:] + second[1:] or (1,)))

    def _axes_of(self, shapes: Sequence[Sequence[Any]]) -> tuple[int, int]:
        """Return the axis of each input, counted from the front."""
        given = self.axes if isinstance(self.axes, (list, tuple)) else (self.axes, self.axes)
        found = [n + len(shape) if n < 0 else n for n, shape in zip(given, shapes, strict=True)]
        if not all(0 < n < len(shape) for n, shape in zip(found, shapes, strict=True)):
            raise ValueError(
                f"Layer {self.name!r} sums along the axes {tuple(given)}, of which none may be 0, the batch's. "
                f"Received: {', '.join(str(tuple(s)) for s in shapes)}."
            )
        return found[0], found[1]

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {**super().get_config(), "axes": self.axes, "normalize": self.normalize}


def _table(x: Any) -> Any:
    """Return ``x`` with all axes between the batch and the last in one."""
    return np.reshape(x, (x.shape[0], prod(x.shape[1:-1]), x.shape[-1]))


def _normalized(x: Any, axis: int) -> Any:
    return x / np.sqrt(np.maximum(np.sum(np.square(x), axis=axis, keepdims=True), LEAST_SQUARE))


def dot(inputs: Sequence[Any], axes: int | Sequence[int] = -1, **options: Any) -> Any:
    """Return ``Dot(axes, **options)(inputs)``."""
    return Dot(axes, **options)(inputs)
