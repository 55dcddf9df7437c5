"""The confusion matrix: which class is taken for which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from beras.viz.style import GREY, INK, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["confusion_counts", "plot_confusion"]


def confusion_counts(y_true: Any, y_pred: Any, n_classes: int | None = None) -> np.ndarray:
    """Return ``(n_classes, n_classes)`` counts: row ``i``, column ``j`` is how often class ``i`` was taken for ``j``.

    >>> confusion_counts([0, 1, 1, 1], [0, 1, 1, 0])
    array([[1, 0],
           [1, 2]])
    """
    true, predicted = np.asarray(y_true, dtype=np.int64), np.asarray(y_pred, dtype=np.int64)
    if true.ndim != 1 or true.shape != predicted.shape or not true.size:
        raise ValueError(f"Expected two lists of labels, equally long. Received: {true.shape} and {predicted.shape}.")
    n = int(max(true.max(), predicted.max())) + 1 if n_classes is None else n_classes
    if min(true.min(), predicted.min()) < 0 or max(true.max(), predicted.max()) >= n:
        raise ValueError(f"Labels must be from 0 to {n - 1}.")
    return np.bincount(true * n + predicted, minlength=n * n).reshape(n, n)


def plot_confusion(y_true: Any, y_pred: Any, class_names: Sequence[str] | None = None) -> Figure:
    """Draw the confusion matrix, coloured by the mistakes: the diagonal would drown them.

    Args:
        y_true, y_pred: integer labels ``(samples,)``.
        class_names: one name per class; the numbers if not given.
    """
    counts = confusion_counts(y_true, y_pred, None if class_names is None else len(class_names))
    n, total, right = len(counts), int(counts.sum()), int(np.trace(counts))
    names = [str(i) for i in range(n)] if class_names is None else list(class_names)
    diagonal = np.eye(n, dtype=bool)
    mistakes = np.where(diagonal | (counts == 0), np.nan, counts)
    worst = max(float(np.max(counts * ~diagonal)), 1.0)

    side = max(4.4, 0.56 * n) + 0.06 * max(map(len, names))
    figure = new_figure(side + 0.4, side)
    axes = figure.subplots()
    axes.imshow(np.zeros((n, n)), cmap="Greys", vmin=-0.15, vmax=6)
    axes.imshow(mistakes, cmap="Oranges", vmin=0, vmax=worst * 1.15)
    axes.imshow(np.where(diagonal, 1.0, np.nan), cmap="Blues", vmin=0, vmax=6)
    for i, j in np.ndindex(n, n):
        if counts[i, j]:
            strong = i != j and counts[i, j] > 0.7 * worst
            axes.text(
                j,
                i,
                f"{counts[i, j]:,}",
                ha="center",
                va="center",
                fontsize=8.5,
                color="white" if strong else INK,
                fontweight="bold" if i == j else "normal",
            )
    tilt: dict[str, Any] = (
        {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if max(map(len, names)) > 2 else {}
    )
    axes.set_xticks(range(n), names, color=INK, fontsize=9, **tilt)
    axes.set_yticks(range(n), names, color=INK, fontsize=9)
    axes.tick_params(length=0)
    axes.set_xticks(np.arange(n + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(n + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=1.5)
    axes.tick_params(which="minor", length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel("taken for", color=GREY, fontsize=10)
    axes.set_ylabel("true class", color=GREY, fontsize=10)
    axes.set_title(
        f"{right:,} of {total:,} right ({100 * right / total:.2f} %)", loc="left", color=INK, fontsize=12, pad=10
    )
    return figure
