"""Initializers that draw from a distribution given by numbers: RandomNormal, TruncatedNormal, RandomUniform."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from beras.initializers.draws import checked_seed, generator_for, normal, truncated_normal, uniform
from beras.initializers.initializer import Initializer

__all__ = ["RandomInitializer", "RandomNormal", "RandomUniform", "TruncatedNormal"]


class RandomInitializer(Initializer):
    """An initializer that draws.

    With a ``seed`` every call gives the same values for the same shape. Without one the draws come from the generator
    of `beras.config`, which `set_random_seed` starts anew; then two calls differ (in Keras 3 they do not).
    """

    def __init__(self, seed: int | None = None):
        self.seed = checked_seed(seed)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {"seed": self.seed}


class RandomNormal(RandomInitializer):
    """The normal distribution with ``mean`` and ``stddev``.

    >>> bool(np.all(RandomNormal(seed=1)((3,)) == RandomNormal(seed=1)((3,))))
    True
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None):
        super().__init__(seed)
        self.mean, self.stddev = mean, stddev

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> np.ndarray:
        """Return draws of ``shape``."""
        return normal(generator_for(self.seed), shape, self.mean, self.stddev, dtype)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {"mean": self.mean, "stddev": self.stddev, **super().get_config()}


class TruncatedNormal(RandomNormal):
    """The normal distribution, where values beyond two ``stddev`` from the mean are drawn again.

    >>> float(np.abs(TruncatedNormal(stddev=1.0, seed=0)((1000,))).max()) <= 2.0
    True
    """

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> np.ndarray:
        """Return draws of ``shape``."""
        return truncated_normal(generator_for(self.seed), shape, self.mean, self.stddev, dtype)


class RandomUniform(RandomInitializer):
    """The uniform distribution between ``minval`` and ``maxval``."""

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: int | None = None):
        super().__init__(seed)
        self.minval, self.maxval = minval, maxval

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> np.ndarray:
        """Return draws of ``shape``."""
        return uniform(generator_for(self.seed), shape, self.minval, self.maxval, dtype)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {"minval": self.minval, "maxval": self.maxval, **super().get_config()}
