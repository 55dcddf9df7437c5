"""Pictures on disk: their pixels, the settings inside, names, and paths that cannot be written."""

from __future__ import annotations

import os
import sys

import numpy as np
import pytest
from PIL import Image

from beras.diffusion.errors import DiffusionError
from beras.diffusion.generate import generate
from beras.diffusion.pictures import check_picture_path, read_settings, save_picture


@pytest.fixture(scope="module")
def made(tiny):
    return generate(tiny, "a 🐻, “red”", steps=6, every=2, negative="Ünsinn", progress=False)


@pytest.fixture(scope="module")
def batch(tiny):
    return generate(tiny, ["a cat", "the dog"], steps=2, every=1, progress=False)


def test_a_png_file_keeps_every_pixel_and_the_settings(made, tmp_path):
    (path,) = made.save(tmp_path / "bear.png")
    with Image.open(path) as picture:
        assert np.array_equal(np.asarray(picture), np.asarray(made.images[0]))
    settings = read_settings(path)
    assert settings["prompt"] == "a 🐻, “red”"
    assert settings["negative"] == "Ünsinn"
    assert (settings["seed"], settings["steps"], settings["guidance"]) == (2, 6, 5.0)
    assert [settings[name] for name in ("number", "batch", "height", "width")] == [1, 1, 64, 64]
    assert settings["model"] == "made in memory"


@pytest.mark.parametrize("name", ["bear.jpg", "bear.JPEG", "bear.webp"])
def test_other_kinds_carry_the_settings_as_exif(made, tmp_path, name):
    (path,) = made.save(tmp_path / name)
    assert read_settings(path)["prompt"] == "a 🐻, “red”"
    with Image.open(path) as picture:
        assert picture.size == (64, 64)
        assert "Received" not in str(picture.info)


def test_the_settings_give_the_picture_again(made, tiny, tmp_path):
    (path,) = made.save(tmp_path / "bear.png")
    read = read_settings(path)
    again = generate(
        tiny,
        read["prompt"],
        size=(read["height"], read["width"]),
        every=0,
        progress=False,
        **{name: read[name] for name in ("negative", "seed", "steps", "guidance")},
    )
    assert np.array_equal(np.asarray(again.images[0]), np.asarray(made.images[0]))


def test_several_pictures_have_numbers_and_their_own_prompts(batch, tmp_path):
    paths = batch.save(tmp_path / "pets.png")
    assert [path.name for path in paths] == ["pets-1.png", "pets-2.png"]
    assert [(read_settings(path)["prompt"], read_settings(path)["number"]) for path in paths] == [
        ("a cat", 1),
        ("the dog", 2),
    ]


def test_the_name_of_a_folder_is_all_that_is_told_of_it(tiny_copy, tmp_path):
    folder = tmp_path / "secret" / "weights"
    folder.mkdir(parents=True)
    tiny_copy.register_to_config(_name_or_path=str(folder))
    made = generate(tiny_copy, "a cat", steps=1, every=0, progress=False)
    assert made.settings["model"] == "weights"
    assert "secret" not in str(made.settings)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("bear.gif", "A picture is written as one of .png, .jpg, .jpeg, .webp. Received: "),
        ("bear.jpgg", "Did you mean '.jpg'?"),
        ("bear", "A picture is written as one of"),
        ("nowhere/bear.png", "There is no folder"),
        ("folder.png", "this is a folder"),
    ],
)
def test_a_path_that_cannot_be_written_gets_a_sentence(made, tmp_path, name, sentence):
    (tmp_path / "folder.png").mkdir()
    for save in (made.save, made.save_grid, check_picture_path):
        with pytest.raises(DiffusionError) as raised:
            save(tmp_path / name)
        assert sentence in str(raised.value)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.png"]


@pytest.mark.skipif(sys.platform == "win32" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write")
def test_a_folder_without_permission_is_an_error_of_the_system(made, tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(PermissionError):
        made.save(tmp_path / "bear.png")


def test_a_failure_in_the_middle_leaves_the_older_file(made, tmp_path, monkeypatch):
    (path,) = made.save(tmp_path / "bear.png")
    before = path.read_bytes()
    monkeypatch.setattr(Image.Image, "save", lambda self, file, *a, **k: (file.write(b"half"), 1 / 0))
    with pytest.raises(ZeroDivisionError):
        made.save(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_picture_without_settings_is_said_to_have_none(tmp_path):
    for name in ("plain.png", "plain.jpg"):
        Image.new("RGB", (8, 8)).save(tmp_path / name)
        with pytest.raises(DiffusionError, match="does not say with which settings it was made"):
            read_settings(tmp_path / name)
    path = save_picture(Image.new("RGB", (8, 8)), tmp_path / "own.png", {"seed": 1})
    assert read_settings(path) == {"seed": 1}


# The grid


def test_the_grid_shows_every_step_above_its_number(made):
    assert [number for number, _ in made.intermediates] == [0, 2, 4, 6, 7]
    sheet = np.asarray(made.grid(columns=2))
    rows, columns = 3, 2
    places = [(row, column) for row in range(rows) for column in range(columns)][:5]
    step = (sheet.shape[0] - 4) // rows, (sheet.shape[1] - 4) // columns
    for (_, picture), (row, column) in zip(made.intermediates, places, strict=True):
        top, left = 4 + row * step[0], 4 + column * step[1]
        assert np.array_equal(sheet[top : top + 64, left : left + 64], np.asarray(picture))
        caption = sheet[top + 64 : top + step[0], left : left + 64]
        assert caption.min() < 128 < caption.max()


def test_a_batch_has_a_row_for_each_picture(batch):
    sheet = np.asarray(batch.grid())
    step = (sheet.shape[0] - 4) // 2
    for row, picture in enumerate(batch.images):
        found = sheet[4 + row * step : 68 + row * step, -64 - 4 : -4]
        assert np.array_equal(found, np.asarray(picture))


def test_the_grid_is_saved_with_the_settings(made, tmp_path):
    assert read_settings(made.save_grid(tmp_path / "steps.png"))["prompt"] == ["a 🐻, “red”"]
    with pytest.raises(DiffusionError, match="columns takes a whole number of 1 or more"):
        made.grid(columns=0)


def test_it_says_in_a_line_what_it_is(made, batch):
    assert repr(made).startswith("<Generation: 1 image of 64x64, 7 updates, 5 intermediates, ")
    assert repr(batch).startswith("<Generation: 2 images of 64x64, 3 updates,")
