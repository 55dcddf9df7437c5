"""Layer: a Diffable with a name, a dtype and weights that are made when the input's shape is known."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from beras import initializers, regularizers
from beras.autodiff import Variable, no_gradient, vjp
from beras.autodiff.dispatch import bare
from beras.autodiff.primitives import cast
from beras.config import floatx
from beras.core import Diffable
from beras.core.classes import register
from beras.core.diffable import default_composition
from beras.errors import did_you_mean

__all__ = ["Layer", "reset_names"]

_names: Counter[str] = Counter()


def reset_names() -> None:
    """Start the numbering of layer names anew: the next Dense is ``dense`` again."""
    _names.clear()


def automatic_name(kind: str) -> str:
    """Return the next free name for a class: ``dense``, ``dense_1``, ``dense_2``."""
    base = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", kind).lower()
    number = _names[base]
    _names[base] += 1
    return f"{base}_{number}" if number else base


class Layer(Diffable):
    """The base of all layers: ``Layer(name=None, trainable=True, dtype=None, activity_regularizer=None)``.

    A subclass makes its weights in ``build(input_shape)`` with `add_weight`, and computes in ``call(inputs)`` (which
    may take ``training=False`` besides). Weights are made at the first call, or by `build`. Inputs are cast to the
    layer's dtype. A tape follows the NumPy in ``call``, unless the class brings gradients of its own (`Diffable`).

    The Keras equivalent is ``keras.Layer``.

    >>> import numpy as np
    >>> class Scale(Layer):
    ...     def build(self, input_shape):
    ...         self.factor = self.add_weight((input_shape[-1],), "ones", name="factor")
    ...     def call(self, inputs):
    ...         return inputs * self.factor
    >>> Scale()(np.array([[1.0, 2.0]]))
    array([[1., 2.]], dtype=float32)
    """

    traced = True

    def __init__(
        self,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: Any = None,
        activity_regularizer: Any = None,
        input_shape: Sequence[int] | None = None,
        **unknown: Any,
    ):
        if unknown:
            known = ("name", "trainable", "dtype", "activity_regularizer", "input_shape")
            first = next(iter(unknown))
            raise TypeError(
                f"{type(self).__name__} takes no argument {first!r}.{did_you_mean(first, known)} "
                f"Received: {first}={unknown[first]!r}."
            )
        super().__init__()
        self._name = name or automatic_name(type(self).__name__)
        self.dtype = np.dtype(dtype or floatx()).name
        self.trainable = trainable
        self.built = False
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.requested_input_shape = None if input_shape is None else (None, *input_shape)
        self._regularizers: dict[int, Any] = {}

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        register(cls)

    @property
    def name(self) -> str:
        """The name, unique unless it was given: ``dense``, ``dense_1``."""
        return self._name

    @property
    def path(self) -> str:
        """The layer's name, as Keras calls it."""
        return self.name

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the weights for inputs of ``input_shape``, ``(None, n_in)``; the default has none."""

    def add_weight(
        self,
        shape: Sequence[int] = (),
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        name: str | None = None,
    ) -> Variable:
        """Return a new Variable of ``shape``, filled by ``initializer`` (``"glorot_uniform"`` unless said otherwise).

        ``regularizer`` adds its penalty on this weight to the loss in training. The Keras equivalent is
        ``keras.Layer.add_weight``.
        """
        if constraint is not None:
            raise ValueError(f"Constraints on weights are not built yet. Received: constraint={constraint!r}.")
        draw = initializers.get("glorot_uniform" if initializer is None else initializer)
        kind = np.dtype(dtype or self.dtype)
        weight = Variable(draw(tuple(shape), dtype=kind), trainable=trainable, dtype=kind, name=name)
        if regularizer is not None:
            self._regularizers[id(weight)] = regularizers.get(regularizer)
        return weight

    def __call__(self, inputs: Any, *args: Any, **params: Any) -> Any:
        inputs = self._cast(inputs)
        self._ensure_built(inputs.shape)
        if "training" in params and not self.takes_training:
            params.pop("training")
        output = super().__call__(inputs, *args, **params)
        if self.activity_regularizer is not None:
            self.activity = output
        return output

    def _cast(self, inputs: Any) -> Any:
        if not hasattr(inputs, "dtype"):
            inputs = np.asarray(inputs)
        if inputs.dtype == self.dtype:
            return inputs
        if inputs.dtype.kind not in "fiub":
            raise TypeError(
                f"Layer {self.name!r} takes numbers. Received: an array of dtype {inputs.dtype}. "
                f"Encode it first, for example with beras.OneHotEncoder."
            )
        return cast(inputs, np.dtype(self.dtype))

    def _ensure_built(self, shape: tuple[int, ...]) -> None:
        if not self.built:
            self.build_for((None, *shape[1:]))

    def build_for(self, input_shape: Sequence[int | None]) -> None:
        """Make the weights, once, and remember the input's shape."""
        if not self.built:
            with no_gradient():
                self.build(tuple(input_shape))
            self.built = True

    # What the loss is told

    def logits(self, inputs: Any, training: bool = False) -> Any:
        """Return the output before `final_activation`."""
        raise NotImplementedError(f"{type(self).__name__} does not end in an activation.")

    def penalties(self) -> list[Any]:
        """Return the scalars that the regularizers of this layer and its parts add to the loss."""
        found = []
        if self._regularizers:
            found = [self._regularizers[id(w)](w) for w in self.own_weights if id(w) in self._regularizers]
        if self.activity_regularizer is not None and "activity" in self.__dict__:
            found.append(self.activity_regularizer(self.activity) / self.activity.shape[0])
        for _, part in self._parts():
            if isinstance(part, Layer):
                found.extend(part.penalties())
        return found

    # Local Jacobians, for reading and teaching

    def input_gradients(self) -> Any:
        """Return the local Jacobian of the latest call: ``(batch, n_in, n_out)``, or the input's shape if elementwise.

        Made by one pull-back for each output unit; the tape itself never forms it.
        """
        if not self.traced:
            return super().input_gradients()
        value, pullback = vjp(self._again, self._latest_inputs())
        if self.elementwise:
            return pullback(np.ones(value.shape, value.dtype))[0]
        columns = []
        for unit in range(value.shape[-1]):
            one = np.zeros(value.shape, value.dtype)
            one[..., unit] = 1
            columns.append(pullback(one)[0])
        return np.stack(columns, axis=-1)

    @default_composition
    def compose_to_input(self, J: Any) -> Any:
        """Return the cotangent of the input of the latest call, given that of its output."""
        if not self.traced:
            return super().compose_to_input(J)
        return vjp(self._again, self._latest_inputs())[1](J)[0]

    def compose_to_weight(self, J: Any) -> list:
        """Return the cotangents of the weights in the latest call, summed over the batch, given that of its output."""
        if not self.traced:
            return super().compose_to_weight(J)
        from beras.autodiff import GradientTape

        with GradientTape() as tape:
            value = self._again(self._latest_inputs())
        return tape.gradient(value, self.weights, J, unconnected_gradients="zero") if self.weights else []

    def _again(self, inputs: Any) -> Any:
        return self.forward(inputs)

    def _latest_inputs(self) -> Any:
        if "inputs" not in self.__dict__:
            raise RuntimeError(f"{self.name!r} has not been called yet: local Jacobians are about the latest call.")
        return bare(self.__dict__["inputs"])

    # Configuration

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        config: dict[str, Any] = {"name": self.name, "trainable": self.trainable, "dtype": self.dtype}
        if self.activity_regularizer is not None:
            config["activity_regularizer"] = regularizers.serialize(self.activity_regularizer)
        if self.requested_input_shape is not None:
            config["input_shape"] = list(self.requested_input_shape[1:])
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Layer:
        """Make a layer from what `get_config` returned; its weights are drawn anew."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"
