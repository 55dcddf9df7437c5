"""The curves of a training: loss and metrics by epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from beras.viz.style import BLUE, GREEN, GREY, INK, ORANGE, new_figure, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plot_history"]

_TITLES = {"loss": "Loss", "accuracy": "Accuracy"}


def plot_history(history: Any, test: Mapping[str, float] | None = None) -> Figure:
    """Draw the loss and each metric by epoch, training and validation in one panel.

    Args:
        history: a History, or its ``history``: a dict of lists, ``{"loss": [...], "val_loss": [...], ...}``.
        test: the values on the test set after the last epoch, ``{"loss": 0.07, "accuracy": 0.98}``; each is a point.

    Raises:
        ValueError: for a history without an epoch.
    """
    values: Mapping[str, Sequence[float]] = getattr(history, "history", history)
    names = sorted((name for name in values if not name.startswith("val_")), key=lambda name: (name != "loss", name))
    if not names or not len(values[names[0]]):
        raise ValueError(f"The history must hold at least one epoch. Received: {dict(values)!r}.")
    figure = new_figure(4.4 * len(names), 3.3)
    for axes, name in zip(figure.subplots(1, len(names), squeeze=False)[0], names, strict=True):
        _panel(axes, name, values, (test or {}).get(name))
    return figure


def _panel(axes: Axes, name: str, values: Mapping[str, Sequence[float]], test: float | None) -> None:
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    tidy(axes, grid=True)
    share = "accuracy" in name
    curves = [("training", ORANGE, values[name]), ("validation", BLUE, values.get(f"val_{name}", []))]
    ends = []
    for label, colour, curve in curves:
        if len(curve):
            epochs = np.arange(1, len(curve) + 1)
            few = len(curve) <= 20
            axes.plot(epochs, curve, color=colour, linewidth=2, marker="o" if few else None, markersize=3.5)
            ends.append((label, colour, float(epochs[-1]), float(curve[-1])))
    if test is not None:
        last = float(len(values[name]))
        axes.plot([last], [test], marker="D", markersize=6, color=GREEN, markeredgecolor="white", linestyle="none")
        ends.append(("test", GREEN, last, float(test)))
    axes.set_title(_TITLES.get(name, name.replace("_", " ").capitalize()), loc="left", color=INK, fontsize=12)
    axes.set_xlabel("epoch", color=GREY, fontsize=10)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=10, min_n_ticks=1))
    if share:
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
    elif np.nanmin(values[name]) >= 0:
        axes.set_ylim(bottom=0)
    if len(values[name]) == 1:
        axes.set_xlim(0.5, 1.5)
    _label_ends(axes, ends, share)


def _label_ends(axes: Axes, ends: list[tuple[str, str, float, float]], share: bool) -> None:
    """Write each curve's name and last value at its end, moved apart where they would overlap."""
    low, high = axes.get_ylim()
    gap, lowest = (high - low) * 0.075, -np.inf
    for label, colour, epoch, value in sorted(ends, key=lambda end: end[3]):
        if not np.isfinite(value):
            continue
        lowest = place = max(value, lowest + gap)
        shown = f"{value:.2%}".replace("%", " %") if share else f"{value:.4f}"
        axes.annotate(
            f"{label} {shown}",
            (epoch, place),
            xytext=(9, 0),
            textcoords="offset points",
            va="center",
            color=colour,
            fontsize=9,
            annotation_clip=False,
        )
