"""Functional: a model made of a graph of layers, with branches and several inputs and outputs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from beras.autodiff.structure import leaves, mapped, restore
from beras.core.shapes import are_several
from beras.layers.node import CALLS, Node, Placement, resolved
from beras.models.batches import as_arrays
from beras.models.graph import Graph, grafted
from beras.models.model import Model

__all__ = ["Functional"]


class Functional(Model):
    """The model that computes ``outputs`` from ``inputs``, nodes between which layers were called.

    ``Model(inputs, outputs, name=None)`` makes one. Either is a Node, or a list, tuple or dict of them. A layer that
    was called twice has its weights once. Layers whose values do not lead to ``outputs`` do not belong to the model.
    An input may be what a layer of another model gives: then the model begins there.

    Several inputs are given to `fit` and its like in the form of ``inputs``, or as a dict by the names of the Inputs.

    Raises:
        TypeError: for something else than nodes.
        ValueError: for outputs that need another `Input` than those given, and for two layers of one name.

    The Keras equivalent is ``keras.Model(inputs, outputs)``.

    >>> import numpy as np
    >>> import beras
    >>> x = beras.Input((3,))
    >>> h = beras.Dense(3, "relu")(x)
    >>> model = beras.Model(x, beras.layers.Add()([x, h]))
    >>> model.predict_on_batch(np.ones((2, 3))).shape
    (2, 3)
    """

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None, trainable: bool = True, **options: Any):
        super().__init__(name=name, **options)
        inputs, outputs = (_checked(*given) for given in (("inputs", inputs), ("outputs", outputs)))
        inputs, outputs = grafted(inputs, outputs)
        self._graph = graph = Graph(leaves(inputs), leaves(outputs))
        self._input_nodes, self._output_nodes = inputs, outputs
        self._layers = graph.layers
        self.takes_several = len(self.inputs) > 1 or isinstance(inputs, dict)
        shapes = [node.shape for node in self.inputs]
        self.remember_input_shape(shapes if len(shapes) > 1 else shapes[0])
        self.built = True
        if not trainable:
            self.trainable = False

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for placement in self.placements:
            calls = placement.layer.__dict__.get(CALLS, ())
            if placement not in calls:
                placement.layer.__dict__[CALLS] = (*calls, placement)

    @property
    def layers(self) -> list[Any]:
        """All layers, those farthest from the outputs first, each once."""
        return list(self._layers)

    @property
    def placements(self) -> list[Placement]:
        """The calls of the layers, each after those that it needs."""
        return self._graph.placements

    @property
    def is_chain(self) -> bool:
        """Whether each layer is called once, on what the one before gives."""
        return self._graph.is_chain

    @property
    def inputs(self) -> list[Node]:
        """The nodes of the inputs; those of a dict by their names in alphabetical order."""
        return leaves(self._input_nodes)

    @property
    def outputs(self) -> list[Node]:
        """The nodes of the outputs; those of a dict by their names in alphabetical order."""
        return leaves(self._output_nodes)

    @property
    def input(self) -> Any:
        """The nodes of the inputs, as they were given."""
        return self._input_nodes

    @property
    def output(self) -> Any:
        """The nodes of the outputs, as they were given."""
        return self._output_nodes

    @property
    def output_names(self) -> list[str]:
        """The names of the layers that give the outputs."""
        return [node.name for node in self.outputs]

    @property
    def names_of_outputs(self) -> list[str] | None:
        """The names of several outputs: those of a dict, otherwise those of the layers; ``None`` for one."""
        if isinstance(self._output_nodes, Node):
            return None
        return list(self._output_nodes) if isinstance(self._output_nodes, dict) else self.output_names

    def build(self, input_shape: Any) -> None:
        """Do nothing: the weights were made when the layers were called on nodes."""

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Return the outputs, in the form that ``outputs`` had."""
        return resolved(self._output_nodes, self._values(inputs, training))

    def _values(self, inputs: Any, training: bool, without: Placement | None = None) -> dict[int, Any]:
        """Return the value of every node, by its id; those of the call ``without`` are not computed."""
        values = dict(zip(map(id, self.inputs), leaves(self._arranged(inputs)), strict=True))
        activities: dict[Any, list[Any]] = {layer: [] for layer in self._graph.shared if layer.activity_regularizer}
        for placement in self.placements:
            if placement.args and placement is not without:
                found = placement.run(values, training, placement.layer)
                values.update(zip(map(id, placement.outputs), _values_of(placement, found), strict=True))
                if placement.layer in activities:
                    activities[placement.layer].append(placement.layer.activity)
        for layer, outputs in activities.items():
            layer.activity = tuple(outputs)
        return values

    # Inputs

    def _arranged(self, inputs: Any) -> Any:
        """Return ``inputs`` in the form of the nodes: by name where a dict is given, alone where there is one.

        Raises:
            ValueError: for another number of inputs, or other names.
        """
        expected, names = self._input_nodes, [node.name for node in self.inputs]
        if isinstance(inputs, dict):
            keys: list[Any] = list(expected) if isinstance(expected, dict) else names
            if set(inputs) != set(keys):
                raise ValueError(f"{self.name!r} takes inputs named {_listed(keys)}. Received: {_listed(inputs)}.")
            return restore(expected, iter([inputs[key] for key in keys]))
        if isinstance(expected, dict):
            raise ValueError(
                f"{self.name!r} takes a dict of inputs, with the names {_listed(expected)}. Received: "
                f"{_described(inputs)}."
            )
        if isinstance(expected, Node):
            alone = are_several(inputs) and len(inputs) == 1 and inputs[0].ndim == expected.ndim
            return inputs[0] if alone else inputs
        given = inputs if isinstance(inputs, (list, tuple)) else [inputs]
        if len(given) != len(names):
            raise ValueError(
                f"{self.name!r} takes {len(names)} inputs, {_listed(names)}, as a list or as a dict by these names. "
                f"Received: {_described(inputs)}."
            )
        return restore(expected, iter(given))

    def _cast(self, inputs: Any) -> Any:
        self._require_initialised()
        arranged = self._arranged(inputs)
        entered = [_entered(self.name, node, value) for node, value in zip(self.inputs, leaves(arranged), strict=True)]
        return restore(self._input_nodes, iter(entered))

    def _samples(self, x: Any, kind: str = "") -> Any:
        x = self._arranged(x)
        return super()._samples(x, kind) if isinstance(self._input_nodes, Node) else as_arrays(f"{kind}x", x)

    # What the loss is told

    @property
    def final_activation(self) -> Any:
        """The activation that the only output ends in; ``None`` where somebody else needs what it gives."""
        node = self._output_nodes
        if not isinstance(node, Node) or len(node.placement.args) != 1 or len(node.placement.outputs) != 1:
            return None
        layer, placements = node.placement.layer, self.placements
        if getattr(layer, "activity_regularizer", None) or any(node in placement.needs for placement in placements):
            return None
        return getattr(layer, "final_activation", None)

    def logits(self, inputs: Any, training: bool = False) -> Any:
        """Return the output before `final_activation`."""
        last = self._output_nodes.placement
        values = self._values(self._cast(inputs), training, without=last)
        return last.run(values, training, last.layer.logits)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the output for inputs of ``input_shape``, or of several in the form of ``outputs``.

        Raises:
            ValueError: for shapes that are not those of the inputs.
        """
        given = _each(self._arranged(input_shape) if isinstance(input_shape, dict) else input_shape)
        for node, shape in zip(self.inputs, given, strict=True):
            if not _fits(shape, node.shape):
                raise ValueError(_misfit(repr(self.name), node, shape))
        shapes = [node.shape for node in self.inputs]
        if all(map(_alike, given, shapes)):
            return mapped(lambda node: node.shape, self._output_nodes)
        return super().compute_output_shape(given if len(given) > 1 else given[0])

    # Configuration

    def get_config(self) -> dict[str, Any]:
        """Return the layers with the calls between them, in the form of Keras's functional models.

        A class with a constructor of its own makes its graph there: of it, the arguments are returned.
        """
        if self._describes_itself:
            return super().get_config()
        from beras.models.graph_config import graph_config

        return graph_config(self)

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Model:
        """Make a model from what `get_config` returned; its weights are drawn anew."""
        if "layers" not in config:
            return cls(**config)
        from beras.models.graph_config import graph_from_config

        return cls(**graph_from_config(config, custom_objects))


def _checked(label: str, given: Any) -> Any:
    """Return nodes as they were given, dicts in alphabetical order of their names."""
    for item in leaves(given):
        if not isinstance(item, Node):
            raise TypeError(
                f"Model(inputs, outputs) takes what beras.Input gives, and what layers give that are called on it. "
                f"Received in {label}: {type(item).__name__}."
            )
    if not leaves(given):
        raise ValueError(f"Model(inputs, outputs) needs nodes. Received: {label}={given!r}.")
    return {name: given[name] for name in sorted(given)} if isinstance(given, dict) else given


def _values_of(placement: Placement, found: Any) -> list[Any]:
    values = [found] if isinstance(placement.result, Node) else leaves(found)
    if len(values) != len(placement.outputs):
        raise ValueError(
            f"Layer {placement.layer.name!r} gave {len(placement.outputs)} arrays when it was called on nodes. "
            f"Received now: {len(values)}."
        )
    return values


def _entered(name: str, node: Node, value: Any) -> Any:
    """Return ``value`` in the dtype of an input, a last axis of length 1 added or taken away where it is that alone.

    Raises:
        ValueError: for another shape.
    """
    value = node.placement.layer._cast(value)
    if _fits(value.shape, node.shape):
        return value
    if _fits((*value.shape, 1), node.shape):
        return np.expand_dims(value, -1)
    if value.shape[-1:] == (1,) and _fits(value.shape[:-1], node.shape):
        return np.squeeze(value, -1)
    raise ValueError(_misfit(repr(name), node, value.shape))


def _fits(shape: Sequence[int | None], expected: Sequence[int | None]) -> bool:
    pairs = zip(shape[1:], expected[1:], strict=False)
    return len(shape) == len(expected) and all(a == b or a is None or b is None for a, b in pairs)


def _alike(shape: Sequence[int | None], expected: Sequence[int | None]) -> bool:
    return shape[1:] == expected[1:]


def _misfit(name: str, node: Node, shape: Sequence[int | None]) -> str:
    expected = (None, *node.shape[1:])
    hint = " A batch of one sample is x[np.newaxis]." if tuple(shape) == node.shape[1:] else ""
    return f"Input {node.name!r} of {name} takes arrays of shape {expected}. Received: {tuple(shape)}.{hint}"


def _each(shape: Any) -> list[tuple[int | None, ...]]:
    if isinstance(shape, dict):
        return [tuple(one) for one in shape.values()]
    several = len(shape) > 0 and isinstance(shape[0], (list, tuple))
    return [tuple(one) for one in shape] if several else [tuple(shape)]


def _listed(names: Iterable[Any]) -> str:
    return ", ".join(repr(name) for name in names)


def _described(inputs: Any) -> str:
    if isinstance(inputs, dict):
        return f"a dict with {_listed(inputs)}"
    if isinstance(inputs, (list, tuple)):
        return f"a {type(inputs).__name__} of {len(inputs)}"
    return f"an array of shape {inputs.shape}" if hasattr(inputs, "shape") else type(inputs).__name__
