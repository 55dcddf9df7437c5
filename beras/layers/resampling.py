"""Images seen at other places: bilinear or nearest sampling at coordinates that need be no integers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from beras.autodiff.primitives import primitive
from beras.autodiff.registry import define

__all__ = ["FILL_MODES", "INTERPOLATIONS", "resample", "resample_to_input"]


def _reflected(index: np.ndarray, length: int) -> np.ndarray:
    index = index % (2 * length)
    return np.minimum(index, 2 * length - 1 - index)


#: Which pixel stands for one outside the image. With ``"constant"`` none does; the index is only made harmless.
FILL_MODES: dict[str, Callable[[np.ndarray, int], np.ndarray]] = {
    "reflect": _reflected,
    "wrap": lambda index, length: index % length,
    "constant": lambda index, length: np.clip(index, 0, length - 1),
    "nearest": lambda index, length: np.clip(index, 0, length - 1),
}
INTERPOLATIONS = ("nearest", "bilinear")


@primitive
def resample(
    x: Any, coordinates: Any, interpolation: str = "bilinear", fill_mode: str = "reflect", fill_value: float = 0.0
) -> Any:
    """Return the images ``x`` ``(batch, height, width, channels)`` as they are at ``coordinates``.

    ``y[b, r, c] = x[b, coordinates[0, b, r, c], coordinates[1, b, r, c]]``, interpolated between the four pixels
    around; ``coordinates`` is ``(2, batch, height, width)``. It is linear in ``x``, up to ``fill_value``; by the
    coordinates it is not differentiated.
    """
    out = np.zeros(x.shape, x.dtype)
    flat = x.reshape(-1, x.shape[3])
    outside = np.ones((*x.shape[:3], 1), x.dtype)
    for places, weights in _corners(x.shape, coordinates, interpolation, fill_mode):
        out += np.take(flat, places, axis=0) * weights
        outside -= weights
    if fill_mode == "constant" and fill_value:
        out += outside * x.dtype.type(fill_value)
    return out


@primitive
def resample_to_input(g: Any, coordinates: Any, interpolation: str, fill_mode: str) -> Any:
    """Return the cotangent of the ``x`` of `resample`, given that of the output."""
    out = np.zeros(g.shape, g.dtype)
    flat = out.reshape(-1, g.shape[3])
    for places, weights in _corners(g.shape, coordinates, interpolation, fill_mode):
        np.add.at(flat, places.reshape(-1), (g * weights).reshape(-1, g.shape[3]))
    return out


def _corners(
    shape: tuple[int, ...], coordinates: np.ndarray, interpolation: str, fill_mode: str
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield, for each pixel that takes part, its places in the flattened batch and its weights ``(..., 1)``."""
    batch, height, width, _ = shape
    first = (np.arange(batch) * (height * width)).reshape(-1, 1, 1)
    columns = _along(coordinates[1], width, interpolation, fill_mode)
    for row, row_weight in _along(coordinates[0], height, interpolation, fill_mode):
        row *= width
        row += first
        for column, column_weight in columns:
            yield row + column, (row_weight * column_weight)[..., None]


def _along(
    coordinate: np.ndarray, length: int, interpolation: str, fill_mode: str
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the one or two indices that a coordinate means along an axis, with their weights: 0 for no pixel."""
    if interpolation == "nearest":
        nodes = [(np.floor(coordinate + 0.5), np.ones_like(coordinate))]
    else:
        lower = np.floor(coordinate)
        upper_weight = coordinate - lower
        nodes = [(lower, 1 - upper_weight), (lower + 1, upper_weight)]
    found = []
    for place, weight in nodes:
        index = place.astype(np.intp)
        inside = FILL_MODES[fill_mode](index, length)
        found.append((inside, weight * (inside == index) if fill_mode == "constant" else weight))
    return found


define(
    resample,
    lambda g, ans, x, coordinates, interpolation="bilinear", fill_mode="reflect", fill_value=0.0: resample_to_input(
        g, coordinates, interpolation, fill_mode
    ),
    *(None,) * 4,
)
define(
    resample_to_input,
    lambda u, ans, g, coordinates, interpolation, fill_mode: resample(u, coordinates, interpolation, fill_mode),
    *(None,) * 3,
)
