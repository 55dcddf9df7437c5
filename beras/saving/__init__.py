"""Models and weights in files."""

from beras.saving.model_file import load_model, save_model
from beras.saving.model_weights import load_weights, save_weights
from beras.saving.registry import lookup, register, register_keras_serializable
from beras.saving.tensors import load_weights_file, save_weights_file

__all__ = [
    "load_model",
    "load_weights",
    "load_weights_file",
    "lookup",
    "register",
    "register_keras_serializable",
    "save_model",
    "save_weights",
    "save_weights_file",
]
