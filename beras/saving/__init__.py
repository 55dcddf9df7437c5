"""Models and weights in files."""

from beras.saving.model_file import load_model, save_model
from beras.saving.model_weights import load_model_weights, save_model_weights
from beras.saving.registry import lookup, register
from beras.saving.tensors import load_weights_file, save_weights

__all__ = [
    "load_model",
    "load_model_weights",
    "load_weights_file",
    "lookup",
    "register",
    "save_model",
    "save_model_weights",
    "save_weights",
]
