"""The table that `Model.summary` prints."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from beras.core.shapes import as_shape

if TYPE_CHECKING:
    from beras.models.model import Model

__all__ = ["print_summary", "readable_size"]


def readable_size(n_bytes: float) -> str:
    """Return a number of bytes for people.

    >>> readable_size(918.0 * 1024)
    '918.00 KB'
    """
    for unit in ("B", "KB", "MB", "GB"):
        if n_bytes < 1024 or unit == "GB":
            break
        n_bytes /= 1024
    return f"{n_bytes:.2f} {unit}"


def layer_rows(model: Model, expand_nested: bool = False, prefix: str = "") -> list[tuple[str, ...]]:
    """Return ``(name (class), output shape, parameters, connected to, trainable)`` for each layer."""
    rows: list[tuple[str, ...]] = []
    sources = connections(model)
    for layer in model.layers:
        count = f"{layer.count_params():,}" if layer.built else "0 (unbuilt)"
        state = "-" if layer.built and not layer.weights else "Y" if layer.trainable else "N"
        name = f"{prefix}{layer.name} ({type(layer).__name__})"
        rows.append((name, output_shape(model, layer), count, sources.get(id(layer), "-"), state))
        if expand_nested and hasattr(layer, "layers"):
            rows.extend(layer_rows(layer, True, f"{' ' * len(prefix)}  └ "))
    return rows


def connections(model: Model) -> dict[int, str]:
    """Return for each layer of a graph, by its id, what it is called on: ``layer[call][output]``."""
    found: dict[int, list[str]] = {}
    for placement in sorted(getattr(model, "placements", ()), key=lambda placement: placement.number):
        names = [f"{node.name}[{node.placement.number}][{node.index}]" for node in placement.needs]
        found.setdefault(id(placement.layer), []).extend(names)
    return {layer: ", ".join(names) for layer, names in found.items() if names}


def output_shape(model: Model, layer: Any) -> str:
    """Return the shape of a layer's output, ``?`` where it is not known yet.

    A layer remembers what it was built for. Of a user's `Diffable`, which does not, only the place among the layers of
    a Sequential tells.
    """
    shape = layer.__dict__.get("_input_shape")
    if shape is None and model.input_shape is not None and hasattr(model, "_through"):
        shape = model.input_shape
        for earlier in model.layers[: model.layers.index(layer)]:
            shape = earlier.compute_output_shape(shape)
    if shape is None:
        return "?"
    return str(as_shape(layer.compute_output_shape(shape)))


def print_summary(
    model: Model,
    line_length: int | None = None,
    print_fn: Callable[[str], Any] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
) -> None:
    """Print the layers of a model with the shapes of their outputs and the numbers of their weights.

    For a graph with branches there is a column more, of what each layer is called on.
    """
    from rich.box import HEAVY_HEAD
    from rich.console import Console
    from rich.table import Table

    is_graph = not getattr(model, "is_chain", True)
    width = line_length or (100 if is_graph else 80)
    console = Console(width=width, highlight=False)
    table = Table(box=HEAVY_HEAD, show_lines=False, width=width)
    table.add_column("Layer (type)")
    table.add_column("Output Shape")
    table.add_column("Param #", justify="right")
    if is_graph:
        table.add_column("Connected to")
    if show_trainable:
        table.add_column("Trainable", justify="center")
    for *row, sources, state in layer_rows(model, expand_nested):
        table.add_row(*row, *([sources] if is_graph else []), *([state] if show_trainable else []))
    lines = [f'Model: "{model.name}"', table]
    groups = {"Trainable params": model.trainable_weights, "Non-trainable params": model.non_trainable_weights}
    if model.optimizer is not None and model.optimizer.variables:
        groups["Optimizer params"] = model.optimizer.variables
    everything = [v for variables in groups.values() for v in variables]
    for label, variables in {"Total params": everything, **groups}.items():
        size = readable_size(float(np.sum([v.nbytes for v in variables])))
        lines.append(f" {label}: {sum(v.size for v in variables):,} ({size})")
    if model.compiled:
        lines.append(f" Steps: {model.way_of_steps}")
    with console.capture() as capture:
        for line in lines:
            console.print(line)
    (print_fn or print)(capture.get().rstrip("\n"))
