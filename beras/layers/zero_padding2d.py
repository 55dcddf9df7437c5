"""ZeroPadding2D: a frame of zeros around each image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from beras.layers.images import ImageLayer, pair

__all__ = ["ZeroPadding2D"]


class ZeroPadding2D(ImageLayer):
    """Put rows and columns of zeros around each image.

    Input ``(batch, height, width, channels)``, output ``(batch, top + height + bottom, left + width + right,
    channels)``.

    Args:
        padding: ``((top, bottom), (left, right))``; ``(rows, columns)`` for the same on both sides; or one integer for
            all four.
        data_format: ``"channels_last"``, the default, or ``"channels_first"``.

    Raises:
        ValueError: for another ``padding``.

    The Keras equivalent is ``keras.layers.ZeroPadding2D``; torch's is ``nn.ZeroPad2d``.

    >>> import numpy as np
    >>> ZeroPadding2D(((0, 1), (2, 0)))(np.ones((5, 28, 28, 3))).shape
    (5, 29, 30, 3)
    """

    def __init__(self, padding: Any = (1, 1), data_format: str | None = None, **options: Any):
        super().__init__(data_format, **options)
        rows, columns = padding if isinstance(padding, (tuple, list)) and len(padding) == 2 else (padding, padding)
        self.padding = pair("padding", rows, least=0), pair("padding", columns, least=0)

    def _images(self, x: Any) -> Any:
        return np.pad(x, ((0, 0), *self.padding, (0, 0)))

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return ``(batch, top + height + bottom, left + width + right, channels)``."""
        batch, *image, channels = self._last(input_shape)
        height, width = (None if n is None else n + sum(more) for n, more in zip(image, self.padding, strict=True))
        return self._back((batch, height, width, channels))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {**super().get_config(), "padding": self.padding, "data_format": self.data_format}
