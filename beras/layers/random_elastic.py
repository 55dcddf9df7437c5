"""ElasticDistortion and RandomElasticTransform: images as if drawn on rubber."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from beras.layers.augmentation import Augmentation, Factor, factor_range

__all__ = ["ElasticDistortion", "RandomElasticTransform"]


def _blur(length: int, sigma: float) -> np.ndarray:
    """Return the matrix that takes Gaussian means along an axis: zeros lie outside, three ``sigma`` away it ends."""
    reach = (int(6 * sigma) | 1) // 2
    distance = np.arange(length)[:, None] - np.arange(length)
    weights = np.exp(-0.5 * (distance / sigma) ** 2) * (np.abs(distance) <= reach)
    whole = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2).sum()
    return weights / whole


def _displaced(shape: tuple[int, ...], sigma: float, noise: np.ndarray) -> np.ndarray:
    """Return the coordinates of all pixels, moved by ``noise`` ``(2, batch, height, width)`` that is blurred first."""
    down, across = (_blur(length, sigma).astype(noise.dtype) for length in shape[1:3])
    moved = down @ noise @ across.T
    moved[0] += np.arange(shape[1], dtype=noise.dtype)[:, None]
    moved[1] += np.arange(shape[2], dtype=noise.dtype)
    return moved


class ElasticDistortion(Augmentation):
    """Move every pixel by a smooth random field, in training (Simard, Steinkraus and Platt 2003).

    Uniform noise from -1 to 1 for each pixel and direction is blurred by a Gaussian of ``sigma`` pixels and multiplied
    by ``alpha``. Keras has `RandomElasticTransform`, whose field is rougher.

    Args:
        alpha: the strength, 0 or more. With the defaults pixels move by 1.4, root mean square.
        sigma: over how many pixels neighbours move together, above 0.
        fill_mode, interpolation, seed, fill_value, data_format: as in `Augmentation`.

    Raises:
        ValueError: for a number out of its range, and for an unknown name.

    >>> image = np.eye(28, dtype="float32").reshape(1, 28, 28, 1)
    >>> ElasticDistortion(seed=0)(image).shape
    (1, 28, 28, 1)
    """

    def __init__(
        self,
        alpha: float = 34.0,
        sigma: float = 4.0,
        fill_mode: str = "constant",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **options: Any,
    ):
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **options)
        if not alpha >= 0 or not sigma > 0:
            raise ValueError(f"alpha is 0 or more, sigma above 0. Received: alpha={alpha!r}, sigma={sigma!r}.")
        self.alpha, self.sigma = float(alpha), float(sigma)

    def coordinates(self, shape: tuple[int, ...], generator: np.random.Generator) -> np.ndarray:
        """Draw a field for each image; return where its pixels were."""
        noise = generator.random((2, *shape[:3]), dtype=np.float32)
        noise *= 2 * self.alpha
        noise -= self.alpha
        return _displaced(shape, self.sigma, noise.astype(self.precision, copy=False))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {**super().get_config(), "alpha": self.alpha, "sigma": self.sigma}


class RandomElasticTransform(Augmentation):
    """Move every pixel by a random field, as Keras does, in training.

    For each batch a strength ``s`` is drawn. Normal noise of standard deviation ``sigma = 0.05 s min(height, width)``
    is blurred by a Gaussian of ``sigma`` pixels and multiplied by ``alpha = 0.1 s max(height, width)``.

    Args:
        factor: how likely it is that an image is moved, from 0 to 1: a range from which that is drawn, or its end.
        scale: the strength, from 0 to 1: a range, or its end.
        value_range: what the pixels are clipped to.
        interpolation, fill_mode, fill_value, seed, data_format: as in `Augmentation`.

    Raises:
        ValueError: for a number out of its range, and for an unknown name.

    The Keras equivalent is ``keras.layers.RandomElasticTransform``.

    >>> image = np.eye(28, dtype="float32").reshape(1, 28, 28, 1)
    >>> RandomElasticTransform(seed=0)(image).shape
    (1, 28, 28, 1)
    """

    def __init__(
        self,
        factor: Factor = 1.0,
        scale: Factor = 1.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        value_range: Sequence[float] = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **options: Any,
    ):
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **options)
        self.factor = factor_range("factor", factor, 0.0, 1.0)
        self.scale = factor_range("scale", scale, 0.0, 1.0)
        self.value_range = tuple(value_range)

    def coordinates(self, shape: tuple[int, ...], generator: np.random.Generator) -> np.ndarray:
        """Draw a field for each image; return where its pixels were."""
        batch, height, width, _ = shape
        moves = generator.random(batch) < generator.uniform(*self.factor, batch)
        strength = generator.uniform(*self.scale)
        alpha, sigma = 0.1 * strength * max(height, width), max(0.05 * strength * min(height, width), 1e-6)
        noise = generator.standard_normal((2, batch, height, width), dtype=np.float32)
        noise *= (alpha * sigma * moves).astype(np.float32)[:, None, None]
        return _displaced(shape, sigma, noise.astype(self.precision, copy=False))

    def _images(self, x: Any) -> Any:
        least, most = self.value_range
        return np.clip(super()._images(x), least, most)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        names = ("factor", "scale", "value_range")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
