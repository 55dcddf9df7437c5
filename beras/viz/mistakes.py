"""The most confident mistakes: what a model was surest of and wrong about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from beras.viz.style import BLUE, GREY, INK, ORANGE, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["plot_mistakes"]

_COLUMNS = 6


def plot_mistakes(
    images: Any, y_true: Any, probabilities: Any, class_names: Sequence[str] | None = None, count: int = 18
) -> Figure:
    """Draw the images that were misclassified with the highest probability, the worst first.

    Args:
        images: ``(samples, height, width)``; the larger a value, the more ink.
        y_true: integer labels ``(samples,)``.
        probabilities: what the model says, ``(samples, n_classes)``.
        class_names: one name per class; the numbers if not given.
        count: how many images, at most.

    Raises:
        ValueError: when the arrays do not belong together.
    """
    images, y_true, probabilities = np.asarray(images), np.asarray(y_true), np.asarray(probabilities)
    if images.ndim != 3 or probabilities.ndim != 2 or not len(images) == len(y_true) == len(probabilities):
        raise ValueError(
            "Expected images (samples, height, width), labels (samples,) and probabilities (samples, n_classes). "
            f"Received: {images.shape}, {y_true.shape} and {probabilities.shape}."
        )
    names = [str(i) for i in range(probabilities.shape[1])] if class_names is None else list(class_names)
    said, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = np.flatnonzero(said != y_true)
    chosen = wrong[np.argsort(-sure[wrong], kind="stable")][:count]

    rows = max(1, -(-len(chosen) // _COLUMNS))
    figure = new_figure(8.4, 0.55 + 1.62 * rows)
    title = f"The {len(chosen)} most confident of {len(wrong):,} mistakes in {len(images):,} images"
    if not len(chosen):
        title = f"No mistakes in {len(images):,} images"
    figure.suptitle(title, x=0.01, ha="left", color=INK, fontsize=12)
    grid = figure.subplots(rows, _COLUMNS, squeeze=False).ravel()
    for axes in grid:
        axes.set_axis_off()
    for axes, index in zip(grid, chosen):
        axes.imshow(images[index], cmap="gray_r", interpolation="nearest")
        axes.set_axis_on()
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_color("#d0d7de")
        axes.set_title(f"is {names[int(y_true[index])]}", loc="left", fontsize=9, color=BLUE, pad=3)
        axes.set_xlabel(
            f"says {names[said[index]]}  {_percent(sure[index])}", fontsize=9, color=ORANGE, labelpad=3, loc="left"
        )
    if not len(chosen):
        figure.text(0.5, 0.4, "Every image was classified correctly.", ha="center", color=GREY, fontsize=11)
    return figure


def _percent(share: float) -> str:
    """Return a share as a percentage that is never rounded up to 100."""
    return f"{min(int(share * 1000), 999) / 10:.1f} %"
