"""clip_transform(): to the bit what the library's image processor makes, for any size and mode."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import torch
from PIL import Image

from beras.diffusion import DiffusionError, clip_transform

SIZES = [
    *[(224, 224), (512, 512), (300, 400), (100, 150), (225, 225), (1, 1), (1, 9), (9, 1), (3, 2)],
    # The longer side less 224 is 1, 2, 3, 4, ...: torchvision's crop and the library's differ at 3.
    *[(224, 224 + extra) for extra in range(1, 8)],
    *[(224 + extra, 224) for extra in range(1, 8)],
    *map(tuple, np.random.default_rng(0).integers(1, 500, (20, 2)).tolist()),
]


@pytest.fixture(scope="module")
def processor():
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    return CLIPImageProcessorPil()


def noise(width, height, seed=0):
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8))


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_pixels_are_those_of_the_processor(processor, size):
    picture = noise(*size)
    truth = processor(picture, return_tensors="pt").pixel_values[0]
    found = clip_transform()(picture)
    assert found.dtype == torch.float32
    assert torch.equal(found, truth)


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "1", "CMYK", "LA", "YCbCr"])
def test_every_mode_is_converted_as_the_processor_does(processor, mode):
    picture = noise(150, 130).convert(mode)
    assert torch.equal(clip_transform()(picture), processor(picture, return_tensors="pt").pixel_values[0])


def test_every_grey_level_comes_out_as_in_the_processor(processor):
    levels = np.repeat(np.arange(256, dtype=np.uint8), 196).reshape(224, 224)
    picture = Image.fromarray(levels).convert("RGB")
    assert torch.equal(clip_transform()(picture), processor(picture, return_tensors="pt").pixel_values[0])


@pytest.mark.parametrize("size", [1, 32, 336])
def test_other_sizes(size):
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    other = CLIPImageProcessorPil(size={"shortest_edge": size}, crop_size={"height": size, "width": size})
    picture = noise(150, 131)
    assert torch.equal(clip_transform(size)(picture), other(picture, return_tensors="pt").pixel_values[0])


def test_the_picture_is_left_as_it_was():
    picture = noise(300, 200)
    before = picture.tobytes()
    clip_transform()(picture)
    assert picture.tobytes() == before


def test_it_can_be_sent_to_another_process():
    transform = pickle.loads(pickle.dumps(clip_transform(64)))
    assert transform(noise(80, 80)).shape == (3, 64, 64)


def test_what_cannot_be_transformed_is_named():
    with pytest.raises(DiffusionError, match="Received: str"):
        clip_transform()("cat.png")
    with pytest.raises(DiffusionError, match="too long and thin: 2 x 5000 pixels"):
        clip_transform()(Image.new("RGB", (2, 5000)))
    with pytest.raises(DiffusionError, match="no pixels"):
        clip_transform()(Image.new("RGB", (0, 5)))
    for size in (0, -1, 2.5, True, "224"):
        with pytest.raises(DiffusionError, match="whole number"):
            clip_transform(size)
