"""Embedding: each number of a word, or of any other thing, becomes a row of weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from beras import constraints, initializers, regularizers
from beras.autodiff.primitives import cast, primitive, scatter_add
from beras.autodiff.registry import define
from beras.layers.layer import Layer

__all__ = ["Embedding", "look_up"]


@primitive
def look_up(rows: Any, numbers: Any) -> Any:
    """Return ``rows[numbers]``, ``(*numbers.shape, n)`` of ``rows`` ``(count, n)``.

    Raises:
        ValueError: for a number below 0, or of ``count`` and more.
    """
    count = len(rows)
    if numbers.size and not 0 <= numbers.min() <= numbers.max() < count:
        place = tuple(int(n) for n in np.argwhere((numbers < 0) | (numbers >= count))[0])
        raise ValueError(
            f"An Embedding of {count} rows takes the numbers 0 to {count - 1}. Received: {numbers[place]} at "
            f"{list(place)}. Make it with input_dim as large as the largest number plus one."
        )
    return np.take(rows, numbers, axis=0)


define(look_up, lambda g, ans, rows, numbers: scatter_add(g, numbers, rows.shape), None)


class Embedding(Layer):
    """A table of ``input_dim`` rows with ``output_dim`` numbers each, of which the inputs pick some.

    Inputs are integers from 0 to ``input_dim - 1``, ``(batch, length)`` or of any other shape, and the output is
    ``(batch, length, output_dim)``. Floating-point inputs are cut to integers, as in Keras. ``embeddings``
    ``(input_dim, output_dim)`` is made at the first call.

    Args:
        input_dim: the number of rows, a positive integer.
        output_dim: the length of a row, a positive integer.
        embeddings_initializer, embeddings_regularizer, embeddings_constraint: as those of the kernel of a `Dense`.
        mask_zero: ``False`` only: there are no masks in beras that would tell later layers what is padding.
        weights: the first values, ``(input_dim, output_dim)``.
        lora_rank, lora_alpha, quantization_config: Keras's; ``None`` only.

    Raises:
        ValueError: for a number of rows or columns that is no positive integer, for ``mask_zero=True``, and when called
            on numbers out of range.

    The Keras equivalent is ``keras.layers.Embedding``; torch's is ``nn.Embedding``, with a table of the same layout.

    >>> import numpy as np
    >>> Embedding(3, 2, weights=[[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])(np.array([[2, 0]]))
    array([[[4., 5.],
            [0., 1.]]], dtype=float32)
    """

    traced = True

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        weights: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        quantization_config: Any = None,
        **options: Any,
    ):
        options.pop("input_length", None)  # of older versions of Keras; the inputs say it themselves
        super().__init__(**options)
        for argument, value in (("input_dim", input_dim), ("output_dim", output_dim)):
            if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
                raise ValueError(f"{argument} of an Embedding must be a positive integer. Received: {value!r}.")
        unbuilt = {"lora_rank": lora_rank, "lora_alpha": lora_alpha, "quantization_config": quantization_config}
        for argument, value in unbuilt.items():
            if value is not None:
                raise ValueError(
                    f"{argument} is accepted for the sake of Keras scripts as None only: beras does not have it. "
                    f"Received: {argument}={value!r}."
                )
        if mask_zero:
            raise ValueError(
                "mask_zero is accepted as False only: there are no masks here that would tell later layers and the "
                "loss what is padding. Received: mask_zero=True. Weigh padded entries by 0 in sample_weight."
            )
        self.input_dim, self.output_dim = int(input_dim), int(output_dim)
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)
        if weights is not None:
            self.build()
            self.set_weights(weights if isinstance(weights, list) and len(weights) == 1 else [weights])

    def build(self, input_shape: Sequence[int | None] | None = None) -> None:
        """Make the table, whatever the shape of the inputs."""
        if self.built:
            return
        self.embeddings = self.add_weight(
            (self.input_dim, self.output_dim),
            self.embeddings_initializer,
            regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
            name="embeddings",
        )

    def _cast(self, inputs: Any) -> Any:
        given = inputs if hasattr(inputs, "dtype") else np.asarray(inputs)
        return given if given.dtype.kind in "iu" else super()._cast(inputs)

    def call(self, inputs: Any) -> Any:
        """Return the rows that the inputs name, ``(*inputs.shape, output_dim)``."""
        numbers = inputs if inputs.dtype.kind in "iu" else cast(inputs, np.dtype(np.int64))
        return look_up(self.embeddings, numbers)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return ``(*input_shape, output_dim)``."""
        return (*input_shape, self.output_dim)

    def input_gradients(self) -> Any:
        """Raise TypeError: there is no slope by a whole number."""
        raise TypeError(
            f"The inputs of {self.name!r} are whole numbers, by which nothing has a derivative. Its gradient is by "
            f"its table: tape.gradient(loss, layer.embeddings)."
        )

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {
            **super().get_config(),
            "input_dim": self.input_dim,
            "output_dim": self.output_dim,
            "embeddings_initializer": initializers.serialize(self.embeddings_initializer),
            "embeddings_regularizer": regularizers.serialize(self.embeddings_regularizer),
            "embeddings_constraint": constraints.serialize(self.embeddings_constraint),
            "mask_zero": False,
        }
