import json

import pytest


def test_it_finds_what_training_found(beras_command, digits_run):
    result = beras_command("evaluate", digits_run, "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout.splitlines()[-1])
    trained = json.loads((digits_run / "result.json").read_text(encoding="utf-8"))
    assert (found["test_accuracy"], found["test_loss"]) == (trained["test_accuracy"], trained["test_loss"])
    assert found["images"] == 359


def test_a_data_set_of_another_shape_is_refused(beras_command, digits_run, monkeypatch):
    import numpy as np

    from beras.datasets import Dataset

    images, labels = np.zeros((2, 28, 28), np.uint8), np.zeros(2, np.uint8)
    other = Dataset(images, labels, images, labels, 255, "mnist", "Data: none.")
    monkeypatch.setattr("beras.datasets.load", lambda *_: other)
    result = beras_command("evaluate", digits_run, "--dataset", "mnist")
    assert result.exit_code == 2
    assert "8x8" in result.stderr
    assert "28x28" in result.stderr


def test_ctrl_c_has_its_word_and_code(beras_command, digits_run, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("beras.datasets.load", interrupted)
    result = beras_command("evaluate", digits_run)
    assert (result.exit_code, result.stderr) == (130, "Stopped at once by Ctrl-C.\n")


@pytest.mark.parametrize("verb", ["evaluate", "summary"])
def test_a_run_that_is_not_there_gets_the_nearest_name(beras_command, digits_run, verb):
    result = beras_command(verb, digits_run.with_name("digit"))
    assert result.exit_code == 1
    assert "Did you mean 'digits'?" in result.stderr


@pytest.mark.parametrize(("file", "content"), [("config.json", "{"), ("model.safetensors", "broken")])
def test_a_damaged_run_is_one_sentence(beras_command, digits_run, tmp_path, file, content):
    for name in ("config.json", "model.safetensors"):
        (tmp_path / name).write_bytes((digits_run / name).read_bytes())
    (tmp_path / file).write_text(content, encoding="utf-8")
    result = beras_command("evaluate", tmp_path)
    assert result.exit_code == 1
    assert file in result.stderr
    assert "Traceback" not in result.stderr
    assert "not foreseen" not in result.stderr
