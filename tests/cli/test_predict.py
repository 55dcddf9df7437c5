import json
import sys

import numpy as np
import pytest

from beras.datasets import digits

Image = pytest.importorskip("PIL.Image")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Return the folder of test digits drawn at several sizes and polarities, and the class of each file."""
    folder = tmp_path_factory.mktemp("pictures")
    _, (images, labels) = digits.load_data()
    classes = {}
    for number, (image, label) in enumerate(zip(images[:120], labels[:120], strict=True)):
        size, pad, dark = (5, 12, 40)[number % 3], (0, 6, 30)[number // 3 % 3], number % 2
        grey = np.pad(np.kron(image, np.ones((size, size))) * 255 / 16, pad).astype(np.uint8)
        path = folder / f"{number:03}.png"
        Image.fromarray(255 - grey if dark else grey).save(path)
        classes[str(path)] = str(label)
    return classes


def test_digits_drawn_at_several_sizes_and_polarities_are_recognised(beras_command, digits_run, pictures):
    result = beras_command("predict", digits_run, *pictures, "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout.splitlines()[-1])["predictions"]
    assert [entry["file"] for entry in found] == list(pictures)
    right = sum(entry["class"] == pictures[entry["file"]] for entry in found)
    assert right >= 0.93 * len(pictures)
    assert [entry["inverted"] for entry in found] == [bool(number % 2) for number in range(len(found))]
    assert all(entry["probability"] >= entry["runner_up_probability"] for entry in found)


def test_each_picture_is_a_line_that_says_when_it_was_inverted(beras_command, digits_run, pictures):
    light, dark = list(pictures)[:2]
    lines = beras_command("predict", digits_run, light, dark).stdout.splitlines()
    assert len(lines) == 2
    assert "inverted" not in lines[0]
    assert "inverted: dark on light" in lines[1]


def test_bad_files_get_a_line_each_and_the_others_are_still_predicted(beras_command, digits_run, pictures, tmp_path):
    (tmp_path / "bad.png").write_text("no", encoding="utf-8")
    good = next(iter(pictures))
    result = beras_command("predict", digits_run, tmp_path / "bad.png", good, tmp_path / "absent.png", "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout.splitlines()[-1])
    assert [entry["file"] for entry in found["predictions"]] == [good]
    assert [entry["file"] for entry in found["errors"]] == [str(tmp_path / "bad.png"), str(tmp_path / "absent.png")]
    assert len(result.stderr.splitlines()) == 2
    assert "Traceback" not in result.stderr


def test_without_pillow_it_says_what_to_install(beras_command, digits_run, pictures, monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)
    result = beras_command("predict", digits_run, next(iter(pictures)))
    assert result.exit_code == 1
    assert 'pip install "beras[viz]"' in result.stderr


def test_no_picture_is_bad_usage(beras_command, digits_run):
    assert beras_command("predict", digits_run).exit_code == 2
