"""The figures of a run, written into its folder."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from beras.training.folder import RunFolder

if TYPE_CHECKING:
    from beras.datasets import Dataset

__all__ = ["draw_figures"]


def draw_figures(
    folder: RunFolder, model: Any, history: Any, data: Dataset, class_names: Sequence[str], test: dict[str, float]
) -> None:
    """Draw ``figures/{history,confusion,mistakes,weights,model}.png``.

    Raises:
        ImportError: without matplotlib, with the command that installs it.
    """
    from beras import viz

    probabilities = model.predict(data.x_test, batch_size=1000, verbose=0)
    said = probabilities.argmax(axis=1)
    first = next(layer for layer in model.layers if hasattr(layer, "kernel"))
    unit_names = class_names if first is model.layers[-1] else None
    kernel = np.asarray(first.kernel)
    image_shape = kernel.shape[:2] if kernel.ndim == 4 else data.x_test.shape[1:]
    seen = kernel.reshape(math.prod(image_shape), -1)
    drawings: dict[str, tuple[str, Callable[[], Any]]] = {
        "history": ("Loss and accuracy by epoch", lambda: viz.plot_history(history, test)),
        "confusion": ("Confusion matrix", lambda: viz.plot_confusion(data.y_test, said, class_names)),
        "mistakes": (
            "The most confident mistakes",
            lambda: viz.plot_mistakes(data.x_test, data.y_test, probabilities, class_names),
        ),
        "weights": ("First-layer weights", lambda: viz.plot_weights(seen, image_shape, unit_names)),
        "model": ("The model", lambda: viz.draw_model(model)),
    }
    figures = {name: (title, draw()) for name, (title, draw) in drawings.items()}
    for name, (title, figure) in figures.items():
        folder.write_figure(name, figure, title=f"{title}: {data.name}")
