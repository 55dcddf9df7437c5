"""Which of NumPy's matrix products is the quickest for a batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["product"]


def product(batch: int) -> Callable[..., Any]:
    """Return ``np.matmul``, or ``np.dot`` for a batch of one.

    A column times a row is left to NumPy's own loop by ``matmul``, which takes ten times as long as BLAS.
    """
    return np.dot if batch == 1 else np.matmul
