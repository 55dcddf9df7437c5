"""Figures: curves of a training, confusion matrix, mistakes, weights as images, and a drawing of a model.

Every function takes plain arrays (or a History, or a model) and returns a ``matplotlib.figure.Figure``; nothing touches
pyplot's global state. `save_figure` writes a PNG. They need the extra ``viz``: ``pip install "beras[viz]"``.
"""

from beras.viz.architecture import draw_model
from beras.viz.confusion import confusion_counts, plot_confusion
from beras.viz.history import plot_history
from beras.viz.mistakes import plot_mistakes
from beras.viz.style import save_figure
from beras.viz.weights import plot_weights

__all__ = [
    "confusion_counts",
    "draw_model",
    "plot_confusion",
    "plot_history",
    "plot_mistakes",
    "plot_weights",
    "save_figure",
]
