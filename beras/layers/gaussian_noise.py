"""GaussianNoise: shake the inputs in training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from beras import config
from beras.autodiff.primitives import primitive
from beras.autodiff.registry import constant
from beras.layers.layer import Layer

__all__ = ["GaussianNoise"]


@primitive
def _noise(x: np.ndarray, stddev: float, draw: Callable[..., np.ndarray]) -> np.ndarray:
    """Return normal numbers of deviation ``stddev``, anew at each call, in the shape and dtype of ``x``."""
    return np.multiply(draw(x.shape), stddev, dtype=x.dtype)


constant(_noise)
_noise.draws = True  # type: ignore[attr-defined]


class GaussianNoise(Layer):
    """Add normal numbers of mean 0 to the inputs in training; nothing is done at inference.

    ``GaussianNoise(stddev, seed=None)``: ``stddev`` from 0 to 1 is their standard deviation. With a ``seed`` the layer
    has a sequence of its own; otherwise the draws come from the generator of `set_random_seed`.

    Raises:
        ValueError: for a ``stddev`` below 0 or above 1.

    The Keras equivalent is ``keras.layers.GaussianNoise``.

    >>> import numpy as np
    >>> GaussianNoise(0.5, seed=0)(np.zeros((1, 3)), training=True).round(3)
    array([[ 0.559, -0.694, -0.213]], dtype=float32)
    """

    def __init__(self, stddev: float, seed: int | None = None, **options: Any):
        super().__init__(**options)
        if isinstance(stddev, bool) or not isinstance(stddev, (int, float, np.number)) or not 0 <= stddev <= 1:
            raise ValueError(f"GaussianNoise takes a standard deviation from 0 to 1. Received: stddev={stddev!r}.")
        self.stddev = float(stddev)
        self.seed = seed
        self._generator = None if seed is None else np.random.default_rng(seed)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Return the inputs, with noise when ``training``."""
        self.inputs = inputs
        return inputs + _noise(inputs, self.stddev, self._draw) if training and self.stddev else inputs

    def _draw(self, shape: tuple[int, ...]) -> np.ndarray:
        return (self._generator or config.generator()).standard_normal(shape, dtype=np.float32)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return ``input_shape``."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {**super().get_config(), "stddev": self.stddev, "seed": self.seed}
