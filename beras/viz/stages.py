"""What is drawn of a model: its stages from left to right."""

from __future__ import annotations

from functools import partial
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

import numpy as np

from beras.layers import InputLayer
from beras.layers.normalization_layer import NormalizationLayer
from beras.viz.captions import Shape, kept_lines, map_lines, reach, size, step_line, unit_lines
from beras.viz.style import BLUE, GREEN, GREY, ORANGE

__all__ = ["Stage", "count", "stages_of"]

#: Of a model with more stages the middle is left out.
_MOST = 12


class Stage(NamedTuple):
    """What is drawn at one place.

    ``kind`` is a ``"column"`` of units, a ``"stack"`` of feature maps, a ``"picture"`` (an input without feature maps
    after it), a ``"step"`` (no units: a box) or ``"dots"`` (for stages left out). ``shape`` is without the batch, and
    for a stack ``(height, width, channels)``. ``joined`` says whether the units see all units of the column before,
    ``window`` how many rows and columns of the stack before a pixel sees.
    """

    kind: str
    shape: Shape
    lines: tuple[str, ...]
    colour: str
    joined: bool = False
    window: tuple[int, int] | None = None


def stages_of(model: Any) -> list[Stage]:
    """Return the stages of a built model whose layers are a chain.

    A layer that gives images (or other arrays of two axes or more) is a stack, and another with weights a column. A
    layer that keeps the shape of a stack is written below it; what is left are steps.
    """
    layers = [layer for layer in model.layers if not isinstance(layer, InputLayer)]
    shapes: list[Shape] = list(accumulate(layers, _shape_after, initial=tuple(model.input_shape[1:])))
    calls = list(zip(layers, pairwise(shapes), strict=True))
    kinds = [_kind(layer, *ends) for layer, ends in calls]
    maps = partial(_maps, channels_first=any(getattr(layer, "data_format", "") == "channels_first" for layer in layers))
    output = next((layer for layer in reversed(layers) if _has_units(layer)), None)

    first = "column" if len(shapes[0]) < 2 else "stack" if "stack" in kinds else "picture"
    stages = [Stage(first, maps(shapes[0]), ("input", size(shapes[0])), GREY)]
    for kind, (layer, (before, after)) in zip(kinds, calls, strict=True):
        colour = GREEN if layer is output else BLUE if _has_units(layer) else ORANGE
        if kind == "stack":
            window = reach(layer) if len(before) > 1 else None
            stages.append(Stage(kind, maps(after), map_lines(layer, after), colour, window=window))
        elif kind == "column":
            stages += _values(stages, before)
            stages.append(Stage(kind, after, unit_lines(layer, after), colour, joined=len(before) < 2))
        elif kind == "kept" and stages[-1].kind == "stack":
            lines = stages[-1].lines + kept_lines(layer, before, after)
            stages[-1] = stages[-1]._replace(shape=maps(after), lines=lines)
        else:
            stages.append(Stage("step", after, (step_line(layer),), ORANGE))
    return _shortened(stages + _values(stages, shapes[-1]))


def count(shape: Shape) -> int:
    """Return how many values an array of ``shape`` has; a length that is not known counts as 1."""
    return int(np.prod([1 if n is None else n for n in shape]))


def _shape_after(shape: Shape, layer: Any) -> Shape:
    return tuple(layer.compute_output_shape((None, *shape))[1:])


def _kind(layer: Any, before: Shape, after: Shape) -> str:
    images, has_units = len(after) > 1, _has_units(layer)
    # An axis of length 1 more or less makes no other image.
    same = images == (len(before) > 1) and [n for n in before if n != 1] == [n for n in after if n != 1]
    if same and not has_units and reach(layer) is None:
        return "kept"
    return "stack" if images else "column" if has_units else "step"


def _has_units(layer: Any) -> bool:
    return layer.count_params() > 0 and not isinstance(layer, NormalizationLayer)


def _values(stages: list[Stage], shape: Shape) -> list[Stage]:
    """Return a column for values of a flat ``shape``, where no column stands for them yet."""
    latest = next(stage for stage in reversed(stages) if stage.kind != "step")
    if latest.kind == "column" or len(shape) > 1:
        return []
    return [Stage("column", shape, (f"{count(shape):,} values",), GREY)]


def _shortened(stages: list[Stage]) -> list[Stage]:
    """Return the stages without those in the middle, where there are too many."""
    places = [index for index, stage in enumerate(stages) if stage.kind != "step"]
    if len(places) <= _MOST:
        return stages
    half = _MOST // 2
    left_out = places[half : 1 - half]
    start, stop = left_out[0], places[1 - half]
    dots = Stage("dots", (), (f"{len(left_out)} stages", "not drawn"), GREY)
    return [*stages[:start], dots, stages[stop]._replace(joined=False, window=None), *stages[stop + 1 :]]


def _maps(shape: Shape, channels_first: bool) -> Shape:
    """Return ``(height, width, channels)`` for the shape of images; a flat shape as it is."""
    if len(shape) < 2:
        return shape
    if channels_first and len(shape) == 3:
        shape = (*shape[1:], shape[0])
    return (*shape[:2], count(shape[2:]))
