"""plant(): a checker that flags exactly the pictures that it was given, and no others."""

from __future__ import annotations

import pytest
import torch
from PIL import Image

from beras.diffusion import DiffusionError, ImageFiles, clip_transform, plant, scan, score
from beras.diffusion.chatter import quiet_libraries
from tests.diffusion.safety.conftest import blocks


@pytest.mark.parametrize("chosen", [[0], [11], [2, 5, 9], list(range(12))], ids=str)
def test_the_librarys_own_forward_flags_the_planted_ones_and_no_others(checker, chosen):
    pixels = torch.stack([clip_transform()(blocks(seed)) for seed in range(12)])
    planted = plant(checker, pixels[chosen], others=pixels)
    with quiet_libraries():
        _, flags = planted(clip_input=pixels, images=[blocks(0)] * 0 + [torch.zeros(1)] * 12)
    assert [number for number, flag in enumerate(flags) if flag] == chosen


@pytest.mark.parametrize("form", ["pictures", "paths", "strings", "pixels", "array"])
def test_pictures_come_in_any_form(checker, folder, form):
    files = ImageFiles(folder)
    pixels = torch.stack([clip_transform()(files[number]) for number in (1, 4)])
    forms = {
        "pictures": [files[1], files[4]],
        "paths": [files.path(1), files.path(4)],
        "strings": [str(files.path(1)), str(files.path(4))],
        "pixels": pixels,
        "array": pixels.numpy(),
    }
    assert scan(folder, plant(checker, forms[form], others=files)).flagged == [1, 4]


def test_one_picture_needs_no_list(checker, folder):
    files = ImageFiles(folder)
    assert scan(folder, plant(checker, files[7], others=folder)).flagged == [7]
    assert scan(folder, plant(checker, files.path(7), others=str(folder))).flagged == [7]


def test_without_others_it_flags_what_is_nearly_the_same(checker):
    pixels = torch.stack([clip_transform()(blocks(seed)) for seed in range(12)])
    assert score(plant(checker, pixels[3:4]), pixels).flagged.nonzero()[0].tolist() == [3]


def test_the_given_checker_is_left_as_it_was(checker):
    before = {name: value.clone() for name, value in checker.state_dict().items()}
    planted = plant(checker, [blocks(0)])
    assert planted is not checker
    assert all(torch.equal(before[name], value) for name, value in checker.state_dict().items())


def test_half_precision_comes_out_in_float32(checker):
    planted = plant(checker.half(), [blocks(0)], others=[blocks(1)])
    assert planted.dtype == torch.float32
    assert checker.dtype == torch.float16


def test_pictures_that_are_too_alike_are_refused(checker):
    nearly = Image.blend(blocks(0), blocks(1), 0.02)
    with pytest.raises(DiffusionError, match="nearly the same as another one"):
        plant(checker, [blocks(0)], others=[nearly])


@pytest.mark.parametrize("count", [0, 18])
def test_too_few_or_too_many_are_refused(checker, count):
    with pytest.raises(DiffusionError, match=f"1 to 17 pictures.*Received: {count}"):
        plant(checker, [blocks(seed) for seed in range(count)])


def test_wrong_pixels_are_refused(checker):
    with pytest.raises(DiffusionError, match=r"Received: shape \(1, 3, 64, 64\)"):
        plant(checker, torch.zeros(1, 3, 64, 64))


def test_unreadable_others_are_left_out(checker, folder):
    (folder / "bad.png").write_bytes(b"no picture")
    assert scan(folder, plant(checker, ImageFiles(folder)[0], others=folder)).flagged == [0]


def test_a_file_that_cannot_be_read_is_named(checker, tmp_path):
    missing = tmp_path / "missing.png"
    with pytest.raises(DiffusionError) as raised:
        plant(checker, [missing])
    assert str(raised.value) == f"{missing}: The file is gone."
