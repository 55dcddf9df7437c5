"""Input: the shape of what goes into a model, said in advance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from beras.layers.layer import Layer
from beras.layers.node import Node, Placement

__all__ = ["Input", "InputLayer"]


class InputLayer(Layer):
    """The entry of a model: the layer behind an `Input`, which says the shape before there are data."""

    def __init__(
        self,
        shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: Any = None,
        sparse: bool | None = None,
        ragged: bool | None = None,
        batch_shape: Sequence[int | None] | None = None,
        input_tensor: Any = None,
        optional: bool = False,
        name: str | None = None,
        **options: Any,
    ):
        unbuilt = {"sparse": sparse, "ragged": ragged, "tensor": input_tensor, "optional": optional}
        for argument, value in unbuilt.items():
            if value:
                raise ValueError(f"Input takes dense arrays: beras has no {argument}. Received: {argument}={value!r}.")
        whole = _whole_numbers(dtype)
        super().__init__(dtype=None if whole else dtype, name=name, **options)
        if whole:
            self.dtype = whole
        if batch_shape is not None:
            if shape is not None or batch_size is not None:
                raise ValueError("Input takes shape and batch_size, or batch_shape. Received: both.")
            batch_size, *shape = batch_shape
        if shape is None:
            raise ValueError("Input needs the shape of one sample, without the batch: Input((784,)). Received: none.")
        if isinstance(shape, int):
            raise TypeError(f"shape is a tuple, without the batch: Input(({shape},)). Received: {shape}.")
        self.shape = tuple(shape)
        self.batch_size = batch_size
        self.built = True
        self.remember_input_shape(self.batch_shape)
        #: What layers are called on.
        self.node: Node = Placement(self, (), {}).give(self.batch_shape, self.dtype)

    def _cast(self, inputs: Any) -> Any:
        return inputs if np.dtype(self.dtype).kind in "iu" else super()._cast(inputs)

    @property
    def batch_shape(self) -> tuple[int | None, ...]:
        """The shape with the batch's axis, ``(None, ...)``."""
        return (self.batch_size, *self.shape)

    def call(self, inputs: Any) -> Any:
        """Return the inputs."""
        return inputs

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return ``input_shape``."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {**super().get_config(), "shape": list(self.shape), "batch_size": self.batch_size}


def _whole_numbers(dtype: Any) -> str | None:
    """Return the name of an integer dtype, which only an Input may have; ``None`` for any other."""
    try:
        found = np.dtype(dtype)
    except TypeError:
        return None
    return found.name if dtype is not None and found.kind in "iu" else None


def Input(
    shape: Sequence[int | None] | None = None,
    batch_size: int | None = None,
    dtype: Any = None,
    sparse: bool | None = None,
    ragged: bool | None = None,
    batch_shape: Sequence[int | None] | None = None,
    name: str | None = None,
    tensor: Any = None,
    optional: bool = False,
) -> Node:
    """Say the shape of one sample, without the batch: ``Sequential([Input((784,)), Dense(10)])``.

    Layers may be called on what it gives, a `Node`, and ``Model(inputs, outputs)`` makes a model of the graph.

    ``batch_shape`` is ``(batch_size, *shape)``, and ``dtype`` that of the inputs, which may be an integer one, such as
    ``"int32"`` before an `Embedding`. ``sparse``, ``ragged``, ``tensor`` and ``optional`` are Keras's, and
    accepted with their defaults only. The Keras equivalent is ``keras.Input``.

    Raises:
        ValueError: without a shape, or with an argument that beras does not have.
        TypeError: for a number as the shape.

    >>> Input((28, 28)).batch_shape
    (None, 28, 28)
    """
    return InputLayer(shape, batch_size, dtype, sparse, ragged, batch_shape, tensor, optional, name).node
