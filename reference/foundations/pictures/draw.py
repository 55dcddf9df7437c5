"""Draw the pictures of the sheet: ``python pictures/draw.py [FOLDER]``, from the folder above.

They come from the reference, so what they show is right. The student gets the pictures and not this file.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import matplotlib as mpl
import numpy as np
from figures import BLUE, GREEN, GREY, INK, RED, draw_logic, draw_losses, new_figure
from knn import nearest_neighbors
from logic import CASES
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from softmax_losses import loss_curves, two_logits

ARROW = {"arrowstyle": "-|>", "mutation_scale": 11, "shrinkA": 0, "shrinkB": 0, "linewidth": 1.3}


def neighbors() -> Figure:
    """Data, three queries, and lines to the two nearest of each."""
    rng = np.random.default_rng(5)
    data, queries = rng.uniform(0, 10, (26, 2)), np.array([[2.6, 2.0], [5.0, 7.0], [7.4, 3.4]])
    _, indices = nearest_neighbors(data, queries, k=2)
    figure = new_figure(4.6, 3.1)
    axes = figure.subplots()
    axes.scatter(*data.T, s=24, color=BLUE, label="data")
    axes.scatter(*queries.T, s=54, color=RED, marker="D", label="queries", zorder=3)
    for query, nearest in zip(queries, indices):
        for end in data[nearest]:
            axes.plot(*zip(query, end), color=GREY, linewidth=1.2, zorder=1)
    axes.set_aspect("equal")
    axes.set_axis_off()
    figure.legend(frameon=False, fontsize=9, loc="outside right upper")
    return figure


def _canvas(width: float, height: float) -> tuple[Figure, Axes]:
    figure = new_figure(width, height)
    axes = figure.subplots()
    axes.set_xlim(0, width)
    axes.set_ylim(0, height)
    axes.set_aspect("equal")
    axes.set_axis_off()
    return figure, axes


def _box(axes: Axes, x: float, y: float, text: str, width: float = 1.3, height: float = 0.5, color: str = BLUE) -> None:
    shape = FancyBboxPatch(
        (x - width / 2, y - height / 2), width, height, boxstyle="round,pad=0,rounding_size=0.08", fc="white", ec=color
    )
    axes.add_patch(shape)
    axes.text(x, y, text, ha="center", va="center", fontsize=10, color=INK)


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], color: str = INK, text: str = "") -> None:
    axes.add_patch(FancyArrowPatch(start, end, color=color, **ARROW))
    if text:
        axes.text((start[0] + end[0]) / 2, (start[1] + end[1]) / 2 + 0.14, text, ha="center", fontsize=9, color=color)


def neuron() -> Figure:
    """Two neurons that are wired by the names a, b, d and out."""
    figure, axes = _canvas(6.4, 1.75)
    for name, y in (("a", 1.4), ("b", 0.9)):
        axes.text(0.15, y, name, fontsize=11, family="monospace", color=INK, va="center", ha="center")
    _box(axes, 1.9, 1.15, "first neuron", 1.4, 0.8)
    _box(axes, 4.5, 0.7, "second neuron", 1.5, 0.8)
    _arrow(axes, (0.3, 1.4), (1.2, 1.4), text="−1")
    _arrow(axes, (0.3, 0.9), (1.2, 0.9), text="+1")
    _arrow(axes, (2.6, 1.15), (3.75, 0.9))
    axes.text(3.2, 1.15, "d", fontsize=11, family="monospace", color=INK)
    axes.text(3.5, 0.54, "+½", fontsize=9, color=INK)
    axes.text(3.52, 1.06, "+½", fontsize=9, color=INK)
    axes.plot([0.3, 0.75, 0.75], [0.9, 0.9, 0.45], color=INK, linewidth=1.3)
    _arrow(axes, (0.75, 0.45), (3.75, 0.45))
    axes.text(4.5, 0.12, "bias 1", ha="center", fontsize=9, color=GREY)
    _arrow(axes, (5.25, 0.7), (5.8, 0.7))
    axes.text(6.1, 0.7, "out", fontsize=11, family="monospace", color=INK, va="center", ha="center")
    return figure


def paths() -> Figure:
    """From the logits to the loss: z_1 has a path through each probability."""
    figure, axes = _canvas(6.4, 2.0)
    for y, number in ((1.5, 0), (0.5, 1)):
        _box(axes, 0.6, y, f"$z_{number}$", 0.7, color=RED if number else GREY)
        _box(axes, 3.0, y, f"$p_{number}$", 0.7)
        _arrow(axes, (3.35, y), (5.1, 1.0 + 0.15 * (y - 1)), color=RED)
        axes.text(
            4.25,
            y - 0.36 * (y - 1) + 0.14 * np.sign(y - 1),
            rf"$\partial L/\partial p_{number}$",
            fontsize=9,
            color=RED,
        )
    _box(axes, 5.5, 1.0, "$L$", 0.8, color=GREEN)
    _arrow(axes, (0.95, 0.5), (2.65, 0.5), color=RED)
    _arrow(axes, (0.95, 0.6), (2.65, 1.4), color=RED)
    _arrow(axes, (0.95, 1.5), (2.65, 1.5), color=GREY)
    _arrow(axes, (0.95, 1.4), (2.65, 0.6), color=GREY)
    axes.text(1.8, 0.28, r"$\partial p_1/\partial z_1$", fontsize=9, color=RED, ha="center")
    axes.text(2.62, 1.08, r"$\partial p_0/\partial z_1$", fontsize=9, color=RED, ha="center")
    axes.text(1.8, 1.82, "softmax", fontsize=9, color=GREY, ha="center")
    axes.text(4.3, 1.82, "loss", fontsize=9, color=GREY, ha="center")
    return figure


def targets() -> Figure:
    """The 14 cases."""
    cases = [(name, np.array(table)) for name, table in CASES.items()]
    return draw_logic([cases[:7], cases[7:]])


def losses() -> Figure:
    """The four losses for a target of 0.75."""
    return draw_losses(two_logits()[:, 1], 0.75, losses=loss_curves(0.75), shown=("KL", "SE", "CE", "L1"))


PICTURES = {"neighbors": neighbors, "neuron": neuron, "logic": targets, "paths": paths, "losses": losses}


def main(folder: Path) -> None:
    """Write every picture into ``folder`` as SVG, the same bytes each time."""
    with mpl.rc_context({"svg.hashsalt": "beras", "svg.fonttype": "path"}):
        for name, draw in PICTURES.items():
            draw().savefig(folder / f"{name}.svg", metadata={"Date": None, "Creator": None})


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
