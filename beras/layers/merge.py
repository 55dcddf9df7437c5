"""Layers that make one array of several, entry by entry: Add, Subtract, Multiply, Average, Maximum, Minimum."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from beras.core.shapes import are_several
from beras.layers.layer import Layer

__all__ = [
    "Add",
    "Average",
    "Maximum",
    "Merge",
    "Minimum",
    "Multiply",
    "Subtract",
    "add",
    "average",
    "maximum",
    "minimum",
    "multiply",
    "subtract",
]


class Merge(Layer):
    """The base of the layers that are called on a list of arrays and return one.

    A subclass says in ``merge(inputs)`` how, and in ``merged_shape(shapes)`` of which shape. The elementwise ones take
    arrays whose shapes broadcast; where one has fewer axes than the others, axes of length 1 follow its batch.

    Raises (when called):
        TypeError: for something else than a list of arrays.
        ValueError: for shapes that do not go together.
    """

    traced = True
    takes_several = True
    #: Whether there must be two inputs, no more.
    takes_two = False

    def __init__(self, **options: Any):
        super().__init__(**options)

    def build(self, input_shape: Sequence[Any]) -> None:
        """Check the shapes of the inputs, a list of them; there are no weights."""
        self.merged_shape(input_shape)

    def call(self, inputs: Any) -> Any:
        """Return the merged inputs."""
        if isinstance(inputs, dict) or not are_several(inputs):
            raise TypeError(
                f"Layer {self.name!r} takes a list of arrays: {type(self).__name__}()([a, b]). Received: "
                f"{type(inputs).__name__}{f' of shape {inputs.shape}' if hasattr(inputs, 'shape') else ''}."
            )
        self.merged_shape([x.shape for x in inputs])
        self.inputs = inputs
        return self.merge(list(inputs))

    def merge(self, inputs: list[Any]) -> Any:
        """Return one array of several whose shapes go together."""
        raise NotImplementedError(f"{type(self).__name__} must define merge(inputs).")

    def merged_shape(self, shapes: Sequence[Any]) -> tuple[int | None, ...]:
        """Return the shape of the output for inputs of ``shapes``, which here broadcast after the batch.

        Raises:
            ValueError: when they do not go together.
        """
        shapes = self._checked(shapes)
        batches = {shape[0] for shape in shapes} - {None}
        if len(batches) > 1:
            raise ValueError(f"Layer {self.name!r} takes batches of one length. Received: {_listed(shapes)}.")
        longest = max(map(len, shapes))
        samples = [(1,) * (longest - len(shape)) + shape[1:] for shape in shapes]
        lengths = (self._common(column, shapes) for column in zip(*samples, strict=True))
        return (next(iter(batches), None), *lengths)

    def _checked(self, shapes: Sequence[Any]) -> list[tuple[int | None, ...]]:
        """Return a list of shapes; refuse what is none."""
        if not shapes or not all(isinstance(shape, (list, tuple)) for shape in shapes):
            raise TypeError(f"Layer {self.name!r} takes a list of arrays. Received: one, of shape {tuple(shapes)}.")
        if self.takes_two and len(shapes) != 2:
            raise ValueError(f"Layer {self.name!r} takes two arrays. Received: {len(shapes)}.")
        return [tuple(shape) for shape in shapes]

    def _common(self, lengths: tuple[int | None, ...], shapes: Sequence[Any]) -> int | None:
        """Return what lengths along one axis broadcast to; ``None`` where one is not known."""
        known = {length for length in lengths if length != 1}
        if len(known - {None}) > 1:
            raise ValueError(
                f"Layer {self.name!r} takes arrays whose shapes are equal, or broadcast. Received: {_listed(shapes)}."
            )
        return None if None in known else next(iter(known), 1)

    def compute_output_shape(self, input_shape: Sequence[Any]) -> tuple[int | None, ...]:
        """Return the shape of the output for a list of shapes."""
        return self.merged_shape(input_shape)

    def input_gradients(self) -> Any:
        """Raise TypeError: there is one local Jacobian for each input; ``compose_to_input(J)`` gives a list."""
        raise TypeError(
            f"Layer {self.name!r} has several inputs, so it has no single local Jacobian. compose_to_input(J) returns "
            f"the cotangents of all of them."
        )


def _listed(shapes: Sequence[Any]) -> str:
    return ", ".join(str(tuple(shape)) for shape in shapes)


class _Elementwise(Merge):
    """Joins the inputs, two at a time, by a ufunc."""

    join: Callable[[Any, Any], Any]

    def merge(self, inputs: list[Any]) -> Any:
        return reduce(type(self).join, _of_one_rank(inputs))


def _of_one_rank(inputs: list[Any]) -> list[Any]:
    """Return the inputs with as many axes each: new ones follow the batch."""
    longest = max(x.ndim for x in inputs)
    return [x if x.ndim == longest else _lengthened(x, longest) for x in inputs]


def _lengthened(x: Any, ndim: int) -> Any:
    return np.reshape(x, (x.shape[0], *(1,) * (ndim - x.ndim), *x.shape[1:]))


class Add(_Elementwise):
    """The sum of the inputs: ``Add()([a, b, c])`` is ``a + b + c``. The Keras equivalent is ``keras.layers.Add``.

    >>> Add()([np.ones((1, 2)), np.array([[1.0, 2.0]])])
    array([[2., 3.]], dtype=float32)
    """

    join = np.add


class Multiply(_Elementwise):
    """The product of the inputs, entry by entry. The Keras equivalent is ``keras.layers.Multiply``.

    >>> Multiply()([np.array([[2.0, 3.0]]), np.array([[1.0, 2.0]])])
    array([[2., 6.]], dtype=float32)
    """

    join = np.multiply


class Maximum(_Elementwise):
    """The largest of the inputs, entry by entry; two that are equal share the gradient. Keras's name is the same.

    >>> Maximum()([np.array([[2.0, 1.0]]), np.array([[1.0, 2.0]])])
    array([[2., 2.]], dtype=float32)
    """

    join = np.maximum


class Minimum(_Elementwise):
    """The smallest of the inputs, entry by entry; two that are equal share the gradient. Keras's name is the same.

    >>> Minimum()([np.array([[2.0, 1.0]]), np.array([[1.0, 2.0]])])
    array([[1., 1.]], dtype=float32)
    """

    join = np.minimum


class Average(Add):
    """The mean of the inputs, entry by entry. The Keras equivalent is ``keras.layers.Average``.

    >>> Average()([np.array([[2.0, 1.0]]), np.array([[1.0, 2.0]])])
    array([[1.5, 1.5]], dtype=float32)
    """

    def merge(self, inputs: list[Any]) -> Any:
        """Return the sum, divided by the number of inputs."""
        return super().merge(inputs) / len(inputs)


class Subtract(_Elementwise):
    """The first input less the second. The Keras equivalent is ``keras.layers.Subtract``.

    >>> Subtract()([np.array([[2.0, 1.0]]), np.array([[1.0, 2.0]])])
    array([[ 1., -1.]], dtype=float32)
    """

    join = np.subtract
    takes_two = True


# Keras's functions of the same names in lower case.


def add(inputs: Sequence[Any], **options: Any) -> Any:
    """Return ``Add(**options)(inputs)``."""
    return Add(**options)(inputs)


def average(inputs: Sequence[Any], **options: Any) -> Any:
    """Return ``Average(**options)(inputs)``."""
    return Average(**options)(inputs)


def maximum(inputs: Sequence[Any], **options: Any) -> Any:
    """Return ``Maximum(**options)(inputs)``."""
    return Maximum(**options)(inputs)


def minimum(inputs: Sequence[Any], **options: Any) -> Any:
    """Return ``Minimum(**options)(inputs)``."""
    return Minimum(**options)(inputs)


def multiply(inputs: Sequence[Any], **options: Any) -> Any:
    """Return ``Multiply(**options)(inputs)``."""
    return Multiply(**options)(inputs)


def subtract(inputs: Sequence[Any], **options: Any) -> Any:
    """Return ``Subtract(**options)(inputs)``."""
    return Subtract(**options)(inputs)
