"""Keras's own files, ``.keras`` and ``.weights.h5``, read and written without Keras; they need the extra ``keras``."""

from beras.saving.keras_format.models import load_model, save_model
from beras.saving.keras_format.weights import load_weights, save_weights

__all__ = ["load_model", "load_weights", "save_model", "save_weights"]
