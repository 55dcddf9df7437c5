"""One adjoint for every operation that only moves, copies or drops entries.

Such an operation, given the array of the numbers 1, 2, 3 ... instead of its input, tells for each entry of its answer
which entry of the input went there (0: none did). The adjoint adds every cotangent up at the place it names.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from beras.autodiff.primitives import scatter_add

__all__ = ["numbered", "put_back", "structural"]


def numbered(x: Any) -> np.ndarray:
    """Return the entries of ``x`` numbered from 1, in an array of its shape and memory layout.

    >>> numbered(np.zeros((2, 3)))
    array([[1, 2, 3],
           [4, 5, 6]])
    """
    numbers = np.empty_like(x, dtype=np.intp)
    numbers[...] = np.arange(1, x.size + 1).reshape(x.shape)
    return numbers


def put_back(g: Any, numbers: np.ndarray, shape: tuple[int, ...]) -> Any:
    """Add up the entries of ``g`` at the places that ``numbers`` names, in an array of ``shape``.

    >>> put_back(np.array([10.0, 1.0, 5.0]), np.array([3, 3, 0]), (3,))
    array([ 0.,  0., 11.])
    """
    size = 1
    for length in shape:
        size *= length
    return np.reshape(scatter_add(np.ravel(g), np.ravel(numbers), (size + 1,))[1:], shape)


def structural(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the vector-Jacobian product of a ``function`` that only moves, copies or drops entries."""
    return lambda g, ans, x, *args, **params: put_back(g, function(numbered(x), *args, **params), x.shape)
