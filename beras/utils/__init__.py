"""Keras's odds and ends under Keras's name for the place: everything here has its home elsewhere in beras."""

from beras.callbacks.progbar import Progbar
from beras.config import set_random_seed
from beras.preprocessing import normalize, pad_sequences, split_dataset, to_categorical
from beras.saving import register_keras_serializable
from beras.utils.session import clear_session
from beras.viz.plot_model import model_to_dot, plot_model

__all__ = [
    "Progbar",
    "clear_session",
    "model_to_dot",
    "normalize",
    "pad_sequences",
    "plot_model",
    "register_keras_serializable",
    "set_random_seed",
    "split_dataset",
    "to_categorical",
]
