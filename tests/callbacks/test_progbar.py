"""Progbar against the real Keras, and in a terminal."""

from __future__ import annotations

import re

import pytest

from beras.utils import Progbar
from tests.callbacks.test_progress import enter_terminal
from tests.keras_oracle import keras as real_keras

VALUES = [
    [("loss", 2.0), ("accuracy", 0.25)],
    [("loss", 1.0), ("accuracy", 0.5)],
    [("loss", 0.0001), ("accuracy", 1.0)],
]


def plain(text):
    """Take colours and times out of what was printed, and of lines that were drawn anew all but the last."""
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
    lines = [re.split(r"[\r\x08]", line)[-1].rstrip() for line in text.split("\n")]
    return [re.sub(r"\d+s \d+(s|ms|us)/|\d+s - +\d+(s|ms|us)/", "TIME/", line) for line in lines if line]


@pytest.mark.torch
@pytest.mark.parametrize("verbose", [0, 1, 2])
@pytest.mark.parametrize(
    "options", [{}, {"stateful_metrics": ["accuracy"]}, {"stateless_metrics": ["loss"], "unit_name": "sample"}], ids=str
)
@pytest.mark.parametrize("target", [3, 12])
def test_the_last_line_is_keras_own(verbose, options, target, capsys):
    shown = []
    for cls in (Progbar, real_keras().utils.Progbar):
        bar = cls(target, verbose=verbose, **options)
        bar.update(1, VALUES[0])
        bar.add(target - 2, VALUES[1])
        bar.update(target - 1, VALUES[1], finalize=False)
        bar.update(target, VALUES[2])
        shown.append(plain(capsys.readouterr().out)[-1:])
    assert shown[0] == shown[1]


def test_in_a_terminal_the_bar_grows(monkeypatch):
    terminal = enter_terminal(monkeypatch)
    bar = Progbar(3, interval=0.0)
    for step, values in enumerate(VALUES):
        bar.update(step + 1, values)
    drawn = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.getvalue()).split("\r")
    assert [part[:3] for part in drawn[1:]] == ["1/3", "2/3", "3/3"]
    assert "loss: 1.5000" in drawn[2]
    assert drawn[3].endswith("loss: 1.0000e-04 - accuracy: 1.0000\n")


def test_a_loop_of_unknown_length(capsys):
    bar = Progbar(None)
    bar.update(5, [("loss", 1.0)])
    bar.add(2, [("loss", 2.0)])
    assert capsys.readouterr().out == ""
    bar.update(7, finalize=True)
    assert capsys.readouterr().out.startswith("      7/Unknown ")


def test_both_kinds_of_names_are_refused():
    with pytest.raises(ValueError, match="Received: both"):
        Progbar(3, stateful_metrics=["a"], stateless_metrics=["b"])
