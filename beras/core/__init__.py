"""The course vocabulary on top of the engine: Callable, Weighted, Diffable."""

from beras.core.callable import Callable
from beras.core.diffable import Diffable
from beras.core.weighted import Weighted

__all__ = ["Callable", "Diffable", "Weighted"]
