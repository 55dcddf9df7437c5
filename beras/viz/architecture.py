"""A drawing of a model: its layers from left to right, as columns of units."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from beras.layers import InputLayer
from beras.viz.style import BLUE, GREEN, GREY, INK, ORANGE, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_model"]

_SHOWN = 12
_HEIGHT = 5.4
_INCH = 0.56
# How far apart two neighbours stand: (kind of the left one, kind of the right one), in units of _INCH inches.
_GAPS = {
    ("picture", "step"): 2.1,
    ("picture", "column"): 2.6,
    ("step", "step"): 1.1,
    ("step", "column"): 1.5,
    ("column", "step"): 1.5,
    ("column", "column"): 3.2,
}


class _Item(NamedTuple):
    """What is drawn: a ``"picture"`` (the input), a ``"step"`` (no weights: a box) or a ``"column"`` of units."""

    kind: str
    units: int
    lines: tuple[str, ...]
    colour: str
    joined: bool = False


def draw_model(model: Any) -> Figure:
    """Draw the layers of a built model from left to right, with their sizes and numbers of parameters.

    A layer with weights is a column of units, of which at most twelve are drawn, joined to all units before it. A layer
    that only transforms (Flatten, Dropout, Activation) is a box with its name.

    Raises:
        ValueError: for a model that is not built, has no layers, or has branches.

    The Keras equivalent is ``keras.utils.plot_model``.
    """
    if model.input_shape is None or not model.layers:
        raise ValueError("Only a built model with layers can be drawn. Build it first: model.build((None, n_in)).")
    if not getattr(model, "is_chain", True):
        raise ValueError(
            f"draw_model draws layers in a row, and {model.name!r} has branches. beras.utils.plot_model(model, "
            f"'model.png') draws them."
        )
    items = _items(model)
    places = [0.0]
    for left, right in pairwise(items):
        places.append(places[-1] + _GAPS[left.kind, right.kind])
    margin = 1.5 if items[0].kind == "picture" else 1.1
    bottom, top = -_HEIGHT / 2 - 1.6, _HEIGHT / 2 + 0.4
    figure = new_figure(_INCH * (places[-1] + margin + 1.2), _INCH * (top - bottom) + 0.4)
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set_xlim(-margin, places[-1] + 1.2)
    axes.set_ylim(bottom, top)
    axes.set_aspect("equal")
    before: tuple[float, np.ndarray] | None = None
    for index, (place, item) in enumerate(zip(places, items, strict=True)):
        if item.kind == "column":
            heights = _heights(item.units)
            if before is not None and item.joined:
                _join(axes, before, (place, heights))
            _draw_units(axes, place, heights, item)
            before = place, heights
        elif item.kind == "picture":
            _draw_picture(axes, place, item)
        else:
            _draw_step(axes, place, item)
        if before is None and index + 1 < len(items):
            _draw_arrow(axes, place + (1.25 if item.kind == "picture" else 0.42), places[index + 1] - 0.42)
    axes.set_title(f"{model.name}: {model.count_params():,} parameters", loc="left", color=INK, fontsize=12)
    return figure


def _items(model: Any) -> list[_Item]:
    """Return what is drawn, from left to right."""
    shape = tuple(model.input_shape[1:])
    flat = len(shape) == 1
    size = "x".join(map(str, shape))
    items = [_Item("column" if flat else "picture", _count(shape), ("input", size), GREY)]
    layers = [layer for layer in model.layers if not isinstance(layer, InputLayer)]
    for index, layer in enumerate(layers):
        count = layer.count_params()
        before, shape = shape, tuple(layer.compute_output_shape((None, *shape))[1:])
        if not count:
            items.append(_Item("step", 0, (_described(layer),), ORANGE))
            continue
        if not any(item.kind == "column" for item in items):
            items.append(_Item("column", _count(before), (f"{_count(before):,} values",), GREY))
        last = not any(other.count_params() for other in layers[index + 1 :])
        activation = getattr(getattr(layer, "activation", None), "__name__", "linear")
        lines = (f"{type(layer).__name__} {shape[-1]}", activation, f"{count:,} parameters")
        items.append(_Item("column", _count(shape), lines, GREEN if last else BLUE, joined=True))
    return items


def _count(shape: tuple[int | None, ...]) -> int:
    return int(np.prod([1 if n is None else n for n in shape]))


def _described(layer: Any) -> str:
    """Return a transforming layer's name with the one value that it is about."""
    kind = type(layer).__name__
    if getattr(layer, "scale", None):
        return f"{kind} 1/{1 / layer.scale:g}" if layer.scale < 1 else f"{kind} {layer.scale:g}"
    for attribute in ("rate", "activation"):
        if hasattr(layer, attribute):
            value = getattr(layer, attribute)
            return f"{kind} {getattr(value, '__name__', value)}"
    return kind


