"""Models: what can be compiled, fitted, evaluated."""

from beras.models.model import Model
from beras.models.sequential import Sequential, SequentialModel

__all__ = ["Model", "Sequential", "SequentialModel"]
