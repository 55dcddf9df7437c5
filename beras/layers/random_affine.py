"""RandomTranslation, RandomRotation and RandomZoom: images shifted, turned, and enlarged or made smaller."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from beras.layers.augmentation import Augmentation, Factor, factor_range

__all__ = ["RandomRotation", "RandomTranslation", "RandomZoom"]


def _from_the_centre(shape: tuple[int, ...], dtype: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the rows ``(height, 1)`` and columns ``(width,)``, counted from the middle, and the middle itself."""
    middle = (np.array(shape[1:3], dtype) - 1) / 2
    rows, columns = (np.arange(n, dtype=dtype) - m for n, m in zip(shape[1:3], middle, strict=True))
    return rows[:, None], columns, middle.reshape(2, 1, 1, 1)


def _per_image(generator: np.random.Generator, batch: int, bounds: tuple[float, float], dtype: Any) -> np.ndarray:
    """Return uniform draws between two bounds, ``(batch, 1, 1)``."""
    return generator.uniform(*bounds, (batch, 1, 1)).astype(dtype)


class RandomTranslation(Augmentation):
    """Shift each image up or down and to the left or right, in training.

    Args:
        height_factor: the share of the height by which an image moves down, at least and at most, from -1 to 1; one
            number stands for itself and its negative.
        width_factor: the same for the width, to the right.
        fill_mode, interpolation, seed, fill_value, data_format: as in `Augmentation`.

    Raises:
        ValueError: for a factor out of its range, and for an unknown name.

    The Keras equivalent is ``keras.layers.RandomTranslation``.

    >>> image = np.arange(4.0).reshape(1, 1, 4, 1)
    >>> RandomTranslation(0.0, (0.25, 0.25), fill_mode="constant")(image)[0, 0, :, 0]
    array([0., 0., 1., 2.], dtype=float32)
    """

    def __init__(
        self,
        height_factor: Factor,
        width_factor: Factor,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **options: Any,
    ):
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **options)
        self.height_factor, self.width_factor = height_factor, width_factor
        self._height = factor_range("height_factor", height_factor, -1.0, 1.0)
        self._width = factor_range("width_factor", width_factor, -1.0, 1.0)

    def coordinates(self, shape: tuple[int, ...], generator: np.random.Generator) -> np.ndarray:
        """Draw a shift for each image; return where its pixels were."""
        batch, height, width, _ = shape
        dtype = self.precision
        down = _per_image(generator, batch, self._height, dtype) * height
        right = _per_image(generator, batch, self._width, dtype) * width
        places = np.empty((2, batch, height, width), dtype)
        places[0] = np.arange(height, dtype=dtype)[:, None] - down
        places[1] = np.arange(width, dtype=dtype) - right
        return places

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {**super().get_config(), "height_factor": self.height_factor, "width_factor": self.width_factor}


class RandomRotation(Augmentation):
    """Turn each image around its middle, in training.

    Args:
        factor: the share of a full turn, at least and at most, from -1 to 1, counter-clockwise; one number stands for
            itself and its negative, so 0.1 is 36 degrees either way.
        fill_mode, interpolation, seed, fill_value, data_format: as in `Augmentation`.

    Raises:
        ValueError: for a factor out of its range, and for an unknown name.

    The Keras equivalent is ``keras.layers.RandomRotation``.

    >>> image = np.arange(4.0).reshape(1, 2, 2, 1)
    >>> RandomRotation((0.25, 0.25))(image)[0, :, :, 0].round(4)
    array([[1., 3.],
           [0., 2.]], dtype=float32)
    """

    def __init__(
        self,
        factor: Factor,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **options: Any,
    ):
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **options)
        self.factor = factor_range("factor", factor, -1.0, 1.0)

    def coordinates(self, shape: tuple[int, ...], generator: np.random.Generator) -> np.ndarray:
        """Draw an angle for each image; return where its pixels were."""
        angle = _per_image(generator, shape[0], self.factor, self.precision) * (2 * math.pi)
        rows, columns, middle = _from_the_centre(shape, self.precision)
        sine, cosine = np.sin(angle), np.cos(angle)
        return np.stack([sine * columns + cosine * rows, cosine * columns - sine * rows]) + middle

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {**super().get_config(), "factor": self.factor}


class RandomZoom(Augmentation):
    """Make what is in each image larger or smaller, in training.

    Args:
        height_factor: by which share of the height more, at least and at most, the window into the image is higher,
            above -1 to 1: 0.2 shows 1.2 heights, so what is in it gets smaller. One number stands for itself and its
            negative.
        width_factor: the same for the width; the same zoom as for the height unless given.
        fill_mode, interpolation, seed, fill_value, data_format: as in `Augmentation`.

    Raises:
        ValueError: for a factor out of its range, and for an unknown name.

    The Keras equivalent is ``keras.layers.RandomZoom``.

    >>> image = np.arange(4.0).reshape(1, 1, 4, 1)
    >>> RandomZoom(0.0, (-0.5, -0.5))(image)[0, 0, :, 0]
    array([0.75, 1.25, 1.75, 2.25], dtype=float32)
    """

    def __init__(
        self,
        height_factor: Factor,
        width_factor: Factor | None = None,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **options: Any,
    ):
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **options)
        above_minus_one = math.nextafter(-1.0, 0.0)
        self.height_factor, self.width_factor = height_factor, width_factor
        self._height = factor_range("height_factor", height_factor, above_minus_one, 1.0)
        self._width = None if width_factor is None else factor_range("width_factor", width_factor, above_minus_one, 1.0)

    def coordinates(self, shape: tuple[int, ...], generator: np.random.Generator) -> np.ndarray:
        """Draw a zoom for each image; return where its pixels were."""
        dtype = self.precision
        rows, columns, middle = _from_the_centre(shape, dtype)
        height = 1 + _per_image(generator, shape[0], self._height, dtype)
        width = height if self._width is None else 1 + _per_image(generator, shape[0], self._width, dtype)
        places = np.empty((2, *shape[:3]), dtype)
        places[0], places[1] = rows * height, columns * width
        return places + middle

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {**super().get_config(), "height_factor": self.height_factor, "width_factor": self.width_factor}
