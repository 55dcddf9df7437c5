"""normalize: rows of length 1."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.core.floating import floating

__all__ = ["normalize"]


def normalize(x: Any, axis: int = -1, order: int = 2) -> np.ndarray:
    """Return ``x / norm(x)`` along ``axis``, with the norm of ``order`` (1, 2, ``np.inf``); what is all zeros stays.

    The Keras equivalent is ``keras.utils.normalize``.

    >>> normalize([[3.0, 4.0], [0.0, 0.0]])
    array([[0.6, 0.8],
           [0. , 0. ]])
    """
    x = floating(np.asarray(x))
    norm = np.linalg.norm(x, order, axis, keepdims=True)
    return x / np.where(norm == 0, 1, norm)
