"""Reshape, Permute and RepeatVector: the same numbers in another order."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from beras.layers.layer import Layer

__all__ = ["Permute", "RepeatVector", "Reshape"]


class Reshape(Layer):
    """Give every sample the shape ``target_shape``, which may have one -1: what is left.

    ``(batch, ...)`` becomes ``(batch, *target_shape)``. The Keras equivalent is ``keras.layers.Reshape``; torch's is
    ``nn.Unflatten``.

    Raises:
        ValueError: for a shape with more than one -1, or with another entry below 1, and when called on samples that do
            not have as many numbers.

    >>> import numpy as np
    >>> Reshape((3, -1))(np.zeros((5, 12))).shape
    (5, 3, 4)
    """

    def __init__(self, target_shape: Sequence[int], **options: Any):
        super().__init__(**options)
        if not isinstance(target_shape, (list, tuple)):
            raise TypeError(
                f"target_shape is a tuple, without the batch: Reshape(({target_shape!r},)). Received: {target_shape!r}."
            )
        shape = tuple(target_shape)
        if shape.count(-1) > 1 or not all(isinstance(n, (int, np.integer)) and (n > 0 or n == -1) for n in shape):
            raise ValueError(
                f"target_shape holds positive integers, and -1 at most once: (28, 28, 1). Received: {target_shape!r}."
            )
        self.target_shape = tuple(int(n) for n in shape)

    def call(self, inputs: Any) -> Any:
        """Return the inputs as ``(batch, *target_shape)``."""
        self.inputs = inputs
        return np.reshape(inputs, (inputs.shape[0], *self._filled(inputs.shape[1:])))

    def _filled(self, sample: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the shape that samples of shape ``sample`` get, ``None`` for what is not known yet."""
        known = prod(n for n in self.target_shape if n != -1)
        if None in sample:
            return tuple(None if n == -1 else n for n in self.target_shape)
        size = prod(sample)  # type: ignore[arg-type]
        if size % known if -1 in self.target_shape else size != known:
            raise ValueError(
                f"Layer {self.name!r} makes samples of shape {self.target_shape}. Received: samples of shape "
                f"{tuple(sample)}, {size} numbers each."
            )
        return tuple(size // known if n == -1 else n for n in self.target_shape)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return ``(batch, *target_shape)``."""
        return (input_shape[0], *self._filled(input_shape[1:]))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {**super().get_config(), "target_shape": self.target_shape}


class Permute(Layer):
    """Put the axes of every sample into another order: ``Permute((2, 1))`` transposes; the batch is axis 0 and stays.

    Raises:
        ValueError: for ``dims`` that are not the numbers from 1 on, each once, and when called on inputs with another
            number of axes.

    The Keras equivalent is ``keras.layers.Permute``; torch's is ``torch.permute``.

    >>> import numpy as np
    >>> Permute((2, 1))(np.zeros((5, 10, 64))).shape
    (5, 64, 10)
    """

    def __init__(self, dims: Sequence[int], **options: Any):
        super().__init__(**options)
        self.dims = tuple(dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(
                f"dims numbers the axes of a sample from 1, each once: Permute((2, 1)). Received: {self.dims}."
            )

    def call(self, inputs: Any) -> Any:
        """Return the inputs with their axes in the order of ``dims``."""
        self._check(inputs.shape)
        self.inputs = inputs
        return np.transpose(inputs, (0, *self.dims))

    def _check(self, shape: Sequence[int | None]) -> None:
        if len(shape) != len(self.dims) + 1:
            raise ValueError(
                f"Layer {self.name!r} with dims={self.dims} takes inputs with {len(self.dims) + 1} axes, the batch "
                f"included. Received: {tuple(shape)}."
            )

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the lengths in the order of ``dims``."""
        self._check(input_shape)
        return (input_shape[0], *(input_shape[axis] for axis in self.dims))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {**super().get_config(), "dims": self.dims}


class RepeatVector(Layer):
    """Repeat every sample, a vector, ``n`` times: ``(batch, features)`` becomes ``(batch, n, features)``.

    Raises:
        TypeError: for an ``n`` that is no integer.
        ValueError: for one below 1, and when called on inputs that are no vectors.

    The Keras equivalent is ``keras.layers.RepeatVector``.

    >>> import numpy as np
    >>> RepeatVector(2)(np.array([[1.0, 2.0]]))
    array([[[1., 2.],
            [1., 2.]]], dtype=float32)
    """

    def __init__(self, n: int, **options: Any):
        super().__init__(**options)
        if isinstance(n, bool) or not isinstance(n, (int, np.integer)):
            raise TypeError(f"RepeatVector takes an integer. Received: n={n!r}.")
        if n < 1:
            raise ValueError(f"RepeatVector repeats at least once. Received: n={n}.")
        self.n = int(n)

    def call(self, inputs: Any) -> Any:
        """Return the inputs, ``n`` times along a new axis 1."""
        self._check(inputs.shape)
        self.inputs = inputs
        return np.repeat(np.expand_dims(inputs, 1), self.n, axis=1)

    def _check(self, shape: Sequence[int | None]) -> None:
        if len(shape) != 2:
            raise ValueError(f"Layer {self.name!r} takes vectors, (batch, features). Received: {tuple(shape)}.")

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return ``(batch, n, features)``."""
        self._check(input_shape)
        return (input_shape[0], self.n, input_shape[1])

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {**super().get_config(), "n": self.n}
