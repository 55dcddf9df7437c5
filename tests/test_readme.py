"""The Python in the README runs, and says what its comments say."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import numpy as np

import beras

README = Path(__file__).parents[1] / "README.md"


def test_the_python_in_the_readme_runs(tmp_path, monkeypatch, capsys):
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 4
    (x, y), (x_test, y_test) = beras.datasets.digits.load_data()
    images = [np.kron(a * 15, np.ones((3, 3), np.uint8)).astype(np.uint8) for a in (x, x_test)]
    few = (np.pad(images[0], ((0, 0), (2, 2), (2, 2))), y), (np.pad(images[1], ((0, 0), (2, 2), (2, 2))), y_test)
    monkeypatch.setattr(beras.datasets.mnist, "load_data", lambda: few)
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    for block in blocks:
        exec(compile(block, str(README), "exec"), names)
    assert (tmp_path / "mnist.safetensors").exists()
    assert names["model"].evaluate(*few[1], verbose=0)[1] > 0.9
    assert names["Sin"]()(np.zeros(2)).tolist() == [0, 0]
    printed = capsys.readouterr().out
    assert "Training on 1294 samples in batches of 128, 5 epochs." in printed
    if find_spec("torch") is not None:
        for line in re.findall(r"^[✗ ] .*", README.read_text(encoding="utf-8"), re.MULTILINE):
            if line.startswith(("✗", "  →")):
                assert line in printed


def test_the_commands_in_the_readme_exist():
    makefile = (README.parent / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"make (\w+)", README.read_text(encoding="utf-8")):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_no_placeholder_is_left():
    assert not re.search(r"^[A-Z]{6,}$", README.read_text(encoding="utf-8"), re.MULTILINE)
    for picture in re.findall(r"!\[.*?\]\((.*?)\)", README.read_text(encoding="utf-8")):
        assert (README.parent / picture).exists(), picture
