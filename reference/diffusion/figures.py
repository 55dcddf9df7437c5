"""Given: the drawing. matplotlib is imported only when something is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import numpy as np

__all__ = ["draw_levels", "draw_pictures", "draw_trade_off", "new_figure"]

# Okabe and Ito's palette, which people with any kind of colour blindness can tell apart.
BLUE, RED, GREEN = "#0072B2", "#D55E00", "#009E73"
INK, GREY = "#24292f", "#6e7781"


def new_figure(width: float, height: float) -> Any:
    """Return an empty figure of ``width`` by ``height`` inches, which a notebook shows when a cell ends with it.

    Raises:
        ImportError: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError(f'Figures need matplotlib ({error}). Install it: pip install "beras[viz]"') from error

    class ShownByNotebooks(Figure):
        def _repr_png_(self) -> bytes:
            file = BytesIO()
            self.savefig(file, format="png")
            return file.getvalue()

    return ShownByNotebooks(figsize=(width, height), dpi=110, layout="constrained", facecolor="white")


def draw_pictures(pictures: Mapping[Any, np.ndarray], columns: int = 6) -> Any:
    """Draw pictures, uint8 ``(y, x, 3)`` each, in rows, under their names or numbers."""
    rows = max(1, -(-len(pictures) // columns))
    figure = new_figure(1.5 * min(columns, max(1, len(pictures))), 1.7 * rows)
    grid = figure.subplots(rows, min(columns, max(1, len(pictures))), squeeze=False).ravel()
    for axes in grid:
        axes.set_axis_off()
    for axes, (name, picture) in zip(grid, pictures.items()):
        axes.imshow(picture, interpolation="nearest")
        axes.set_title(str(name), fontsize=9, color=INK)
    return figure


def draw_levels(levels: np.ndarray, visited: Sequence[int] = ()) -> Any:
    """Draw the share of the signal at each timestep, with a dot where a scheduler stops."""
    figure = new_figure(5, 3)
    axes = figure.subplots()
    axes.plot(levels, color=BLUE, linewidth=1.8)
    places = list(map(int, visited))
    axes.plot(places, np.asarray(levels)[places], "o", color=RED, markersize=4)
    _dress(axes, "timestep", "share of the signal")
    return figure


def draw_trade_off(curve: Any, labels: np.ndarray, chosen: Mapping[str, float] | None = None) -> Any:
    """Draw precision and recall over the threshold, and precision over recall.

    Args:
        curve: thresholds, precision and recall.
        labels: their mean is the precision of a checker that guesses, drawn as a thin line.
        chosen: thresholds to mark, by name.
    """
    figure = new_figure(9.5, 3.4)
    moved, against = figure.subplots(1, 2)
    moved.step(curve.thresholds, curve.precision, color=BLUE, where="pre", label="precision")
    moved.step(curve.thresholds, curve.recall, color=RED, where="pre", linestyle="dashed", label="recall")
    against.step(curve.recall, curve.precision, color=GREEN, where="post")
    against.axhline(float(np.mean(labels)), color=GREY, linewidth=0.7)
    for name, threshold in (chosen or {}).items():
        place = int(np.argmin(np.abs(curve.thresholds - threshold)))
        moved.axvline(threshold, color=GREY, linewidth=0.7)
        against.plot(curve.recall[place], curve.precision[place], "o", color=INK, markersize=5)
        where = {"textcoords": "offset points", "xytext": (5, 5), "fontsize": 8}
        against.annotate(name, (curve.recall[place], curve.precision[place]), **where)
    moved.legend(frameon=False, fontsize=9)
    _dress(moved, "threshold", "")
    _dress(against, "recall", "precision")
    for axes in (moved, against):
        axes.set_ylim(0, 1.05)
    return figure


def _dress(axes: Any, xlabel: str, ylabel: str) -> None:
    axes.set_xlabel(xlabel, color=GREY)
    axes.set_ylabel(ylabel, color=GREY)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(GREY)
    axes.tick_params(colors=INK, labelsize=9, color=GREY)
