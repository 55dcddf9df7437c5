"""Layer: a Diffable with a name, a dtype and weights that are made when the input's shape is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial, wraps
from typing import Any

import numpy as np

from beras import constraints, initializers, regularizers
from beras.autodiff import Variable, no_gradient, vjp
from beras.autodiff.primitives import cast
from beras.autodiff.tracked import bare
from beras.config import floatx
from beras.core import Diffable
from beras.core.budget import take_from_budget
from beras.core.classes import register
from beras.core.diffable import default_composition
from beras.core.naming import snake_case
from beras.core.shapes import any_batch, are_several, as_shape, shape_of
from beras.layers.arguments import automatic_config, float_name, lacks_config, refuse_argument
from beras.layers.node import CALLS, AtFirstCall, Node, holds_nodes, place

__all__ = ["Layer", "reset_names"]

_names: Counter[str] = Counter()


def reset_names() -> None:
    """Start the numbering of layer names anew: the next Dense is ``dense`` again."""
    _names.clear()


def automatic_name(kind: str) -> str:
    """Return the next free name for a class: ``dense``, ``dense_1``, ``dense_2``."""
    base = snake_case(kind)
    number = _names[base]
    _names[base] += 1
    return f"{base}_{number}" if number else base


def _once_built(build: Any) -> Any:
    """Return ``build`` such that it records nothing on a tape and leaves the layer built, so that it may be called."""

    @wraps(build)
    def building(self: Layer, *args: Any, **params: Any) -> None:
        if args or "input_shape" in params:
            self.remember_input_shape(args[0] if args else params["input_shape"])
        with no_gradient():
            build(self, *args, **params)
        self.built = True

    return building


class Layer(Diffable):
    """The base of all layers: ``Layer(name=None, trainable=True, dtype=None, activity_regularizer=None)``.

    A subclass makes its weights in ``build(input_shape)`` with `add_weight`, and computes in ``call(inputs)`` (which
    may take ``training=False`` besides). Weights are made at the first call, or by `build`. Inputs are cast to the
    layer's dtype. They are one array, or a list or dict of arrays: ``build`` then gets a list or dict of shapes. A
    tape follows the NumPy in ``call``, unless the class brings gradients of its own (`Diffable`).

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
    #: Whether `call` may be given a list of arrays: that of the library's merging layers, and any of the user's.
    takes_several: bool = False
    #: Whether `get_config` takes the arguments as they were given, since the class does not say them.
    _describes_itself: bool = False

    def __init__(
        self,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: Any = None,
        activity_regularizer: Any = None,
        input_shape: Sequence[int] | None = None,
        input_dim: int | None = None,
        **unknown: Any,
    ):
        if unknown:
            refuse_argument(type(self), *next(iter(unknown.items())))
        super().__init__()
        if input_dim is not None:
            input_shape = (input_dim,)
        self._name = name or automatic_name(type(self).__name__)
        self.dtype = float_name(dtype or floatx())
        self.trainable = trainable
        self.built = False
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.requested_input_shape = None if input_shape is None else (None, *input_shape)
        self._regularizers: dict[Variable, Any] = {}

    def __new__(cls, *args: Any, **params: Any) -> Any:
        """Remember the arguments where `get_config` will need them."""
        self = super().__new__(cls)
        if cls._describes_itself:
            self.__dict__["_given"] = partial(cls, *args, **params)
        return self

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        register(cls)
        cls._describes_itself = lacks_config(cls)
        if {"call", "forward"} & cls.__dict__.keys() and "takes_several" not in cls.__dict__:
            cls.takes_several = cls.__module__.split(".")[0] != "beras"
        if "build" in cls.__dict__:
            cls.build = _once_built(cls.__dict__["build"])  # type: ignore[method-assign]

    @property
    def name(self) -> str:
        """The name, unique unless it was given: ``dense``, ``dense_1``."""
        return self._name

    @property
    def path(self) -> str:
        """The layer's name, as Keras calls it."""
        return self.name

    input = AtFirstCall(lambda call: call.args[0] if call.args else call.result)
    output = AtFirstCall(lambda call: call.result)

    def __getstate__(self) -> dict[str, Any]:
        # A copy of a layer is a layer by itself: it has not been called in the graphs of the original.
        return {name: held for name, held in super().__getstate__().items() if name != CALLS}

    @property
    def own_weights(self) -> list[Variable]:
        """The Variables among the attributes: as in Keras those that training changes, then the others."""
        found = super().own_weights
        declared = "_declared_weights" in self.__dict__
        return found if declared else sorted(found, key=lambda weight: not weight.trainable)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the weights for inputs of ``input_shape``, ``(None, n_in)``; the default has none.

        For a list or dict of arrays it is the list or dict of their shapes.
        """

    def add_weight(
        self,
        shape: Sequence[int] | None = None,
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        aggregation: str = "none",
        overwrite_with_gradient: bool = False,
        name: str | None = None,
    ) -> Variable:
        """Return a new Variable of ``shape`` (``()`` unless given), filled by ``initializer``.

        The initializer is ``"glorot_uniform"`` unless given. ``regularizer`` adds its penalty on this weight to the
        loss in training. After each update the optimizer puts ``constraint(weight)`` in the place of the weight.
        ``autocast`` and ``aggregation`` are Keras's and do nothing here. The Keras equivalent is
        ``keras.Layer.add_weight``.

        Raises:
            ValueError: for ``overwrite_with_gradient``, which beras does not have.
        """
        if overwrite_with_gradient:
            raise ValueError("Weights that are overwritten with their gradient are not built. Received: True.")
        draw = initializers.get("glorot_uniform" if initializer is None else initializer)
        shape = (shape,) if isinstance(shape, (int, np.integer)) else () if shape is None else tuple(shape)
        kind = np.dtype(dtype or self.dtype)
        take_from_budget(shape)
        weight = Variable(draw(shape, dtype=kind), trainable=trainable, dtype=kind, name=name)
        weight.path = f"{self.path}/{weight.name}"
        weight.constraint = constraints.get(constraint)
        if regularizer is not None:
            self._regularizers[weight] = regularizers.get(regularizer)
        return weight

    def __call__(self, inputs: Any, *args: Any, **params: Any) -> Any:
        if isinstance(inputs, (Node, list, tuple, dict)) and holds_nodes(inputs):
            return place(self, (inputs, *args), params)
        inputs = self._cast(inputs)
        self._ensure_built(shape_of(inputs))
        if "training" in params and not self.takes_training:
            params.pop("training")
        output = super().__call__(inputs, *args, **params)
        if output is None:
            raise TypeError(f"{type(self).__name__}.call returned None. It must end with: return outputs.")
        if self.activity_regularizer is not None:
            self.activity = output
        return output

    def _cast(self, inputs: Any) -> Any:
        if "_regularizers" not in self.__dict__:
            self._require_initialised()
        if isinstance(inputs, Layer):
            raise TypeError(
                f"Layer {self.name!r} takes arrays, or what Input or another layer gives. Received: the layer "
                f"{inputs!r}. Call that layer on its input first."
            )
        if are_several(inputs):
            if not self.takes_several:
                items = inputs.values() if isinstance(inputs, dict) else inputs
                raise TypeError(
                    f"Layer {self.name!r} takes one array. Received: a {type(inputs).__name__} of {len(inputs)}, of "
                    f"shapes {', '.join(str(item.shape) for item in items)}. Make one of them first: "
                    f"Concatenate()([...]) or Add()([...]) for branches of a model, np.stack([...]) for samples of a "
                    f"batch."
                )
            if isinstance(inputs, dict):
                return {name: self._cast(item) for name, item in inputs.items()}
            return [self._cast(item) for item in inputs]
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

    def _require_initialised(self) -> None:
        if "_regularizers" not in self.__dict__:
            raise RuntimeError(
                f"{type(self).__name__}.__init__ did not call super().__init__(), which makes it a layer. Do it first."
            )

    def _ensure_built(self, shape: Any) -> None:
        if not self.built:
            self.build_for(any_batch(shape))

    def build_for(self, input_shape: Sequence[int | None]) -> None:
        """Make the weights, once."""
        if not self.built:
            self.remember_input_shape(input_shape)
            self.build(as_shape(input_shape))
            self.built = True

    def remember_input_shape(self, input_shape: Any) -> None:
        """Keep the shape that the weights are made for."""
        self.__dict__.setdefault("_input_shape", as_shape(input_shape))

    # What the loss is told

    def logits(self, inputs: Any, training: bool = False) -> Any:
        """Return the output before `final_activation`."""
        raise NotImplementedError(f"{type(self).__name__} does not end in an activation.")

    @property
    def is_regularized(self) -> bool:
        """Whether this layer, or one of its parts, adds penalties to the loss."""
        parts = (part for _, part in self._parts() if isinstance(part, Layer))
        return bool(self._regularizers) or self.activity_regularizer is not None or any(p.is_regularized for p in parts)

    def penalties(self) -> list[Any]:
        """Return the scalars that the regularizers of this layer and its parts add to the loss, each layer's once."""
        found: list[Any] = []
        for layer in self._with_parts({}).values():
            if layer._regularizers:
                found.extend(layer._regularizers[w](w) for w in layer.own_weights if w in layer._regularizers)
            if layer.activity_regularizer is not None and "activity" in layer.__dict__:
                # Of a layer that a graph calls more than once, it holds what each call gave.
                activities = layer.activity if isinstance(layer.activity, tuple) else (layer.activity,)
                found.extend(layer.activity_regularizer(activity) / activity.shape[0] for activity in activities)
        return found

    def _with_parts(self, found: dict[int, Layer]) -> dict[int, Layer]:
        """Put this layer and the layers among its parts, by their ids, into ``found``, and return it."""
        if id(self) not in found:
            found[id(self)] = self
            for _, part in self._parts():
                if isinstance(part, Layer):
                    part._with_parts(found)
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
            raise RuntimeError(
                f"Local Jacobians are about the latest call, and {self.name!r} has not been called yet, or by a method "
                f"of a model that replays its steps and leaves nothing behind. Call the layer or the model on arrays: "
                f"model(x). To have it all during fit, write compile(..., run_eagerly=True)."
            )
        return bare(self.__dict__["inputs"])

    # Configuration

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values.

        A class of the user's own with arguments of its own defines `get_config` too. If it does not, the arguments
        that it was made with are taken, as in Keras.

        Raises:
            TypeError: when one of these is no plain value.
        """
        if self._describes_itself:
            return automatic_config(self, self.__dict__["_given"])
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
