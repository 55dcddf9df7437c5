"""A drawing of a model: its layers from left to right, as columns of units and stacks of feature maps."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from beras.viz.stacks import Sheets, draw_sheets, draw_window, largest_side, sheets_of
from beras.viz.stages import Stage, count, stages_of
from beras.viz.style import GREY, INK, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_model"]

_SHOWN = 12
_HEIGHT = 5.4
_INCH = 0.56
_PICTURE = 2.1
#: The space that a stage takes, unless it is a stack, in units of _INCH inches.
_BODIES = {
    "column": Sheets(_HEIGHT, 0.44, 1),
    "dots": Sheets(0.0, 0.8, 1),
    "picture": Sheets(_PICTURE, _PICTURE, 1),
    "step": Sheets(_HEIGHT, 0.44, 1),
}
#: The space between two neighbours, by their kinds, and between all others; and between two captions.
_SPACES = {("column", "column"): 2.76, ("stack", "stack"): 0.6, ("step", "step"): 0.66}
_SPACE = 1.0
_CAPTION_SPACE = 0.45
_HEADING: dict[str, Any] = {"fontsize": 12.0, "weight": "normal"}
_TITLE: dict[str, Any] = {"fontsize": 9.5, "weight": "bold"}
_TEXT: dict[str, Any] = {"fontsize": 8.5, "weight": "normal"}


class _Placed(NamedTuple):
    """A stage with the place of its middle, the space that it takes, and half of the width of its caption."""

    place: float
    stage: Stage
    body: Sheets
    caption: float

    @property
    def reach(self) -> float:
        """How far it reaches to either side."""
        return max(self.body.half, self.caption)


def draw_model(model: Any) -> Figure:
    """Draw the layers of a built model from left to right, with their sizes and numbers of parameters.

    A layer that gives images is a stack of sheets, ``height x width x channels``: the sheets shrink as the images do,
    and there are more of them for more channels. Lines lead from what one pixel sees to that pixel. What keeps the
    images' shape (Dropout, BatchNormalization) is written below them. Another layer with weights is a column of units,
    of which at most twelve are drawn, joined to all units before it; what only transforms (Flatten, Dropout,
    Activation) is a box with its name. Of a model with more than twelve stacks and columns the middle is left out.

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
    stages = stages_of(model)
    # The figure comes first: without matplotlib it says so.
    figure = new_figure(1.0, 1.0)
    row = _placed(stages)
    heading = f"{model.name}: {model.count_params():,} parameters"
    left = min(item.place - item.reach for item in row) - 0.2
    right = max(left + _width(heading, _HEADING), *(item.place + item.reach for item in row)) + 0.2
    top = max(item.body.tall for item in row) / 2
    bottom = -top - 0.75 - 0.27 * max(len(stage.lines) for stage in stages)
    figure.set_size_inches(_INCH * (right - left), _INCH * (top + 0.4 - bottom) + 0.4)
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top + 0.4)
    axes.set_aspect("equal")
    for item in row:
        _DRAWINGS[item.stage.kind](axes, item)
        if item.stage.kind != "step":
            _draw_caption(axes, item.place, -top - 0.45, item.stage)
    _connect(axes, row)
    axes.set_title(heading, loc="left", color=INK, **_HEADING)
    return figure


def _placed(stages: list[Stage]) -> list[_Placed]:
    """Return the stages from left to right, so far apart that neither they nor their captions meet."""
    largest = largest_side(stages)
    row: list[_Placed] = []
    free = -np.inf
    for stage in stages:
        body = _BODIES.get(stage.kind) or sheets_of(stage, largest)
        place, caption = 0.0, _caption_half(stage)
        if row:
            space = _SPACES.get((row[-1].stage.kind, stage.kind), _SPACE)
            place = row[-1].place + row[-1].body.half + space + body.half
        if caption:
            place = float(max(place, free + caption))
            free = place + caption + _CAPTION_SPACE
        row.append(_Placed(place, stage, body, caption))
    return row


def _caption_half(stage: Stage) -> float:
    """Return half of the width of what is written below a stage; below a step there is nothing."""
    if stage.kind == "step":
        return 0.0
    title, *rest = stage.lines
    return max(_width(title, _TITLE), *(_width(line, _TEXT) for line in rest), 0.0) / 2


def _width(line: str, look: dict[str, Any]) -> float:
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    path = TextPath((0.0, 0.0), line, size=look["fontsize"], prop=FontProperties(weight=look["weight"]))
    return float(path.get_extents().width) / 72 / _INCH


