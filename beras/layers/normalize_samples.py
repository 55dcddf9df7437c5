"""Layer normalisation in blocks of rows that stay in the cache, and its derivatives in closed form.

The arrays: ``x``, ``g`` and what is returned ``(..., features)``, each row of features a sample; ``gamma`` and ``beta``
``(features,)``, or ``None``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from beras.autodiff.primitives import primitive
from beras.autodiff.registry import define
from beras.layers.moments import second_cotangent
from beras.layers.row_blocks import in_blocks, outer, repeated, room_for_a_block, rows_of, sum_of_rows

__all__ = ["normalize_samples", "normalize_samples_to_gamma", "normalize_samples_to_input"]


@primitive
def normalize_samples(x: Any, gamma: Any, beta: Any, epsilon: float, out: Any = None) -> Any:
    """Return ``gamma * (x - mean) / sqrt(variance + epsilon) + beta``, with the mean and the variance of each row."""
    out = np.empty(x.shape, x.dtype) if out is None else out
    rows = rows_of(x)
    scale = np.ones(rows.shape[1], x.dtype) if gamma is None else gamma
    shift = None if beta is None else repeated(beta, rows)
    for (rest, inverse), (y,) in zip(_centered(rows, epsilon), in_blocks(rows_of(out)), strict=True):
        outer(inverse, scale, out=y)
        y *= rest
        if shift is not None:
            y += shift[: len(y)]
    return out


@primitive
def normalize_samples_to_input(g: Any, x: Any, gamma: Any, epsilon: float, out: Any = None) -> Any:
    """Return the cotangent of the ``x`` of `normalize_samples`, given that of what it returned.

    ``(h - mean(h) - z mean(h z)) / sqrt(variance + epsilon)``, with ``h = gamma g`` and ``z`` the normalised ``x``.
    """
    out = np.empty(x.shape, g.dtype) if out is None else out
    rows = rows_of(x)
    factor = None if gamma is None else repeated(gamma, rows)
    ones = np.ones(rows.shape[1], x.dtype)
    memory = room_for_a_block(rows)
    for (rest, inverse), (part, dx) in zip(_centered(rows, epsilon), in_blocks(rows_of(g), rows_of(out)), strict=True):
        spread = memory[: len(rest)]
        if factor is None:
            np.copyto(dx, part)
        else:
            np.multiply(part, factor[: len(dx)], out=dx)
        mean, slope = _means(dx), _means_of_products(dx, rest) * np.square(inverse)
        rest *= outer(slope, ones, out=spread)
        rest += outer(mean, ones, out=spread)
        dx -= rest
        dx *= outer(inverse, ones, out=spread)
    return out


@primitive
def normalize_samples_to_gamma(g: Any, x: Any, epsilon: float) -> Any:
    """Return the cotangent of the ``gamma`` of `normalize_samples`: the sum of ``g z`` over the rows."""
    rows = rows_of(x)
    sums = np.zeros(rows.shape[1])
    for (rest, inverse), (part,) in zip(_centered(rows, epsilon), in_blocks(rows_of(g)), strict=True):
        rest *= part
        sums += inverse @ rest
    return sums.astype(g.dtype)


def _centered(rows: np.ndarray, epsilon: float) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield block after block less the means of its rows, in the same memory, and one over the rows' deviations."""
    ones = np.ones(rows.shape[1], rows.dtype)
    memory = room_for_a_block(rows)
    for (part,) in in_blocks(rows):
        rest = memory[: len(part)]
        np.subtract(part, outer(_means(part), ones, out=rest), out=rest)
        yield rest, 1 / np.sqrt(_means_of_products(rest, rest) + epsilon)


def _means(x: np.ndarray) -> np.ndarray:
    """Return the mean of each row: a product with ones, which is faster than a sum."""
    return x @ np.ones(x.shape[1], x.dtype) / x.shape[1]


def _means_of_products(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the mean of ``x * y`` in each row."""
    return np.vecdot(x, y) / x.shape[1]


def _weighted(g: Any, gamma: Any) -> Any:
    return g if gamma is None else g * gamma


# A replay gives them the memory to write into.
normalize_samples.takes_out = normalize_samples_to_input.takes_out = True  # type: ignore[attr-defined]

define(
    normalize_samples,
    lambda g, ans, x, gamma, beta, epsilon: normalize_samples_to_input(g, x, gamma, epsilon),
    lambda g, ans, x, gamma, beta, epsilon: normalize_samples_to_gamma(g, x, epsilon),
    lambda g, ans, x, gamma, beta, epsilon: sum_of_rows(g),
    None,
)
define(
    normalize_samples_to_input,
    lambda u, ans, g, x, gamma, epsilon: _weighted(normalize_samples_to_input(u, x, None, epsilon), gamma),
    lambda u, ans, g, x, gamma, epsilon: second_cotangent(u, _weighted(g, gamma), x, (-1,), epsilon),
    lambda u, ans, g, x, gamma, epsilon: g * normalize_samples_to_input(u, x, None, epsilon),
    None,
)
define(
    normalize_samples_to_gamma,
    lambda u, ans, g, x, epsilon: normalize_samples(x, u, None, epsilon),
    lambda u, ans, g, x, epsilon: normalize_samples_to_input(g, x, u, epsilon),
    None,
)
