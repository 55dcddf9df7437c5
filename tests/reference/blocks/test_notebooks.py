"""The homework's own notebooks run from the first cell to the last."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[3] / "reference" / "blocks"


def run(name, monkeypatch):
    """Run a percent-format notebook as a script; return its names and what it printed."""
    monkeypatch.setenv("MPLBACKEND", "Agg")
    source = (FOLDER / name).read_text(encoding="utf-8")
    names: dict = {}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(source, name, "exec"), names)
    return names, printed.getvalue()


@pytest.mark.torch
def test_part_1(hw2, monkeypatch):
    pytest.importorskip("torch")
    _, printed = run("part1_backpropagation.py", monkeypatch)
    assert "all equal: 2.302585" in printed
    assert printed.count("Comparing gradients...") == 2 * 9
    assert set(re.findall(r"diff=(.*)", printed)) == {"0.000"}
    pairs = re.findall(r"largest difference (.*), largest gradient (.*)", printed)
    assert len(pairs) == 4
    assert all(float(difference) < 1e-5 * float(gradient) for difference, gradient in pairs)


def test_part_2(hw2, monkeypatch):
    names, printed = run("part2_training.py", monkeypatch)
    for result in names["results"].values():
        assert min(result.test_loss) < result.test_loss[-1] - 0.02, "the text says that the test loss rises again"
        assert result.train_loss[-1] < 0.3
        assert max(result.test_acc) > 85
    assert "stopped after epoch" in printed
    assert names["result"].num_epochs < 400
    assert min(names["result"].test_loss) < 0.35
