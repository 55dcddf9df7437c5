"""NumPy arrays and torch tensors, told apart without importing torch.

>>> namespace(np.ones(3)).__name__
'numpy'
"""

from __future__ import annotations

import math
import sys
from types import ModuleType
from typing import Any

import numpy as np

__all__ = ["namespace", "numel"]


def namespace(array: Any) -> ModuleType:
    """Return the module whose functions take ``array``: ``torch`` for a tensor, else ``numpy``.

    Both call the same things ``exp``, ``log``, ``log1p``, ``where``, ``ones_like`` and ``zeros_like``; and their arrays
    have in common ``@``, ``.T``, ``.shape``, ``.sum(0)``, ``.mean()``, ``.clip(min=...)``, ``abs()``, and ``+=`` in
    place.
    """
    torch = sys.modules.get("torch")  # a program that holds a tensor has imported torch
    return torch if torch is not None and isinstance(array, torch.Tensor) else np


def numel(array: Any) -> int:
    """Return how many numbers are in ``array`` (``array.size`` in NumPy, ``array.numel()`` in torch).

    >>> numel(np.ones((5, 2)))
    10
    """
    return math.prod(array.shape)
