"""Arrays as matrices of rows, worked off in blocks that stay in the cache."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from beras.layers.windows import blocks

__all__ = ["in_blocks", "outer", "repeated", "room_for_a_block", "rows_of", "sum_of_rows"]


def rows_of(x: np.ndarray) -> np.ndarray:
    """Return ``(..., n)`` as a matrix ``(rows, n)``: a view where the memory allows it."""
    return x.reshape(-1, x.shape[-1])


def in_blocks(*matrices: np.ndarray) -> Iterator[tuple[np.ndarray, ...]]:
    """Yield the first rows of all ``matrices``, the next ones, and so on, half as many as `blocks`: there are several.

    >>> [len(block) for block, in in_blocks(np.zeros((5, 1 << 14)))]
    [2, 2, 1]
    """
    for block in _slices(matrices[0]):
        yield tuple(matrix[block] for matrix in matrices)


def repeated(vector: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Return ``vector`` as each row of a block of ``matrix``, and of its dtype.

    One pass over arrays of the same shape is several times as fast as one that broadcasts short rows.
    """
    out = room_for_a_block(matrix)
    out[...] = vector
    return out


def room_for_a_block(matrix: np.ndarray) -> np.ndarray:
    """Return memory for the longest block of ``matrix``."""
    return np.empty_like(matrix[next(_slices(matrix), slice(0))], order="C")


def outer(column: np.ndarray, row: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Return ``column[i] * row[j]``, exactly, in ``out``: several times as fast as to broadcast them.

    It is a product of matrices whose inner length is 2, since NumPy gives those of length 1 to no BLAS.
    """
    columns, rows = np.zeros((len(column), 2), out.dtype), np.zeros((2, len(row)), out.dtype)
    columns[:, 0], rows[0] = column, row
    return np.matmul(columns, rows, out=out)


def sum_of_rows(x: Any) -> Any:
    """Return the sum over all axes but the last, as a product, which is four times as fast."""
    rows = np.reshape(x, (-1, x.shape[-1]))
    return np.matmul(np.ones(rows.shape[0], x.dtype), rows)


def _slices(matrix: np.ndarray) -> Iterator[slice]:
    return blocks(len(matrix), 2 * matrix.shape[1] * matrix.itemsize)