def _heights(units: int) -> np.ndarray:
    """Return the vertical places of the units that are drawn, with a gap in the middle where some are left out."""
    if units <= _SHOWN:
        return (np.arange(units) - (units - 1) / 2)[::-1] * min(0.62, _HEIGHT / units)
    half = _SHOWN // 2
    upper = _HEIGHT / 2 - np.arange(half) * (_HEIGHT / (_SHOWN + 1.5))
    return np.concatenate([upper, -upper[::-1]])


def _draw_column(axes: Axes, item: _Placed) -> None:
    place, stage = item.place, item.stage
    units = count(stage.shape)
    heights = _heights(units)
    axes.scatter(
        np.full(len(heights), place), heights, s=62, color="white", edgecolors=stage.colour, linewidths=1.6, zorder=3
    )
    if units > _SHOWN:
        axes.scatter([place] * 3, [-0.22, 0.0, 0.22], s=5, color=stage.colour, zorder=3)


def _draw_picture(axes: Axes, item: _Placed) -> None:
    from matplotlib.patches import Rectangle

    place, side, cells = item.place, _PICTURE, 7
    cell = side / cells
    for row, column in np.ndindex(cells, cells):
        corner = (place - side / 2 + column * cell, -side / 2 + row * cell)
        axes.add_patch(Rectangle(corner, cell, cell, facecolor="#f6f8fa", edgecolor="#afb8c1", linewidth=0.7))
    axes.add_patch(Rectangle((place - side / 2, -side / 2), side, side, fill=False, edgecolor=GREY, linewidth=1.6))


def _draw_stack(axes: Axes, item: _Placed) -> None:
    draw_sheets(axes, item.place, item.body, item.stage.colour)


def _draw_step(axes: Axes, item: _Placed) -> None:
    box = {"boxstyle": "round,pad=0.45", "facecolor": "#fff4ec", "edgecolor": item.stage.colour, "linewidth": 1.0}
    where: dict[str, Any] = {"rotation": 90, "ha": "center", "va": "center"}
    axes.text(item.place, 0, item.stage.lines[0], fontsize=9, color=item.stage.colour, zorder=4, bbox=box, **where)


def _draw_dots(axes: Axes, item: _Placed) -> None:
    axes.scatter(item.place + np.array([-0.3, 0.0, 0.3]), np.zeros(3), s=14, color=item.stage.colour, zorder=3)


_DRAWINGS = {
    "column": _draw_column,
    "dots": _draw_dots,
    "picture": _draw_picture,
    "stack": _draw_stack,
    "step": _draw_step,
}


def _draw_caption(axes: Axes, place: float, top: float, stage: Stage) -> None:
    title, *rest = stage.lines
    axes.text(place, top, title, ha="center", va="top", color=stage.colour, **_TITLE)
    axes.text(place, top - 0.42, "\n".join(rest), ha="center", va="top", color=INK, linespacing=1.3, **_TEXT)


def _connect(axes: Axes, row: list[_Placed]) -> None:
    """Join columns unit by unit, and stacks by a window; between all others draw arrows."""
    stages = [item for item in row if item.stage.kind != "step"]
    joined = [(before, after) for before, after in pairwise(stages) if after.stage.joined]
    for before, after in joined:
        _join(axes, before, after)
    for before, after in pairwise(row):
        if after.stage.window is not None:
            draw_window(axes, (before.place, before.stage, before.body), (after.place, after.stage, after.body))
        elif not any(start.place <= before.place < stop.place for start, stop in joined):
            _draw_arrow(axes, before.place + before.body.half + 0.2, after.place - after.body.half - 0.2)


def _draw_arrow(axes: Axes, start: float, stop: float) -> None:
    style = {"arrowstyle": "-|>", "color": GREY, "linewidth": 1.1, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", (stop, 0.0), xytext=(start, 0.0), arrowprops=style)


def _join(axes: Axes, before: _Placed, after: _Placed) -> None:
    from matplotlib.collections import LineCollection

    ends = [(item.place, _heights(count(item.stage.shape))) for item in (before, after)]
    lines = [[(ends[0][0], a), (ends[1][0], b)] for a in ends[0][1] for b in ends[1][1]]
    axes.add_collection(LineCollection(lines, colors="#8c959f", linewidths=0.35, alpha=0.55, zorder=1))
