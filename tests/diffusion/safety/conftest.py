"""What the tests of the safety checker share: pictures of random blocks, which a random checker tells apart."""

from __future__ import annotations

import copy
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np
import pytest

from beras.diffusion import ImageFiles, import_torchvision, plant
from beras.diffusion.dependencies import missing

if TYPE_CHECKING:
    from PIL import Image

if not missing():
    import_torchvision()
#: The module, which the function of its name hides: to patch what it uses.
SCAN = import_module("beras.diffusion.safety.scan")


def blocks(seed: int, width: int = 96, height: int = 80) -> Image.Image:
    """Return a picture of 6 x 6 blocks of random colours."""
    from PIL import Image

    colours = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return Image.fromarray(colours).resize((width, height), Image.Resampling.NEAREST)


@pytest.fixture
def checker(tiny):
    """Return a random checker that a test may change."""
    return copy.deepcopy(tiny.safety_checker)


@pytest.fixture
def folder(tmp_path):
    """Return a folder with twelve pictures of several sizes, 0.png to 11.png."""
    place = tmp_path / "pictures"
    place.mkdir()
    for number in range(12):
        blocks(number, 80 + 7 * number, 120 - 5 * number).save(place / f"{number}.png")
    return place


@pytest.fixture
def planted(checker, folder):
    """Return a checker that flags pictures 2, 3 and 11 of the folder: 10.png, 11.png and 9.png."""
    files = ImageFiles(folder)
    return plant(checker, [files.path(number) for number in (2, 3, 11)], others=files)
