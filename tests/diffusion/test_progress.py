"""The bar: in a terminal it ends however the work ends, elsewhere there is none."""

from __future__ import annotations

import pytest

from beras.diffusion import progress
from beras.diffusion.generate import generate


@pytest.fixture
def terminal(monkeypatch):
    """Let stdout pass for a terminal."""
    monkeypatch.setattr(progress, "is_live", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")


def test_in_a_terminal_the_steps_are_counted(terminal, tiny, capsys):
    generate(tiny, "a cat", steps=3, every=0)
    out = capsys.readouterr().out
    assert "Denoising" in out
    assert "4/4" in out


def test_without_progress_nothing_is_drawn(terminal, tiny, capsys):
    generate(tiny, "a cat", steps=3, every=0, progress=False)
    assert capsys.readouterr() == ("", "")


def test_elsewhere_nothing_is_drawn(tiny, capsys):
    generate(tiny, "a cat", steps=3, every=0)
    assert capsys.readouterr() == ("", "")


def test_after_ctrl_c_the_cursor_is_there_again(terminal, tiny, capsys):
    def stop(*step):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(tiny, "a cat", steps=3, callback=stop)
    out = capsys.readouterr().out
    assert out.count("\x1b[?25l") == out.count("\x1b[?25h") == 1
