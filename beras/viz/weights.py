"""The weights of a first layer, each unit's as an image."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from beras.viz.style import GREY, INK, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["plot_weights"]


def plot_weights(
    kernel: Any, image_shape: tuple[int, int], unit_names: Sequence[str] | None = None, count: int = 48
) -> Figure:
    """Draw what each unit of a layer looks for: blue where ink speaks for it, red where ink speaks against it.

    Args:
        kernel: ``(height * width, units)``, for instance ``model.get_layer("hidden_1").kernel``.
        image_shape: ``(height, width)`` of the images that the layer sees.
        unit_names: one name per unit, for a layer of classes. Without names only the ``count`` units with the largest
            weights are drawn.

    Raises:
        ValueError: when the kernel does not fit the shape.
    """
    kernel = np.asarray(getattr(kernel, "value", kernel), dtype=np.float64)
    if kernel.ndim != 2 or kernel.shape[0] != prod(image_shape):
        raise ValueError(
            f"Expected a kernel of shape ({prod(image_shape)}, units) for images of {image_shape}. "
            f"Received: {kernel.shape}."
        )
    units = kernel.shape[1]
    if unit_names is not None and len(unit_names) != units:
        raise ValueError(f"Expected {units} unit names. Received: {len(unit_names)}.")
    norms = np.sqrt(np.sum(kernel**2, axis=0))
    chosen = np.arange(units) if unit_names is not None else np.argsort(-norms, kind="stable")[:count]
    columns = min(len(chosen), 5 if unit_names is not None else 12)
    rows = -(-len(chosen) // columns)
    limit = float(np.percentile(np.abs(kernel[:, chosen]), 99.7)) or 1.0

    cell = 8.0 / columns
    figure = new_figure(8.9, rows * (cell + (0.22 if unit_names is not None else 0.0)) + 0.6)
    title = f"First-layer weights of the {units} units"
    if len(chosen) < units:
        title = f"First-layer weights: the {len(chosen)} strongest of {units} units"
    figure.suptitle(title, x=0.01, ha="left", color=INK, fontsize=12)
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes in grid.ravel():
        axes.set_axis_off()
    for axes, unit in zip(grid.ravel(), chosen):
        shown = axes.imshow(kernel[:, unit].reshape(image_shape), cmap="RdBu", vmin=-limit, vmax=limit)
        if unit_names is not None:
            axes.set_title(unit_names[unit], loc="left", color=INK, fontsize=10, pad=3)
    bar = figure.colorbar(shown, ax=grid, fraction=0.02, pad=0.01, aspect=30)
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=8, colors=GREY, length=2)
    return figure
