"""Models: what can be compiled, fitted, evaluated."""

from typing import TYPE_CHECKING

from beras.core.classes import register_home
from beras.lazy import names_from
from beras.models.files import load_model, save_model
from beras.models.model import Model
from beras.models.sequential import Sequential, SequentialModel

if TYPE_CHECKING:
    from beras.models.cloning import clone_model
    from beras.models.functional import Functional
    from beras.models.json_text import model_from_json

__getattr__ = names_from(
    __name__, {"cloning": ("clone_model",), "functional": ("Functional",), "json_text": ("model_from_json",)}
)
register_home(__name__)

__all__ = [
    "Functional",
    "Model",
    "Sequential",
    "SequentialModel",
    "clone_model",
    "load_model",
    "model_from_json",
    "save_model",
]
