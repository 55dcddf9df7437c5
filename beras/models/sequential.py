"""Sequential: layers one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from beras.autodiff.structure import leaves
from beras.core import Callable, Diffable
from beras.layers import InputLayer
from beras.layers.node import CALLS, Node, place
from beras.models.model import Model

__all__ = ["Sequential", "SequentialModel"]


class Sequential(Model):
    """A model that passes its input through a list of layers.

    ``Sequential(layers=None, trainable=True, name=None)``. The layers are Layers, or any Diffable that takes and
    returns one array. With an `Input` first, or a layer that was given ``input_shape``, the weights are made at once,
    else at the first call. `SequentialModel` is the same class, under the course's name.

    The Keras equivalent is ``keras.Sequential``.

    >>> import beras
    >>> model = Sequential([beras.Input((784,)), beras.Dense(32, "relu"), beras.Dense(10, "softmax")])
    >>> model.count_params()
    25450
    """

    def __init__(self, layers: Iterable[Any] | None = None, trainable: bool = True, name: str | None = None):
        if layers is not None and (isinstance(layers, Diffable) or not isinstance(layers, Iterable)):
            raise TypeError(f"Sequential takes a list of layers: Sequential([...]). Received: {layers!r}.")
        super().__init__(name=name)
        self._layers: list[Any] = []
        for layer in layers or ():
            self.add(layer)
        if not trainable:  # True says nothing of the layers, which may be frozen each for itself
            self.trainable = False

    @property
    def layers(self) -> list[Any]:
        """The layers, without the `Input`."""
        return [layer for layer in self._layers if not isinstance(layer, InputLayer)]

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Append a layer.

        Raises:
            TypeError: for something that is no layer.
            ValueError: for an `Input` that is not the first, or two layers of one name.
        """
        layer = layer.placement.layer if isinstance(layer, Node) else layer
        if isinstance(layer, type):
            raise TypeError(f"Sequential.add takes a layer, not a class. Write {layer.__name__}(...).")
        if not isinstance(layer, Diffable):
            kind = type(layer).__name__
            hint = " A Callable has no gradient: derive it from beras.Diffable." if isinstance(layer, Callable) else ""
            hint = " For a function write beras.layers.Activation(function)." if callable(layer) and not hint else hint
            raise TypeError(f"Sequential takes layers (beras.layers.Layer, beras.Diffable). Received: {kind}.{hint}")
        if isinstance(layer, InputLayer) and self._layers:
            raise ValueError("An Input comes first in a Sequential. Received: one after other layers.")
        names = [other.name for other in self._layers if hasattr(other, "_name")]
        is_new = not any(layer is other for other in self._layers)
        if hasattr(layer, "_name") and layer.name in names and is_new:
            raise ValueError(f"Two layers are named {layer.name!r}. Give one of them another name: name='...'.")
        self._layers.append(layer)
        shape = self._declared_shape()
        if shape is not None and rebuild:
            self.built = False
            if self.layers:
                self.build_for(shape)
        else:
            self.built = False

    def pop(self, rebuild: bool = True) -> Any:
        """Remove the last layer and return it."""
        if not self.layers:
            raise ValueError("The model has no layer to pop.")
        popped = self._layers.pop()
        if self.built and self.layers:
            self.build()
        return popped

    def _declared_shape(self) -> tuple[int | None, ...] | None:
        if self.input_shape is not None:
            return self.input_shape
        first = self._layers[0] if self._layers else None
        if isinstance(first, InputLayer):
            return first.batch_shape
        if isinstance(first, Model) and first.built:
            return first.input_shape
        return getattr(first, "requested_input_shape", None)

    def build(self, input_shape: Sequence[int | None] | None = None) -> None:
        """Make the weights of all layers for inputs of ``input_shape``, ``(None, ...)``.

        Raises:
            ValueError: when there is no layer, and without a shape where no `Input` says it.
        """
        shape: Sequence[int | None] | None = input_shape or self._declared_shape()
        if shape is None:
            raise ValueError("build needs the shape of the inputs: build((None, 784)). Received: none.")
        if not self.layers:
            raise ValueError("A Sequential without layers cannot be built. Add one first: model.add(layer).")
        self.remember_input_shape(shape)
        entry = self._entry(tuple(shape))
        node = entry.node
        for layer in self.layers:
            node = _placed(layer, node)
        self._ends = entry.node, node
        self.built = True

    def _entry(self, shape: tuple[int | None, ...]) -> InputLayer:
        """Return the Input that the layers are called on, made where none was given."""
        if isinstance(self._layers[0], InputLayer):
            return self._layers[0]
        made = self.__dict__.get("_ends")
        return made[0].placement.layer if made and made[0].shape == shape else InputLayer(batch_shape=shape)

    def _end(self, index: int) -> Any:
        if "_ends" not in self.__dict__ or not self.built:
            raise AttributeError(f"{self.name!r} has no inputs and outputs yet: it is not built.")
        return self._ends[index]

    @property
    def input(self) -> Any:
        """The node that the first layer is called on."""
        return self._end(0)

    @property
    def output(self) -> Any:
        """The node that the last layer gives."""
        return self._end(1)

    @property
    def inputs(self) -> list[Node]:
        """The node that the first layer is called on, in a list."""
        return [self.input]

    @property
    def outputs(self) -> list[Node]:
        """The node that the last layer gives, in a list."""
        return leaves(self.output)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Return the output of the last layer."""
        return self._through(self.layers, inputs, training)

    def _through(self, layers: list[Any], value: Any, training: bool) -> Any:
        for layer in layers:
            value = layer(value, training=training) if layer.takes_training else layer(value)
        return value

    @property
    def final_activation(self) -> Any:
        """The activation that the last layer ends in; ``None`` where a regularizer needs this layer's own output."""
        last = self.layers[-1] if self.layers else None
        return None if getattr(last, "activity_regularizer", None) else getattr(last, "final_activation", None)

    def logits(self, inputs: Any, training: bool = False) -> Any:
        """Return the output before `final_activation`."""
        inputs = self._cast(inputs)
        self._ensure_built(inputs.shape)
        layers = self.layers
        value = self._through(layers[:-1], inputs, training)
        return layers[-1].logits(value, training=training)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the shape of the last layer's output for inputs of ``input_shape``."""
        shape: Sequence[int | None] = tuple(input_shape)
        for layer in self.layers:
            shape = layer.compute_output_shape(shape)
        return tuple(shape)

    def get_config(self) -> dict[str, Any]:
        """Return the layers' classes and configurations, and the shape that the model was built for.

        Raises:
            TypeError: for a Diffable that takes arguments and does not say them in a ``get_config``.
        """
        from beras.models.layer_entries import layer_entry

        return {
            "name": self.name,
            "trainable": self.trainable,
            "layers": [layer_entry(layer) for layer in self._layers],
            "build_input_shape": None if self.input_shape is None else list(self.input_shape),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Sequential:
        """Make a model from what `get_config` returned; its weights are drawn anew."""
        from beras.models.layer_entries import layer_from_entry

        layers = [layer_from_entry(entry, custom_objects) for entry in config["layers"]]
        model = cls(layers, trainable=config.get("trainable", True), name=config.get("name"))
        if config.get("build_input_shape") is not None:
            model.build_for(config["build_input_shape"])
        return model

    @staticmethod
    def from_torch(module: Any, input_shape: Sequence[int] | None = None, dtype: str | None = None) -> Sequential:
        """Return a Sequential that computes what an ``nn.Module`` does, bit for bit: see `beras.oracle.from_torch`."""
        from beras.oracle.convert import from_torch

        return from_torch(module, input_shape, dtype)


def _placed(layer: Any, node: Any) -> Any:
    """Return what ``layer`` gives for ``node``, on which it may have been called before."""
    for placement in layer.__dict__.get(CALLS, ()):
        if len(placement.args) == 1 and placement.args[0] is node and not placement.params:
            return placement.result
    return place(layer, (node,), {})


SequentialModel = Sequential
