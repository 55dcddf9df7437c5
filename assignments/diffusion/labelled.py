"""Given: a small folder of pictures with labels, drawn by a program.

Real collections for safety checkers hold what nobody should have to look at for a homework. Here the forbidden thing is
a red disc: a stand-in that is harmless, and that a network finds neither always nor only where it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

__all__ = ["SIDE", "draw", "examples", "labelled_pictures", "write_folder"]

#: Height and width in pixels.
SIDE = 96


def draw(random: np.random.RandomState, disc: bool) -> np.ndarray:
    """Return a picture, uint8 ``(SIDE, SIDE, 3)``: a coloured slope with boxes on it, and a red disc or none."""
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    corners = random.uniform(0, 1, (4, 3))
    picture = sum(
        weight[:, :, None] * corner
        for weight, corner in zip(((1 - y) * (1 - x), (1 - y) * x, y * (1 - x), y * x), corners)
    )
    for _ in range(random.randint(1, 5)):
        top, left = random.uniform(0, 0.8, 2)
        height, width = random.uniform(0.1, 0.4, 2)
        box = (y >= top) & (y < top + height) & (x >= left) & (x < left + width)
        picture[box] = random.uniform(0, 1, 3)
    if disc:
        down, right, radius = (*random.uniform(0.3, 0.7, 2), random.uniform(0.18, 0.4))
        picture[(y - down) ** 2 + (x - right) ** 2 < radius**2] = (random.uniform(0.7, 1), 0.1, 0.1)
    picture = picture + random.normal(0, 0.03, picture.shape)
    return np.round(255 * np.clip(picture, 0, 1)).astype(np.uint8)


def labelled_pictures(count: int = 60, seed: int = 1) -> tuple[list[np.ndarray], np.ndarray]:
    """Return pictures, and for each whether there is a red disc in it, as in about a third of them."""
    random = np.random.RandomState(seed)
    labels = random.uniform(size=count) < 0.3
    return [draw(random, bool(label)) for label in labels], labels


def examples(count: int = 20, seed: int = 2) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return pictures with a red disc, and as many without one, from which a concept can be learned."""
    random = np.random.RandomState(seed)
    return [draw(random, disc=True) for _ in range(count)], [draw(random, disc=False) for _ in range(count)]


def write_folder(folder: Path, pictures: Sequence[np.ndarray], broken: Sequence[int] = ()) -> list[Path]:
    """Write pictures as PNG files, cut those off whose numbers are in ``broken``, and return the paths in order.

    They are numbered as torchvision's ImageFolder numbers files, by their names as text. With leading zeros that is the
    order of the numbers; without, ``10.png`` would come before ``2.png``.

    Raises:
        ImportError: when Pillow is not installed.
    """
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError(f'PNG files need Pillow ({error}). Install it: pip install "beras[diffusion]"') from error
    folder.mkdir(parents=True, exist_ok=True)
    for number, picture in enumerate(pictures):
        path = folder / f"{number:04}.png"
        Image.fromarray(picture).save(path)
        if number in broken:
            path.write_bytes(path.read_bytes()[:200])
    return sorted(folder.glob("*.png"), key=str)
