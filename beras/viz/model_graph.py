"""The graph of a model's layers, as text that drawing programs read: DOT (Graphviz) and Mermaid."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import pairwise
from typing import Any, NamedTuple

from beras.models.functional import Functional
from beras.models.sequential import Sequential

__all__ = ["Graph", "Shown", "graph_of", "to_dot", "to_mermaid"]


class Shown(NamedTuple):
    """What is written into the box of a layer, besides its class."""

    shapes: bool = False
    dtype: bool = False
    names: bool = False
    activations: bool = False
    trainable: bool = False


class Box(NamedTuple):
    """A layer at its place: where it stands (the models around it), its lines, and whether it is an input."""

    key: str
    lines: tuple[str, ...]
    inside: tuple[str, ...]
    trainable: bool | None


class Graph(NamedTuple):
    """Boxes, and arrows between them by key."""

    boxes: list[Box]
    arrows: list[tuple[str, str]]


def graph_of(model: Any, shown: Shown, expand_nested: bool = False) -> Graph:
    """Return the layers of a built model with the arrows between them.

    A `Sequential` is a chain, a functional model what it was made of; of a class derived from `Model` only ``call``
    knows the way, so its layers stand without arrows. With ``expand_nested`` a model within is drawn layer by layer.

    Raises:
        ValueError: for a model that is not built.
    """
    if not model.built or model.input_shape is None:
        raise ValueError(
            f"{model.name!r} is not built, so there is nothing to draw. Build it first: model.build((None, n_in)), or "
            f"call it on data."
        )
    builder = _Builder(shown, expand_nested)
    builder.add(model, ())
    return Graph(builder.boxes, builder.arrows)


class _Builder:
    def __init__(self, shown: Shown, expand_nested: bool):
        self.shown, self.expand_nested = shown, expand_nested
        self.boxes: list[Box] = []
        self.arrows: list[tuple[str, str]] = []

    def add(self, model: Any, inside: tuple[str, ...]) -> tuple[list[str], list[str]]:
        """Add the boxes of a model; return those that its inputs lead to, and those that its outputs come from."""
        if isinstance(model, Functional):
            return self._add_graph(model, inside)
        if isinstance(model, Sequential):
            return self._add_chain(model, inside)
        keys = [self._box(layer, None, None, inside) for layer in model.layers]
        return keys[:1], keys[-1:]

    def _add_chain(self, model: Any, inside: tuple[str, ...]) -> tuple[list[str], list[str]]:
        shape: Any = tuple(model.input_shape)
        ends: list[tuple[list[str], list[str]]] = []
        if not inside:
            key = self._input_box(model, shape)
            ends.append(([key], [key]))
        for layer in model.layers:
            given, shape = shape, layer.compute_output_shape(shape)
            ends.append(self._layer(layer, given, shape, inside))
        for (_, before), (after, _) in pairwise(ends):
            self._join(before, after)
        return ends[0][0], ends[-1][1]

    def _add_graph(self, model: Any, inside: tuple[str, ...]) -> tuple[list[str], list[str]]:
        entries, exits = [], {}
        for placement in model.placements:
            sources = placement.needs
            given = [node.shape for node in sources]
            made = [node.shape for node in placement.outputs]
            first, last = self._layer(placement.layer, _one_of(given), _one_of(made), inside)
            exits[id(placement)] = last
            if not sources:
                entries.extend(first)
            for source in dict.fromkeys(id(node.placement) for node in sources):
                self._join(exits[source], first)
        return entries, [key for node in model.outputs for key in exits[id(node.placement)]]

    def _layer(self, layer: Any, given: Any, made: Any, inside: tuple[str, ...]) -> tuple[list[str], list[str]]:
        if self.expand_nested and hasattr(layer, "layers") and layer.layers:
            return self.add(layer, (*inside, layer.name))
        key = self._box(layer, given, made, inside)
        return [key], [key]

    def _join(self, before: list[str], after: list[str]) -> None:
        self.arrows.extend((a, b) for a in before for b in after)

    def _input_box(self, model: Any, shape: Any) -> str:
        title = "input (InputLayer)" if self.shown.names else "InputLayer"
        rows = [f"Output shape: {shape}"] if self.shown.shapes else []
        rows += [f"Output dtype: {model.dtype}"] if self.shown.dtype else []
        return self._put((title, *rows), (), None)

    def _box(self, layer: Any, given: Any, made: Any, inside: tuple[str, ...]) -> str:
        shown, kind = self.shown, type(layer).__name__
        lines = [f"{layer.name} ({kind})" if shown.names else kind]
        activation = getattr(layer, "activation", None)
        if shown.activations and activation is not None:
            lines.append(f"Activation: {getattr(activation, '__name__', type(activation).__name__)}")
        if shown.shapes:
            lines += [] if kind == "InputLayer" else [f"Input shape: {'?' if given is None else given}"]
            lines.append(f"Output shape: {'?' if made is None else made}")
        if shown.dtype:
            lines.append(f"Output dtype: {getattr(layer, 'dtype', '?')}")
        state = layer.trainable if shown.trainable and layer.weights else None
        if state is not None:
            lines.append("Trainable" if state else "Non-trainable")
        return self._put(tuple(lines), inside, state)

    def _put(self, lines: tuple[str, ...], inside: tuple[str, ...], trainable: bool | None) -> str:
        key = f"layer{len(self.boxes)}"
        self.boxes.append(Box(key, lines, inside, trainable))
        return key


def _one_of(shapes: list[Any]) -> Any:
    """Return the only shape, the list of several, or ``None``."""
    return shapes[0] if len(shapes) == 1 else shapes or None


def to_dot(graph: Graph, rankdir: str = "TB", dpi: int = 200, splines: str = "ortho") -> str:
    """Return the graph in DOT, the language of Graphviz."""
    lines = [
        "digraph model {",
        f"  graph [rankdir={rankdir}, dpi={dpi}, splines={splines}];",
        '  node [shape=plain, fontname="Helvetica"];',
    ]
    for group, boxes in _grouped(graph.boxes):
        indent = "  " * (len(group) + 1)
        for depth, name in enumerate(group):
            lines.append(f'{"  " * (depth + 1)}subgraph "cluster_{"/".join(group[: depth + 1])}" {{ label="{name}";')
        lines.extend(f"{indent}{box.key} [label=<{_table(box)}>];" for box in boxes)
        lines.extend("  " * depth + "}" for depth in range(len(group), 0, -1))
    lines.extend(f"  {before} -> {after};" for before, after in graph.arrows)
    return "\n".join([*lines, "}", ""])


def _table(box: Box) -> str:
    title, *rows = (escape(line) for line in box.lines)
    cells = [f'<tr><td bgcolor="black"><font color="white"><b>{title}</b></font></td></tr>']
    colour = {True: "palegreen", False: "mistyrose", None: "white"}[box.trainable]
    cells += [f'<tr><td bgcolor="{colour}">{row}</td></tr>' for row in rows]
    return f'<table border="0" cellborder="1" cellspacing="0" cellpadding="8">{"".join(cells)}</table>'


def to_mermaid(graph: Graph, rankdir: str = "TB") -> str:
    """Return the graph in Mermaid, which GitHub, GitLab and notebooks draw by themselves."""
    lines = [f"flowchart {rankdir}"]
    for group, boxes in _grouped(graph.boxes):
        indent = "  " * (len(group) + 1)
        for depth, name in enumerate(group):
            lines.append(f'{"  " * (depth + 1)}subgraph {"/".join(group[: depth + 1])} ["{name}"]')
        for box in boxes:
            title, *rows = (escape(line) for line in box.lines)
            lines.append(f'{indent}{box.key}["{"<br/>".join([f"<b>{title}</b>", *rows])}"]')
        lines.extend("  " * depth + "end" for depth in range(len(group), 0, -1))
    lines.extend(f"  {before} --> {after}" for before, after in graph.arrows)
    return "\n".join([*lines, ""])


def _grouped(boxes: list[Box]) -> Iterator[tuple[tuple[str, ...], list[Box]]]:
    """Yield neighbouring boxes that stand in the same models."""
    from itertools import groupby

    for group, found in groupby(boxes, lambda box: box.inside):
        yield group, list(found)