def _heights(units: int) -> np.ndarray:
    """Return the vertical places of the units that are drawn, with a gap in the middle where some are left out."""
    if units <= _SHOWN:
        return (np.arange(units) - (units - 1) / 2)[::-1] * min(0.62, _HEIGHT / units)
    half = _SHOWN // 2
    upper = _HEIGHT / 2 - np.arange(half) * (_HEIGHT / (_SHOWN + 1.5))
    return np.concatenate([upper, -upper[::-1]])


def _draw_units(axes: Axes, place: float, heights: np.ndarray, item: _Item) -> None:
    axes.scatter(
        np.full(len(heights), place), heights, s=62, color="white", edgecolors=item.colour, linewidths=1.6, zorder=3
    )
    if item.units > _SHOWN:
        axes.scatter([place] * 3, [-0.22, 0.0, 0.22], s=5, color=item.colour, zorder=3)
    _caption(axes, place, item)


def _draw_picture(axes: Axes, place: float, item: _Item) -> None:
    from matplotlib.patches import Rectangle

    side, cells = 2.1, 7
    cell = side / cells
    for row, column in np.ndindex(cells, cells):
        corner = (place - side / 2 + column * cell, -side / 2 + row * cell)
        axes.add_patch(Rectangle(corner, cell, cell, facecolor="#f6f8fa", edgecolor="#afb8c1", linewidth=0.7))
    axes.add_patch(Rectangle((place - side / 2, -side / 2), side, side, fill=False, edgecolor=GREY, linewidth=1.6))
    _caption(axes, place, item)


def _caption(axes: Axes, place: float, item: _Item) -> None:
    title, *rest = item.lines
    top = -_HEIGHT / 2 - 0.45
    axes.text(place, top, title, ha="center", va="top", fontsize=9.5, color=item.colour, weight="bold")
    axes.text(place, top - 0.42, "\n".join(rest), ha="center", va="top", fontsize=8.5, color=INK, linespacing=1.3)


def _draw_step(axes: Axes, place: float, item: _Item) -> None:
    box = {"boxstyle": "round,pad=0.45", "facecolor": "#fff4ec", "edgecolor": item.colour, "linewidth": 1.0}
    where: dict[str, Any] = {"rotation": 90, "ha": "center", "va": "center"}
    axes.text(place, 0, item.lines[0], fontsize=9, color=item.colour, zorder=4, bbox=box, **where)


def _draw_arrow(axes: Axes, start: float, stop: float) -> None:
    style = {"arrowstyle": "-|>", "color": GREY, "linewidth": 1.1, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", (stop, 0.0), xytext=(start, 0.0), arrowprops=style)


def _join(axes: Axes, before: tuple[float, np.ndarray], after: tuple[float, np.ndarray]) -> None:
    from matplotlib.collections import LineCollection

    lines = [[(before[0], a), (after[0], b)] for a in before[1] for b in after[1]]
    axes.add_collection(LineCollection(lines, colors="#8c959f", linewidths=0.35, alpha=0.55, zorder=1))
