"""Models: what can be compiled, fitted, evaluated."""

from beras.models.cloning import clone_model
from beras.models.files import load_model, save_model
from beras.models.json_text import model_from_json
from beras.models.model import Model
from beras.models.sequential import Sequential, SequentialModel

__all__ = ["Model", "Sequential", "SequentialModel", "clone_model", "load_model", "model_from_json", "save_model"]
