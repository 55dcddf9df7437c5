"""Dropout: silence a random share of the units in training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from beras import config
from beras.autodiff.primitives import primitive
from beras.autodiff.registry import constant
from beras.layers.layer import Layer

__all__ = ["Dropout"]


@primitive
def _scaled_mask(x: np.ndarray, shape: tuple[int, ...], rate: float, draw: Callable[..., np.ndarray]) -> np.ndarray:
    """Return 0 with probability ``rate``, else ``1 / (1 - rate)``, anew at each call, in the dtype of ``x``."""
    scale = 1.0 / (1.0 - rate) if rate < 1 else 0.0
    return np.multiply(draw(shape) >= rate, scale, dtype=x.dtype)


constant(_scaled_mask)
_scaled_mask.draws = True  # type: ignore[attr-defined]


class Dropout(Layer):
    """Set a random share ``rate`` of the inputs to 0 in training, and scale the others by ``1 / (1 - rate)``.

    The expected output is the input, so nothing is done at inference ("inverted" dropout; Srivastava et al. 2014).

    Args:
        rate: the share that is dropped, ``0 <= rate <= 1``.
        noise_shape: the mask's shape, broadcast to the input's; ``None`` in it stands for the input's own length.
        seed: for a mask sequence of its own; otherwise the draws come from the generator of `set_random_seed`.

    The Keras equivalent is ``keras.layers.Dropout``; torch's ``nn.Dropout(p)`` takes the same share.

    >>> import numpy as np
    >>> Dropout(0.5, seed=0)(np.ones((1, 4)), training=True)
    array([[2., 2., 2., 0.]], dtype=float32)
    """

    def __init__(
        self, rate: float, noise_shape: Sequence[int | None] | None = None, seed: int | None = None, **options: Any
    ):
        super().__init__(**options)
        if not isinstance(rate, (int, float)) or not 0 <= rate <= 1:
            raise ValueError(f"Dropout takes the share to drop, from 0 to 1. Received: rate={rate!r}.")
        self.rate = float(rate)
        self.noise_shape = None if noise_shape is None else tuple(noise_shape)
        self.seed = seed
        self._generator = None if seed is None else np.random.default_rng(seed)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Return the inputs, thinned out when ``training``."""
        self.inputs = inputs
        if not training or self.rate == 0:
            return inputs
        return inputs * _scaled_mask(inputs, self._mask_shape(inputs.shape), self.rate, self._draw)

    def _draw(self, shape: tuple[int, ...]) -> np.ndarray:
        return (self._generator or config.generator()).random(shape, dtype=np.float32)

    def _mask_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        if self.noise_shape is None:
            return shape
        return tuple(length if n is None else n for n, length in zip(self.noise_shape, shape, strict=True))

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return ``input_shape``."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        noise_shape = None if self.noise_shape is None else list(self.noise_shape)
        return {**super().get_config(), "rate": self.rate, "noise_shape": noise_shape, "seed": self.seed}
