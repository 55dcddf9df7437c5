"""The drawing of two trainings that part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from beras.viz.style import BLUE, GREEN, GREY, INK, ORANGE, new_figure, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from beras.oracle.training.result import BothTrainings

__all__ = ["draw"]


def draw(both: BothTrainings) -> Figure:
    """Draw the losses of both over the steps, and beside them how far losses and weights are apart."""
    figure = new_figure(9.6, 3.5)
    losses, apart = figure.subplots(1, 2)
    for axes, title in ((losses, "Loss of each batch"), (apart, f"Apart, in {both.settings['dtype']}")):
        tidy(axes, grid=True)
        axes.set_title(title, loc="left", color=INK, fontsize=12)
        axes.set_xlabel("step", color=GREY, fontsize=10)
    steps = np.arange(1, len(both.beras_losses) + 1)
    losses.plot(steps, both.beras_losses, color=ORANGE, linewidth=2.4, label="beras")
    losses.plot(steps, both.torch_losses, color=INK, linewidth=1, linestyle=(0, (4, 3)), label="torch")
    _draw_parting(apart, both, steps)
    for axes in (losses, apart):
        axes.legend(frameon=False, fontsize=9, labelcolor=INK)
    return figure


def _draw_parting(axes: Axes, both: BothTrainings, steps: np.ndarray) -> None:
    marker: dict[str, Any] = {"marker": "o", "markersize": 2.5} if len(both.steps) <= 40 else {}
    axes.set_yscale("log")
    points: dict[str, Any] = {"linestyle": "none", "marker": ".", "markersize": 3}
    axes.plot(steps, _above_zero(both.loss_differences), color=BLUE, label="losses", **points)
    relative = _above_zero(both.relative_weight_differences)
    axes.plot(both.steps, relative, color=GREEN, linewidth=2, label="weights, relative to their length", **marker)
    rounding = float(np.finfo(both.settings["dtype"]).eps)
    axes.axhline(rounding, color=GREY, linewidth=1, linestyle=(0, (2, 2)), label=f"rounding, {rounding:.1e}")


def _above_zero(values: np.ndarray) -> np.ndarray:
    """Return ``values`` with NaN, which is not drawn, where they have no logarithm."""
    return np.where((values > 0) & np.isfinite(values), values, np.nan)
