"""Batch normalisation in few passes over blocks of rows that stay in the cache, and its derivatives in closed form.

The arrays: ``x``, ``g`` and what is returned ``(..., channels)``, taken as matrices of rows; ``gamma`` and ``beta``
``(channels,)``, or ``None``. ``moments`` and ``sums``, both ``(2, channels)``, must be those that `batch_moments` and
`batch_sums` give for the same ``x`` and ``g``: the derivatives count that they change with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from beras.autodiff import no_gradient
from beras.autodiff.primitives import primitive
from beras.autodiff.registry import define_joint
from beras.layers.moments import second_cotangent
from beras.layers.row_blocks import in_blocks, repeated, room_for_a_block, rows_of, sum_of_rows

__all__ = ["batch_moments", "batch_sums", "normalize_batch", "normalize_batch_to_input"]


@primitive
def batch_moments(x: Any) -> Any:
    """Return the mean and the variance of each channel; it has no rule, for they are constants in all that follows.

    The variance is the mean of the squares of what the mean leaves, so that nothing cancels however large the mean is.
    """
    rows = rows_of(x)
    total, squares = np.zeros((2, rows.shape[1]))
    for (part,) in in_blocks(rows):
        total += sum_of_rows(part)
    mean = (total / len(rows)).astype(x.dtype)
    for rest in _centered(rows, mean):
        squares += sum_of_rows(np.square(rest, out=rest))
    return np.stack([mean, squares / len(rows)]).astype(x.dtype)


@primitive
def normalize_batch(x: Any, moments: Any, gamma: Any, beta: Any, epsilon: float, out: Any = None) -> Any:
    """Return ``gamma * (x - mean) / sqrt(variance + epsilon) + beta``."""
    out = np.empty(x.shape, x.dtype) if out is None else out
    rows = rows_of(x)
    mean, factor = repeated(moments[0], rows), repeated(_factor(moments, gamma, epsilon), rows)
    shift = None if beta is None else repeated(beta, rows)
    for part, y in in_blocks(rows, rows_of(out)):
        n = len(y)
        np.subtract(part, mean[:n], out=y)
        y *= factor[:n]
        if shift is not None:
            y += shift[:n]
    return out


@primitive
def batch_sums(g: Any, x: Any, moments: Any, epsilon: float) -> Any:
    """Return the sums over the rows of ``g``, and of ``g`` times the normalised ``x``: what beta and gamma get."""
    rows = rows_of(x)
    plain, weighted = np.zeros((2, rows.shape[1]))
    for rest, (part,) in zip(_centered(rows, moments[0]), in_blocks(rows_of(g)), strict=True):
        plain += sum_of_rows(part)
        weighted += sum_of_rows(np.multiply(rest, part, out=rest))
    return np.stack([plain, weighted * _factor(moments, None, epsilon)]).astype(g.dtype)


@primitive
def normalize_batch_to_input(
    g: Any, x: Any, moments: Any, gamma: Any, sums: Any, epsilon: float, out: Any = None
) -> Any:
    """Return the cotangent of the ``x`` of `normalize_batch`, given that of what it returned.

    ``gamma / sqrt(variance + epsilon) * (g - mean(g) - z mean(g z))``, with ``z`` the normalised ``x``.
    """
    out = np.empty(x.shape, g.dtype) if out is None else out
    rows = rows_of(x)
    of_g, of_gz = sums / len(rows)
    inverse = _factor(moments, None, epsilon)
    constant, slope = repeated(of_g, rows), repeated(of_gz * inverse, rows)
    factor = repeated(_factor(moments, gamma, epsilon), rows)
    for rest, (part, dx) in zip(_centered(rows, moments[0]), in_blocks(rows_of(g), rows_of(out)), strict=True):
        n = len(rest)
        rest *= slope[:n]
        rest += constant[:n]
        np.subtract(part, rest, out=dx)
        dx *= factor[:n]
    return out


def _centered(rows: np.ndarray, mean: np.ndarray) -> Iterator[np.ndarray]:
    """Yield block after block less the mean, each in the same memory."""
    means = repeated(mean, rows)
    memory = room_for_a_block(rows)
    for (part,) in in_blocks(rows):
        n = len(part)
        yield np.subtract(part, means[:n], out=memory[:n])


def _factor(moments: np.ndarray, gamma: Any, epsilon: float) -> Any:
    inverse = 1 / np.sqrt(moments[1] + epsilon)
    return inverse if gamma is None else inverse * gamma


def _cotangents(g: Any, ans: Any, x: Any, moments: Any, gamma: Any, beta: Any, epsilon: float) -> tuple:
    sums = batch_sums(g, x, moments, epsilon)
    return normalize_batch_to_input(g, x, moments, gamma, _constant(sums), epsilon), None, sums[1], sums[0]


def _cotangents_of_sums(u: Any, ans: Any, g: Any, x: Any, moments: Any, epsilon: float) -> tuple:
    return (
        normalize_batch(x, moments, u[1], u[0], epsilon),
        normalize_batch_to_input(g, x, moments, u[1], _constant(ans), epsilon),
    )


def _cotangents_of_input(
    u: Any, ans: Any, g: Any, x: Any, moments: Any, gamma: Any, sums: Any, epsilon: float
) -> tuple:
    plain = normalize_batch_to_input(u, x, moments, None, _constant(batch_sums(u, x, moments, epsilon)), epsilon)
    weighted = g if gamma is None else g * gamma
    return (
        plain if gamma is None else plain * gamma,
        second_cotangent(u, weighted, x, tuple(range(x.ndim - 1)), epsilon),
        None,
        plain * g,
    )


def _constant(sums: Any) -> Any:
    """Return ``sums`` as numbers that no tape follows."""
    with no_gradient():
        return np.positive(sums)


# A replay gives them the memory to write into.
normalize_batch.takes_out = normalize_batch_to_input.takes_out = True  # type: ignore[attr-defined]

define_joint(normalize_batch, _cotangents, (0, 2, 3))
define_joint(batch_sums, _cotangents_of_sums, (0, 1))
define_joint(normalize_batch_to_input, _cotangents_of_input, (0, 1, 3))
