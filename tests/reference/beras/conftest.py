"""The reference solution of homework ``beras`` is importable in every test of this folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def solution(homework) -> Path:
    """The folder ``reference/beras``; ``import Beras``, ``assignment`` and so on work within the test."""
    return homework("beras")


@pytest.fixture
def data_path() -> Path:
    """The folder that holds ``mnist/``; a test that asks for it is skipped where there is none."""
    folder = os.environ.get("BERAS_DATA_DIR", "")
    if not folder or not (Path(folder) / "mnist").is_dir():
        pytest.skip("needs MNIST: BERAS_DATA_DIR must name the folder that holds mnist/")
    return Path(folder)
