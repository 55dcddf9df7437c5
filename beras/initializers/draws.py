"""Random arrays of a given dtype, and the generator that an initializer's seed stands for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from beras import config

if TYPE_CHECKING:
    from numpy.random import Generator

__all__ = ["checked_seed", "generator_for", "normal", "truncated_normal", "uniform"]


def checked_seed(seed: Any) -> int | None:
    """Return ``seed`` as a Python integer, or ``None``.

    Raises:
        ValueError: for anything but a non-negative integer or ``None``.
    """
    if seed is None:
        return None
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(f"The seed of an initializer must be a non-negative integer or None. Received: {seed!r}.")
    return int(seed)


def generator_for(seed: int | None) -> Generator:
    """Return a fresh generator started from ``seed``, or the one of `beras.config` for ``None``."""
    return config.generator() if seed is None else np.random.default_rng(seed)


def _dtypes(dtype: Any) -> tuple[np.dtype, Any]:
    """Return the dtype wanted, and the one to draw in: NumPy draws float32 and float64 only."""
    wanted = np.dtype(dtype or config.floatx())
    return wanted, wanted if wanted.name in ("float32", "float64") else np.dtype(np.float32)


def normal(rng: Generator, shape: Sequence[int], mean: float, stddev: float, dtype: Any) -> np.ndarray:
    """Return draws from ``N(mean, stddev**2)``."""
    wanted, drawn = _dtypes(dtype)
    return _scaled(rng.standard_normal(shape, dtype=drawn), stddev, mean, wanted)


def truncated_normal(rng: Generator, shape: Sequence[int], mean: float, stddev: float, dtype: Any) -> np.ndarray:
    """Return draws from ``N(mean, stddev**2)``, where those beyond two ``stddev`` from the mean were drawn again."""
    wanted, drawn = _dtypes(dtype)
    draws = np.asarray(rng.standard_normal(shape, dtype=drawn))
    flat = draws.reshape(-1)
    beyond = np.flatnonzero(np.abs(flat) > 2.0)
    while len(beyond):
        flat[beyond] = rng.standard_normal(len(beyond), dtype=drawn)
        beyond = beyond[np.abs(flat[beyond]) > 2.0]
    return _scaled(draws, stddev, mean, wanted)


def uniform(rng: Generator, shape: Sequence[int], low: float, high: float, dtype: Any) -> np.ndarray:
    """Return draws from the uniform distribution between ``low`` and ``high``."""
    wanted, drawn = _dtypes(dtype)
    return _scaled(rng.random(shape, dtype=drawn), high - low, low, wanted)


def _scaled(draws: Any, scale: float, shift: float, dtype: np.dtype) -> np.ndarray:
    draws = np.asarray(draws)
    draws *= scale
    draws += shift
    return draws.astype(dtype, copy=False)
