"""A Report as a picture: for each gradient a heat map of where it is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import beras.oracle.bands as bands
from beras.viz.style import INK, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from beras.oracle.report import Report, Row

__all__ = ["draw"]

#: From white, where the two agree, over the bands of CS231n to the colour of what is wrong.
_FLOOR, _CEILING = 1e-9, 1.0
_PANELS_IN_A_ROW = 3


def draw(report: Report) -> Figure:
    """Draw the relative difference of each gradient, entry by entry, on a logarithmic scale.

    Second derivatives are drawn where they are wrong. Gradients with more than two axes are laid out as rows of their
    last axis. What cannot be compared, because it is missing or has another shape, is an empty panel that says so.

    Raises:
        ValueError: for a report without a gradient that torch has been asked for.
    """
    rows = [row for row in report.every_row() if row.order > 0 and row.right is not None]
    rows = [row for row in rows if row.order == 1 or not row.ok]
    if not rows:
        raise ValueError("The report has no gradient that torch was asked for, so there is nothing to draw.")
    lines = -(-len(rows) // _PANELS_IN_A_ROW)
    columns = min(len(rows), _PANELS_IN_A_ROW)
    figure = new_figure(3.6 * columns + 0.8, 2.9 * lines)
    panels = figure.subplots(lines, columns, squeeze=False).ravel()
    image = None
    for axes, row in zip(panels, rows, strict=False):
        image = _panel(axes, row) or image
    for axes in panels[len(rows) :]:
        axes.set_visible(False)
    if image is not None:
        bar = figure.colorbar(image, ax=list(panels), shrink=0.8, aspect=40, extend="min")
        bar.set_ticks([1e-7, 1e-4, 1e-2, 1.0], labels=["1e-7 happy", "1e-4", "1e-2 wrong", "1"])
        bar.set_label("relative difference", color=INK)
    figure.suptitle(f"{report.title}: {'everything agrees' if report.ok else 'where it is wrong'}", color=INK)
    return figure


def _panel(axes: Axes, row: Row) -> Any:
    from matplotlib.colors import LogNorm
    from matplotlib.ticker import MaxNLocator

    axes.set_title(f"{row.label} {row.shape}", fontsize=10, color=INK)
    if row.lacking or row.right is None or not row.right.size:
        axes.set_axis_off()
        axes.text(0.5, 0.5, row.lacking or "no entries", ha="center", va="center", color=INK, transform=axes.transAxes)
        return None
    difference = bands.relative_difference(row.ours, row.right, bands.rounding_allowance(row.right, row.noise))
    grid = difference.reshape(-1, difference.shape[-1]) if difference.ndim else difference.reshape(1, 1)
    shown = np.clip(grid, _FLOOR, _CEILING)
    image = axes.imshow(shown, cmap="OrRd", norm=LogNorm(_FLOOR, _CEILING), aspect="auto", interpolation="nearest")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(5, integer=True))
    axes.tick_params(colors=INK, labelsize=8)
    if difference.ndim < 2:
        axes.set_yticks([])
    word = "agrees" if row.ok else "wrong"
    axes.set_xlabel(f"{word}: {int(np.sum(difference > 1e-7))} of {difference.size} entries differ", fontsize=8)
    return image
