"""A picture from outside, made to look like the images that a model was trained on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FRAMES", "Frame", "ImageError", "PreparedImage", "prepare_image"]

#: Grey levels (of 256) that ink and background must be apart.
_LEAST_CONTRAST = 16
#: The share of full ink below which a pixel is background when the ink's bounding box is looked for.
_FAINT = 0.15


class ImageError(Exception):
    """A file is no picture, or there is nothing in it."""


class Frame(NamedTuple):
    """How a data set places the ink: it is scaled to touch a box, and its centre of mass put into a pixel.

    ``centre`` is that pixel's row and column, counted from 0; ``None`` centres the box around the ink instead.
    """

    box_height: int
    box_width: int
    centre: float | None


#: Measured on the training sets: MNIST's digits touch a 20x20 box and have their centre of mass at (14.0, 14.0), within
#: half a pixel; the embedded digits are 8 rows high, 5.7 columns wide on average, with it in column 3.6.
FRAMES = {
    "mnist": Frame(20, 20, 14.0),
    "kmnist": Frame(28, 28, None),
    "fashion_mnist": Frame(28, 28, None),
    "digits": Frame(8, 7, 3.6),
}


@dataclass(frozen=True)
class PreparedImage:
    """Pixels ``(height, width)``, uint8 from 0 (background) to the data set's scale, and whether they were inverted."""

    pixels: NDArray[np.uint8]
    inverted: bool


def prepare_image(path: str | Path, image_shape: tuple[int, int], scale: int, frame: Frame) -> PreparedImage:
    """Return the picture in ``path`` as an image of ``image_shape``, light ink on a dark ground.

    Any size and kind that Pillow reads. The border tells the background: where it is the lighter part, the picture is
    inverted. A picture of exactly ``image_shape`` is otherwise taken as it is; any other is cut to its ink, which is
    scaled and placed as ``frame`` says.

    Raises:
        ImportError: without Pillow, with the command that installs it.
        ImageError: for a file that is no picture, or one without contrast.
    """
    grey = _read_grey(Path(path))
    low, high = float(grey.min()), float(grey.max())
    if high - low < _LEAST_CONTRAST:
        raise ImageError("all its pixels are alike, so there is nothing to recognise.")
    border = np.concatenate([grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]])
    background = float(np.median(border))
    inverted = background > (low + high) / 2
    if grey.shape == tuple(image_shape):
        whole = 255.0 - grey if inverted else grey
        return PreparedImage(np.rint(whole * (scale / 255.0)).astype(np.uint8), inverted)
    ink = np.clip(background - grey if inverted else grey - background, 0.0, None)
    placed = _place(ink / ink.max(), image_shape, frame)
    return PreparedImage(np.rint(placed * scale).astype(np.uint8), inverted)


def _read_grey(path: Path) -> NDArray[np.float32]:
    """Return the picture's brightness, from 0 to 255; what is transparent is the opposite of what is drawn."""
    try:
        from PIL import Image, ImageOps
    except ImportError as error:
        raise ImportError(f'Reading pictures needs Pillow ({error}). Install it: pip install "beras[viz]"') from error
    import warnings

    if path.is_dir():
        raise ImageError(f"it is a folder. Name the pictures in it: {path / '*.png'}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as opened:
                image = ImageOps.exif_transpose(opened)
                if image.mode.startswith("I") or image.mode == "F":
                    return _stretched(np.asarray(image, dtype=np.float32))
                layers = np.asarray(image.convert("RGBA").convert("LA"), dtype=np.float32)
    except FileNotFoundError:
        raise ImageError("there is no such file.") from None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageError(f"it cannot be read as a picture ({error}).") from None
    grey, alpha = layers[..., 0], layers[..., 1] / 255.0
    if float(alpha.min()) == 1.0:
        return grey
    drawn = float(np.sum(grey * alpha) / max(float(np.sum(alpha)), 1.0))
    return grey * alpha + (255.0 if drawn < 128.0 else 0.0) * (1.0 - alpha)


def _stretched(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return pictures of more than 8 bits stretched to 0..255; their files do not say what white is."""
    if not np.all(np.isfinite(values)):
        raise ImageError("some of its pixels are not numbers.")
    low, high = float(values.min()), float(values.max())
    return np.zeros_like(values) if high == low else (values - low) * (255.0 / (high - low))


def _place(ink: NDArray[np.float32], shape: tuple[int, int], frame: Frame) -> NDArray[np.float64]:
    """Return ``ink``, from 0 to 1, cut to its bounding box, scaled into the frame's box and centred in ``shape``."""
    from PIL import Image

    rows, columns = np.flatnonzero(ink.max(axis=1) > _FAINT), np.flatnonzero(ink.max(axis=0) > _FAINT)
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    factor = min(frame.box_height / cut.shape[0], frame.box_width / cut.shape[1])
    height, width = (max(1, round(n * factor)) for n in cut.shape)
    picture: Any = Image.fromarray(np.rint(cut * 255.0).astype(np.uint8))
    small = np.asarray(picture.resize((width, height), Image.Resampling.BICUBIC), dtype=np.float64)
    # Thin strokes fade when they shrink; the data sets' strokes do not.
    small /= max(float(small.max()), 1.0)
    placed = np.zeros(shape)
    top, left = (
        _first(n, size, axis, small, frame.centre)
        for axis, (n, size) in enumerate(zip(small.shape, shape, strict=True))
    )
    placed[top : top + height, left : left + width] = small
    return placed


def _first(length: int, size: int, axis: int, small: NDArray[np.float64], centre: float | None) -> int:
    """Return the row (or column) of the whole image in which the scaled ink begins."""
    if centre is None:
        start = (size - length) // 2
    else:
        mass = small.sum(axis=1 - axis)
        middle = float(np.sum(mass * np.arange(length)) / np.sum(mass))
        start = math.floor(centre - middle + 0.5)
    return min(max(start, 0), size - length)
