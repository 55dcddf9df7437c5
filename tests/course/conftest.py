"""A student's folder, and what it takes to check it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.course.mini import hand_out


@pytest.fixture
def mini(tmp_path: Path) -> Path:
    """The folder of a student who has just begun."""
    return hand_out(tmp_path / "mine")


@pytest.fixture
def assignments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the homework ``mini``, in the place of those that beras hands out."""
    hand_out(tmp_path / "handed_out" / "mini")
    monkeypatch.setattr("beras.course.loop.locate._roots", lambda: [tmp_path / "handed_out"])
    return tmp_path / "handed_out"
