"""The graph between nodes: the calls that lead from inputs to outputs, and the order in which Keras lists layers."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from beras.autodiff.structure import leaves, mapped
from beras.layers import InputLayer
from beras.layers.node import Node, Placement, resolved

__all__ = ["Graph", "grafted"]


class Graph:
    """The calls that lead from ``inputs``, nodes of `Input`, to ``outputs``.

    ``placements`` has the calls, those of the inputs included, each after those that it needs. ``layers`` has each
    layer once, those farthest from the outputs first and those equally far in the order of a walk back from the
    outputs, as Keras lists them.

    Raises:
        ValueError: for outputs that need another `Input`, and for two layers of one name.
    """

    def __init__(self, inputs: list[Node], outputs: list[Node]):
        walked, order = _walk(outputs, ())
        entries = [node.placement for node in inputs]
        for placement in order:
            if not placement.args and placement not in entries:
                raise ValueError(_disconnected(placement, order))
        idle = [entry for entry in entries if entry not in order]
        # The calls come first: copied in this order, a deep graph needs no deep recursion.
        self.placements = [*idle, *order]
        self._distances = _distances(order) | dict.fromkeys(idle, 0)
        farthest: dict[Any, int] = {}
        for placement in (*idle, *walked):
            layer = placement.layer
            farthest[layer] = max(farthest.get(layer, 0), self._distances[placement])
        self.layers = sorted(farthest, key=lambda layer: -farthest[layer])
        called = [placement.layer for placement in self.placements]
        #: The layers that are called more than once.
        self.shared = [layer for layer in self.layers if called.count(layer) > 1]
        names = [layer.name for layer in self.layers]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"Two layers are named {name!r}. Give one of them another name: name='...'.")

    @property
    def is_chain(self) -> bool:
        """Whether each layer is called once, on what the one before gives."""
        distances = list(self._distances.values())
        alone = len(set(distances)) == len(distances) == len(self.layers)
        return alone and all(len(placement.needs) < 2 for placement in self.placements)


def grafted(inputs: Any, outputs: Any) -> tuple[Any, Any]:
    """Return ``inputs`` and ``outputs`` with an `Input` in the place of each input that a layer gives.

    The calls from there on are made again, on the same layers.
    """
    inner = {id(node): node for node in leaves(inputs) if node.placement.args}
    if not inner:
        return inputs, outputs
    news: dict[int, Any] = {i: InputLayer(batch_shape=node.shape, dtype=node.dtype).node for i, node in inner.items()}
    for placement in _walk(leaves(outputs), inner)[1]:
        if any(id(node) in news for node in placement.needs):
            kept = {id(node): node for node in placement.needs} | news
            params = {name: resolved(value, kept) for name, value in placement.params.items()}
            again = Placement(placement.layer, tuple(resolved(arg, kept) for arg in placement.args), params)
            shapes = mapped(lambda node: node.shape, placement.result)
            found = leaves(again.give(shapes, placement.outputs[0].dtype))
            news |= {id(old): new for old, new in zip(placement.outputs, found, strict=True) if id(old) not in inner}

    def moved(nodes: Any) -> Any:
        return resolved(nodes, {id(node): news.get(id(node), node) for node in leaves(nodes)})

    return moved(inputs), moved(outputs)


def _walk(outputs: list[Node], ends: Collection[int]) -> tuple[list[Placement], list[Placement]]:
    """Return the calls that lead to ``outputs``: as a walk back meets them, and each after those that it needs.

    The walk does not go beyond nodes whose ids are among ``ends``. It does not recurse: graphs may be deep.
    """
    met: dict[Placement, None] = {}
    order: dict[Placement, None] = {}
    waiting = [(node, False) for node in reversed(outputs)]
    while waiting:
        node, is_ready = waiting.pop()
        placement = node.placement
        if placement in order or (id(node) in ends):
            continue
        if is_ready:
            order[placement] = None
            continue
        met.setdefault(placement)
        waiting.append((node, True))
        waiting.extend((needed, False) for needed in reversed(placement.needs))
    return list(met), list(order)


def _distances(order: list[Placement]) -> dict[Placement, int]:
    """Return how far each call is from the outputs: one more than what needs it, as far as any of its layer's later."""
    found: dict[Placement, int] = {}
    of_layers: dict[Any, int] = {}
    for placement in reversed(order):
        distance = max(found.get(placement, 0), of_layers.get(placement.layer, 0))
        found[placement] = of_layers[placement.layer] = distance
        for node in placement.needs:
            found[node.placement] = max(found.get(node.placement, 0), distance + 1)
    return found


def _disconnected(missing: Placement, order: list[Placement]) -> str:
    users = [placement.layer.name for placement in order if any(n.placement is missing for n in placement.needs)]
    through = f", through layer {users[0]!r}" if users else ""
    return (
        f"The outputs need the input {missing.layer.name!r}{through}, which is not among the inputs of the model. "
        f"Give it too: Model([..., {missing.layer.name}], outputs)."
    )
