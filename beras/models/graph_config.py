"""A graph of layers as plain values, in the form in which Keras writes down its functional models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from beras.layers import BatchNormalization, InputLayer
from beras.layers.node import Node, Placement, nodes_in
from beras.models.layer_entries import layer_entry, layer_from_entry
from beras.models.model import Model

if TYPE_CHECKING:
    from beras.models.functional import Functional

__all__ = ["graph_config", "graph_from_config"]

#: How a node is written: the layer's name, which of its calls, and which of its outputs.
NODE = "__keras_tensor__"


def graph_config(model: Functional) -> dict[str, Any]:
    """Return the layers of a functional model with the calls between them."""
    calls: dict[int, list[Placement]] = {}
    for placement in sorted(model.placements, key=lambda placement: placement.number):
        calls.setdefault(id(placement.layer), []).append(placement)

    def history(node: Node, first: int = 0) -> list[Any]:
        return [node.name, calls[id(node.placement.layer)].index(node.placement) + first, node.index]

    def written(value: Any) -> Any:
        if isinstance(value, Node):
            shape = list(value.shape)
            return {
                "class_name": NODE,
                "config": {"shape": shape, "dtype": value.dtype, "keras_history": history(value)},
            }
        if isinstance(value, (list, tuple)):
            return [written(item) for item in value]
        return {name: written(item) for name, item in value.items()} if isinstance(value, dict) else value

    def places(value: Any) -> Any:
        if isinstance(value, Node):
            return history(value, _first(value.placement.layer))
        if isinstance(value, dict):
            return {name: places(item) for name, item in value.items()}
        return [places(item) for item in value]

    entries = []
    for layer in model.layers:
        inbound = [{"args": written(p.args), "kwargs": written(p.params)} for p in calls[id(layer)] if p.args]
        entries.append({**layer_entry(layer), "name": layer.name, "inbound_nodes": inbound})
    return {
        "name": model.name,
        "trainable": model.trainable,
        "layers": entries,
        "input_layers": places(model._input_nodes),
        "output_layers": places(model._output_nodes),
    }


def graph_from_config(config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the arguments of `Functional` for what `graph_config` wrote: its layers made anew, and called again.

    Raises:
        ValueError: for calls that need each other, or nodes that no layer gives.
    """
    made = {entry["name"]: layer_from_entry(entry, custom_objects) for entry in config["layers"]}
    nodes: dict[tuple[str, int, int], Node] = {}
    left: list[tuple[str, int, Mapping[str, Any]]] = []
    for entry in config["layers"]:
        name, layer = entry["name"], made[entry["name"]]
        if isinstance(layer, InputLayer):
            nodes[name, 0, 0] = layer.node
        left.extend((name, number, call) for number, call in enumerate(entry["inbound_nodes"]))
    counts = dict.fromkeys(made, 0)
    while left:
        ready = [item for item in left if item[1] == counts[item[0]] and _is_ready(item[2], nodes)]
        if not ready:
            missing = ", ".join(sorted({name for name, _, _ in left}))
            raise ValueError(f"The graph cannot be made: the calls of {missing} need outputs that no layer gives.")
        for name, number, call in ready:
            params = {key: value for key, value in call["kwargs"].items() if not _is_default(made[name], key, value)}
            found = made[name](*_read(call["args"], nodes), **_read(params, nodes))
            for index, node in enumerate(nodes_in(found)):
                nodes[name, number, index] = node
            counts[name] += 1
        taken = {(name, number) for name, number, _ in ready}
        left = [item for item in left if item[:2] not in taken]
    return {
        "inputs": _at(config["input_layers"], nodes, made),
        "outputs": _at(config["output_layers"], nodes, made),
        "name": config.get("name"),
        "trainable": config.get("trainable", True),
    }


def _is_default(layer: Any, key: str, value: Any) -> bool:
    """Say whether Keras writes this argument of a call down although nobody gave it.

    It does so for ``mask``, and for ``training`` where a layer's own default is not ``None``: that of the augmenting
    layers is true, that of all but models and `BatchNormalization` false.
    """
    if key != "training" or isinstance(layer, (Model, BatchNormalization)):
        return value is None
    return value is None or value is type(layer).__name__.startswith("Random")


def _first(layer: Any) -> int:
    """Return the number of the first call of a layer in Keras's lists of inputs and outputs: of a graph it is 1."""
    return int(hasattr(layer, "placements"))


def _is_node(value: Any) -> bool:
    return isinstance(value, dict) and value.get("class_name") == NODE


def _place(value: Mapping[str, Any]) -> tuple[str, int, int]:
    name, number, index = value["config"]["keras_history"]
    return str(name), int(number), int(index)


def _is_ready(value: Any, nodes: Mapping[Any, Node]) -> bool:
    if _is_node(value):
        return _place(value) in nodes
    if isinstance(value, dict):
        return all(_is_ready(item, nodes) for item in value.values())
    return all(_is_ready(item, nodes) for item in value) if isinstance(value, list) else True


def _read(value: Any, nodes: Mapping[Any, Node]) -> Any:
    if _is_node(value):
        return nodes[_place(value)]
    if isinstance(value, dict):
        return {name: _read(item, nodes) for name, item in value.items()}
    return [_read(item, nodes) for item in value] if isinstance(value, list) else value


def _at(value: Any, nodes: Mapping[Any, Node], made: Mapping[str, Any]) -> Any:
    """Return the nodes at ``[name, call, output]``, alone or in lists and dicts."""
    if isinstance(value, dict):
        return {name: _at(item, nodes, made) for name, item in value.items()}
    if len(value) == 3 and isinstance(value[0], str) and not isinstance(value[1], (str, list)):
        place = (value[0], int(value[1]) - _first(made.get(value[0])), int(value[2]))
        if place not in nodes:
            raise ValueError(f"The graph has no node {list(value)}.")
        return nodes[place]
    return [_at(item, nodes, made) for item in value]
