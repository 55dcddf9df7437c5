"""Input: the shape of what goes into a model, said in advance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from beras.layers.layer import Layer

__all__ = ["Input", "InputLayer"]


class InputLayer(Layer):
    """The entry of a `Sequential`, which lets it make its weights before it sees data."""

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
        super().__init__(dtype=dtype, name=name, **options)
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
) -> InputLayer:
    """Say the shape of one sample, without the batch: ``Sequential([Input((784,)), Dense(10)])``.

    ``batch_shape`` is ``(batch_size, *shape)``. ``sparse``, ``ragged``, ``tensor`` and ``optional`` are Keras's, and
    accepted with their defaults only. The Keras equivalent is ``keras.Input``.

    Raises:
        ValueError: without a shape, or with an argument that beras does not have.
        TypeError: for a number as the shape.

    >>> Input((28, 28)).batch_shape
    (None, 28, 28)
    """
    return InputLayer(shape, batch_size, dtype, sparse, ragged, batch_shape, tensor, optional, name)
