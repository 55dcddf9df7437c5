"""Models: what can be compiled, fitted, evaluated."""

from beras.models.files import load_model, save_model
from beras.models.model import Model
from beras.models.sequential import Sequential, SequentialModel

__all__ = ["Model", "Sequential", "SequentialModel", "load_model", "save_model"]
