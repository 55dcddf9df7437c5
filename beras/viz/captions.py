"""What is written of a layer in a drawing of its model: name, sizes, activation, parameters."""

from __future__ import annotations

from typing import Any

from beras.layers import Rescaling

__all__ = ["Shape", "kept_lines", "map_lines", "reach", "size", "step_line", "unit_lines"]

Shape = tuple[int | None, ...]

#: The attributes that hold the one value that a layer without units is about.
_VALUES = ("rate", "stddev", "activation")
#: What is written of a layer with windows where it is not as usual: attribute and word.
_DETAILS = {"strides": "stride", "dilation_rate": "dilation", "groups": "groups"}


def size(shape: Shape) -> str:
    """Return a shape as it is written.

    >>> size((26, 26, 32))
    '26 x 26 x 32'
    """
    return " x ".join(map(str, shape)) or "1"


def map_lines(layer: Any, shape: Shape) -> tuple[str, ...]:
    """Return the caption of a layer that gives images: window, size, what is unusual, activation, parameters.

    >>> from beras.layers import Conv2D
    >>> map_lines(Conv2D(8, 3, strides=2, activation="relu"), (13, 13, 8))
    ('Conv2D 3x3', '13 x 13 x 8', 'stride 2, relu')
    """
    window, title = _window(layer), type(layer).__name__
    usual = {"strides": _pair(layer, "pool_size")}
    details = [
        f"{word} {_short(*pair)}"
        for attribute, word in _DETAILS.items()
        if window and (pair := _pair(layer, attribute)) and pair != (usual.get(attribute) or (1, 1))
    ]
    title += f" {window[0]}x{window[1]}" if window else ""
    written = ", ".join(detail for detail in (*details, _activation(layer)) if detail not in ("", "linear"))
    return tuple(line for line in (title, size(shape), written, _parameters(layer)) if line)


def unit_lines(layer: Any, shape: Shape) -> tuple[str, ...]:
    """Return the caption of a layer of units: how many, activation, parameters."""
    lines = (f"{type(layer).__name__} {shape[-1]}", _activation(layer), _parameters(layer))
    return tuple(line for line in lines if line)


def kept_lines(layer: Any, before: Shape, after: Shape) -> tuple[str, ...]:
    """Return what a layer that keeps the shape of images, but for axes of length 1, adds to their caption."""
    described = _described(layer) if after == before else f"{_described(layer)} {size(after)}"
    return tuple(line for line in (described, _parameters(layer)) if line)


def step_line(layer: Any) -> str:
    """Return what is written into the box of a layer."""
    return ", ".join(part for part in (_described(layer), _parameters(layer)) if part)


def reach(layer: Any) -> tuple[int, int] | None:
    """Return over how many rows and columns a layer's window reaches, with dilation; ``None`` where it has none.

    >>> from beras.layers import Conv2D
    >>> reach(Conv2D(8, (3, 5), dilation_rate=2))
    (5, 9)
    """
    window, dilation = _window(layer), _pair(layer, "dilation_rate") or (1, 1)
    return window and (1 + (window[0] - 1) * dilation[0], 1 + (window[1] - 1) * dilation[1])


def _window(layer: Any) -> tuple[int, int] | None:
    return _pair(layer, "kernel_size") or _pair(layer, "pool_size")


def _pair(layer: Any, attribute: str) -> tuple[int, int] | None:
    """Return the two integers of an attribute, of which one stands for both; ``None`` where it holds something else."""
    match getattr(layer, attribute, None):
        case int(n):
            return n, n
        case (int(rows), int(columns)):
            return rows, columns
    return None


def _short(rows: int, columns: int) -> str:
    return str(rows) if rows == columns else f"{rows}x{columns}"


def _parameters(layer: Any) -> str:
    parameters = layer.count_params()
    return f"{parameters:,} parameters" if parameters else ""


def _activation(layer: Any) -> str:
    """Return the name of a layer's activation, also of one with arguments; empty where there is none."""
    activation = getattr(layer, "activation", None)
    activation = getattr(activation, "func", activation)
    return "" if activation is None else getattr(activation, "__name__", type(activation).__name__)


def _described(layer: Any) -> str:
    """Return a layer's name with the one value that it is about."""
    kind = type(layer).__name__
    if isinstance(layer, Rescaling):
        return f"{kind} 1/{1 / layer.scale:g}" if 0 < layer.scale < 1 else f"{kind} {layer.scale:g}"
    for attribute in _VALUES:
        if hasattr(layer, attribute):
            return f"{kind} {_activation(layer) if attribute == 'activation' else getattr(layer, attribute)}"
    return kind
