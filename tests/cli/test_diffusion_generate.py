"""`beras diffusion generate`: files, messages, JSON and how it ends."""

from __future__ import annotations

import json

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("diffusers")
pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Return the folder of a tiny pipeline."""
    from beras.diffusion import tiny_pipeline

    folder = tmp_path_factory.mktemp("model") / "tiny"
    tiny_pipeline(folder)
    return folder


@pytest.fixture
def draw(beras_command, model, tmp_path, monkeypatch):
    """Call the verb on the tiny pipeline, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments, prompt="a red cat"):
        return beras_command("diffusion", "generate", prompt, "--model", model, "--steps", "3", *arguments)

    return call


def test_it_writes_a_picture_and_says_how_it_was_made(draw, tmp_path):
    from beras.diffusion.pictures import read_settings

    result = draw("-o", "cat.png", "--seed", "7", "--every", "1", "--grid", "steps.png")
    assert result.exit_code == 0, result.stderr
    assert "seed 7, steps 3, guidance 5.0, scheduler PNDMScheduler, height 64, width 64" in result.stdout
    assert "Written: cat.png, steps.png" in result.stdout
    assert result.stderr == ""
    assert {path.name for path in tmp_path.iterdir()} == {"cat.png", "steps.png"}
    assert read_settings("cat.png")["prompt"] == "a red cat"


def test_the_picture_is_that_of_generate(draw, model):
    from PIL import Image

    from beras.diffusion import generate, load_pipeline

    assert draw("--seed", "9", "--size", "48x80", "--scheduler", "euler", "--negative", "dog").exit_code == 0
    options = {"seed": 9, "steps": 3, "size": (48, 80), "scheduler": "euler", "negative": "dog"}
    made = generate(load_pipeline(model), "a red cat", every=0, progress=False, **options)
    with Image.open("picture.png") as picture:
        assert np.array_equal(np.asarray(picture), np.asarray(made.images[0]))


def test_several_pictures_have_numbers(draw, tmp_path):
    result = draw("--count", "2", "-o", "cat.webp")
    assert result.exit_code == 0, result.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"cat-1.webp", "cat-2.webp"}


def test_json_is_one_document_and_nothing_else(draw):
    result = draw("--json", "--guidance", "1", prompt=" ".join(["cat"] * 80))
    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert found["files"] == ["picture.png"]
    assert found["flagged"] == [False]
    assert found["truncated_text"] == ["cat cat cat cat cat"]
    assert found["settings"]["seed"] == 2
    assert found["timesteps"] == [667, 334, 334, 1]
    for notice in found["notices"]:
        assert notice in result.stderr
    assert "no guidance" in result.stderr


def test_quiet_prints_the_files_alone(draw):
    assert draw("--quiet", "--count", "2", "--grid", "steps.png").stdout == "picture-1.png\npicture-2.png\nsteps.png\n"


def test_quiet_still_says_what_went_another_way(draw):
    result = draw("--quiet", "--guidance", "0")
    assert "There is no guidance" in result.stderr


def test_a_black_picture_is_said_to_be_black(draw, monkeypatch):
    from beras.diffusion import blackout

    monkeypatch.setattr(blackout, "flags", lambda pipe, pictures: [True] * len(pictures))
    result = draw("--quiet")
    assert result.exit_code == 0
    assert "The picture is black, because the safety checker flagged it." in result.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--steps", "0"], "steps takes a whole number from 1 to 1000"),
        (["--steps", "33.5"], "Invalid value for '--steps'"),
        (["--seed", "-1"], "seed takes a whole number from 0 to 4294967295"),
        (["--guidance", "nan"], "guidance takes a finite number"),
        (["--every", "-1"], "every takes a whole number of 0 or more"),
        (["--size", "60"], "56 and 64 are the nearest"),
        (["--size", "axb"], "--size takes HEIGHTxWIDTH"),
        (["--size", "1x2x3"], "--size takes HEIGHTxWIDTH"),
        (["--scheduler", "elur"], "Did you mean 'euler'?"),
        (["--out", "cat.gif"], "A picture is written as one of .png"),
        (["--out", "nowhere/cat.png"], "There is no folder nowhere"),
        (["--grid", "cat.bmp"], "A picture is written as one of .png"),
        (["--grid", "picture.png"], "--out and --grid are the same file"),
        (["--device", "tpu"], "The device is one of auto, cpu, cuda, mps"),
        (["--dtype", "float64"], "The dtype is one of auto, float32, float16, bfloat16"),
        (["--count", "0"], "Invalid value for '--count'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_usage_is_a_sentence_before_the_work(draw, tmp_path, arguments, sentence):
    result = draw(*arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_stays_unless_force(draw, tmp_path):
    (tmp_path / "picture.png").write_bytes(b"precious")
    result = draw()
    assert result.exit_code == 2
    assert "picture.png is there already" in result.stderr
    assert (tmp_path / "picture.png").read_bytes() == b"precious"
    assert draw("--force").exit_code == 0
    assert (tmp_path / "picture.png").read_bytes() != b"precious"


def test_ctrl_c_is_a_sentence_and_leaves_nothing(draw, tmp_path, monkeypatch):
    from beras.diffusion import denoise

    calls = iter([None, None])

    def guide(update, guidance):
        if next(calls, "stop") == "stop":
            raise KeyboardInterrupt
        return update.chunk(2)[0]

    monkeypatch.setattr(denoise, "guide", guide)
    result = draw()
    assert result.exit_code == 130
    assert "Stopped by Ctrl-C after 2 steps; no picture was written." in result.stderr
    assert list(tmp_path.iterdir()) == []
