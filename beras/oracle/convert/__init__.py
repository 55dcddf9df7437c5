"""Models into ``torch.nn`` and back: `to_torch`, `from_torch`, and `twin_module` for layers of your own."""

from beras.oracle.convert.from_module import from_torch
from beras.oracle.convert.registry import twin_activation, twin_module
from beras.oracle.convert.to_module import to_torch

__all__ = ["from_torch", "to_torch", "twin_activation", "twin_module"]
