"""The drawing: one look for all figures. matplotlib is imported only when something is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import numpy as np

__all__ = ["draw_logic", "draw_losses", "new_figure", "panel", "png"]

# Okabe and Ito's palette, which people with any kind of colour blindness can tell apart.
BLUE, RED, GREEN, YELLOW, PINK = "#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7"
INK, GREY = "#24292f", "#6e7781"

#: How each curve of the losses is drawn.
LOSS_STYLES = {
    "KL": {"color": BLUE},
    "SE": {"color": RED},
    "CE": {"color": GREEN, "linestyle": "dashed"},
    "L1": {"color": YELLOW, "linestyle": "dotted"},
}


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
            return png(self)

    return ShownByNotebooks(figsize=(width, height), dpi=110, layout="constrained", facecolor="white")


def png(figure: Any) -> bytes:
    """Return the figure as the bytes of a PNG."""
    file = BytesIO()
    figure.savefig(file, format="png")
    return file.getvalue()


def panel(
    axes: Any,
    x: Any,
    curves: Mapping[str, Any],
    title: str = "",
    xlabel: str = "",
    ylim: tuple[float, float] | None = None,
    styles: Mapping[str, dict] | None = None,
) -> None:
    """Draw curves over ``x`` with a legend; ``styles`` says how, by the name of the curve."""
    cycle = (BLUE, RED, GREEN, YELLOW, PINK)
    for number, (name, values) in enumerate(curves.items()):
        style = (styles or {}).get(name, {"color": cycle[number % len(cycle)]})
        axes.plot(np.asarray(x), np.asarray(values), label=name, linewidth=1.8, **style)
    axes.axhline(0, color=GREY, linewidth=0.6, zorder=0)
    axes.set_title(title, loc="left", color=INK, fontsize=11)
    axes.set_xlabel(xlabel, color=GREY)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(GREY)
    axes.tick_params(colors=INK, labelsize=9, color=GREY)
    axes.margins(x=0)
    if ylim is not None:
        axes.set_ylim(*ylim)
    if curves:
        axes.legend(frameon=False, fontsize=9)


def draw_losses(
    t: np.ndarray,
    y1: float,
    losses: Mapping[str, np.ndarray] | None = None,
    gradients: Mapping[str, np.ndarray] | None = None,
    shown: Sequence[str] = (),
) -> Any:
    """Draw a panel of losses, one of their derivatives by ``z_1``, or both side by side, over ``t = z_1 - z_0``.

    Args:
        t: shape ``(points,)``.
        y1: the target's probability of class 1, for the titles.
        losses: curves by name.
        gradients: curves by name.
        shown: the names of those that are drawn. The derivative of CE is that of KL.
    """
    titles = {"KL": r"$\partial\mathrm{KL}/\partial z_1 = \partial\mathrm{CE}/\partial z_1$"}
    titles["SE"] = r"$\partial\mathrm{SE}/\partial z_1$"
    of_gradients = ["KL" if name == "CE" else name for name in shown]
    panels = []
    if losses is not None:
        curves = {name: losses[name] for name in losses if name in shown}
        panels.append((curves, LOSS_STYLES, f"Loss, target $y_1 = {y1:.3f}$", (0, 3)))
    if gradients is not None:
        curves = {titles[name]: gradients[name] for name in gradients if name in of_gradients}
        styles = {title: LOSS_STYLES[name] for name, title in titles.items()}
        panels.append((curves, styles, f"Derivative by $z_1$, target $y_1 = {y1:.3f}$", (-1.05, 1.05)))
    figure = new_figure(4.8 * len(panels), 3.6)
    for axes, (curves, styles, title, ylim) in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels):
        panel(axes, t, curves, title, "difference of the logits $z_1 - z_0$", ylim, styles)
        axes.axvline(np.log(y1 / (1 - y1)) if 0 < y1 < 1 else np.nan, color=GREY, linewidth=0.6, zorder=0)
    return figure


def draw_logic(rows: Sequence[Sequence[tuple[str, np.ndarray]]], arg1: str = "a", arg2: str = "b") -> Any:
    """Draw truth tables of shape ``(2, 2)``, each under its title: white for +1, black for -1, orange between."""
    columns = max(map(len, rows))
    figure = new_figure(1.45 * columns + 0.2, 1.6 * len(rows) + 0.1)
    grid = figure.subplots(len(rows), columns, squeeze=False)
    for axes in grid.ravel():
        axes.set_axis_off()
    for line, row in zip(grid, rows):
        for axes, (title, table) in zip(line, row):
            axes.set_axis_on()
            axes.imshow(table, cmap="hot", vmin=-1, vmax=1, extent=(-2, 2, 2, -2))
            axes.set_title(title, fontsize=10, color=INK)
            axes.set_xticks([-1, 1], [f"{arg1}=−1", f"{arg1}=+1"], fontsize=7)
            axes.set_yticks([-1, 1], [f"{arg2}=−1", f"{arg2}=+1"], fontsize=7)
            axes.tick_params(length=0, colors=INK)
            axes.axhline(0, color=GREY, linewidth=0.5)
            axes.axvline(0, color=GREY, linewidth=0.5)
    return figure
