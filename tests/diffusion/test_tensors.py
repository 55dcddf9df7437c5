"""The table of question 5.2: from a generation, and at full size without weights."""

from __future__ import annotations

import json

import pytest
import torch

from beras.diffusion.errors import DiffusionError
from beras.diffusion.generate import generate
from beras.diffusion.tensors import meta_tensor_table, tensor_table, tensors_to_markdown

#: The full size: name, dtype, shape, number of elements, and what begins the columns batch, feature and spatial.
FULL = [
    ("text_tokens", "int64", (2, 77), 154, "2", "", "77"),
    ("text_vectors", "float32", (2, 77, 768), 118_272, "2", "768", "77"),
    ("image_vectors", "float32", (1, 4, 64, 64), 16_384, "1", "4", "64 (y) x 64 (x)"),
    ("update", "float32", (2, 4, 64, 64), 32_768, "2", "4", "64 (y) x 64 (x)"),
    ("rgb_vectors", "float32", (1, 3, 512, 512), 786_432, "1", "3", "512 (y) x 512 (x)"),
]


@pytest.fixture(scope="module")
def full():
    return meta_tensor_table()


def test_the_shapes_at_full_size(full):
    assert [(row.name, row.dtype, row.shape, row.numel) for row in full] == [line[:4] for line in FULL]
    for row, (*_, batch, feature, spatial) in zip(full, FULL, strict=True):
        assert row.batch.startswith(batch)
        assert row.feature.startswith(feature)
        assert row.spatial.startswith(spatial)


def test_the_four_features_of_the_latents_are_no_colours(full):
    assert full[2].feature == "4 (latent channels)"
    assert full[4].feature == "3 (red, green, blue)"
    assert full[0].feature == ""


def test_the_table_of_a_generation_is_that_of_its_tensors(tiny):
    made = generate(tiny, ["a cat", "the dog"], steps=1, size=(48, 80), every=0, progress=False)
    rows = tensor_table(made)
    assert [row.shape for row in rows] == [(4, 77), (4, 77, 32), (2, 4, 6, 10), (4, 4, 6, 10), (2, 3, 48, 80)]
    assert all(row.numel == made.tensors[row.name].numel() for row in rows)
    assert rows[0].batch == "4 (without and with the 2 prompts)"
    assert rows[2].batch == "2 (2 prompts)"
    assert torch.equal(made.tensors["image_vectors"], made.latents)


def test_without_guidance_the_batch_is_not_doubled(tiny):
    made = generate(tiny, "a cat", steps=1, guidance=1, every=0, progress=False, notify=None)
    assert [row.batch for row in tensor_table(made)] == ["1 (prompt)"] * 5


def test_the_update_is_what_the_unet_said_last(tiny):
    made = generate(tiny, "a cat", steps=1, every=0, progress=False)
    with torch.no_grad():
        update = tiny.unet(torch.cat([made.noise] * 2), made.timesteps[0], made.tensors["text_vectors"]).sample
    assert torch.equal(made.tensors["update"], update)


def test_the_markdown_is_a_table(full):
    lines = tensors_to_markdown(full).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert len(lines) == 7
    assert "| 1x3x512x512 | 786,432 |" in lines[-1]


def test_a_row_is_json(full):
    assert json.loads(json.dumps(full[0].to_dict()))["shape"] == [2, 77]


@pytest.mark.parametrize("options", [{"batch": 0}, {"size": (100, 512)}])
def test_a_bad_argument_gets_a_sentence(options):
    with pytest.raises(DiffusionError, match="takes"):
        meta_tensor_table(**options)
