"""Augmentation: every image is moved a little, anew each time, in training only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from beras import config
from beras.autodiff.primitives import primitive
from beras.autodiff.registry import constant
from beras.errors import unknown_name
from beras.layers.images import ImageLayer, Shape
from beras.layers.resampling import FILL_MODES, INTERPOLATIONS, resample

__all__ = ["Augmentation", "factor_range"]

Factor = float | Sequence[float]


@primitive
def _drawn(x: np.ndarray, shape: tuple[int, ...], draw: Callable[..., np.ndarray]) -> np.ndarray:
    """Return what ``draw`` draws for images ``x`` of ``shape``, anew at each call."""
    return draw(shape)


constant(_drawn)
_drawn.draws = True  # type: ignore[attr-defined]


def factor_range(argument: str, factor: Any, least: float, most: float) -> tuple[float, float]:
    """Return the range that ``factor`` means: two numbers, or one that stands for itself and its negative.

    Raises:
        ValueError: for anything else, and for a number below ``least`` or above ``most``.

    >>> factor_range("factor", 0.1, -1.0, 1.0)
    (-0.1, 0.1)
    """
    several = list(factor) if isinstance(factor, (tuple, list)) else [factor]
    numbers = [float(n) for n in several if isinstance(n, (int, float, np.number)) and not isinstance(n, bool)]
    if len(numbers) != len(several) or len(several) > 2 or not all(least <= n <= most for n in numbers):
        raise ValueError(
            f"{argument} is a number from {least:g} to {most:g}, or two of them. Received: {argument}={factor!r}."
        )
    if len(numbers) == 1:
        return max(-abs(numbers[0]), least), abs(numbers[0])
    return min(numbers), max(numbers)


class Augmentation(ImageLayer):
    """The base of layers that look at each image at other coordinates: ``y[b, r, c] = x[b, r', c']``.

    A subclass says where, in `coordinates`. Off at inference; as in Keras a call of the layer by itself trains.

    Args:
        fill_mode: what is outside the image: ``"reflect"`` for its mirror image, ``"wrap"`` for it again, ``"nearest"``
            for the pixel at the border, ``"constant"`` for ``fill_value``.
        interpolation: ``"bilinear"``, or ``"nearest"`` for the nearest pixel.
        seed: for a sequence of draws of its own; otherwise they come from the generator of `set_random_seed`.
        fill_value: what is outside the image with ``fill_mode="constant"``.
        data_format: ``"channels_last"``, the default, or ``"channels_first"``.
    """

    def __init__(
        self,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **options: Any,
    ):
        super().__init__(data_format, **options)
        if fill_mode not in FILL_MODES:
            raise ValueError(unknown_name("fill_mode", str(fill_mode), FILL_MODES))
        if interpolation not in INTERPOLATIONS:
            raise ValueError(unknown_name("interpolation", str(interpolation), INTERPOLATIONS))
        self.fill_mode, self.interpolation = fill_mode, interpolation
        self.seed, self.fill_value = seed, float(fill_value)
        self._generator = None if seed is None else np.random.default_rng(seed)

    def call(self, inputs: Any, training: bool = True) -> Any:
        """Return the images, moved when ``training``."""
        if training:
            return super().call(inputs)
        self.inputs = inputs
        return inputs

    @property
    def precision(self) -> np.dtype:
        """The dtype of coordinates: that of the images, but float32 at least."""
        return np.result_type(self.dtype, np.float32)

    def _images(self, x: Any) -> Any:
        coordinates = _drawn(x, x.shape, self._draw)
        return resample(x, coordinates, self.interpolation, self.fill_mode, self.fill_value)

    def _draw(self, shape: tuple[int, ...]) -> np.ndarray:
        return self.coordinates(shape, self._generator or config.generator())

    def coordinates(self, shape: tuple[int, ...], generator: np.random.Generator) -> np.ndarray:
        """Draw where in its image each pixel is looked for: rows and columns, ``(2, batch, height, width)``."""
        raise NotImplementedError(f"{type(self).__name__} must define coordinates(self, shape, generator).")

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> Shape:
        """Return ``input_shape``."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        names = ("fill_mode", "interpolation", "seed", "fill_value", "data_format")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
