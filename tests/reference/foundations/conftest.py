"""The reference solution of homework ``foundations`` is importable in every test of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def solution(homework) -> Path:
    """The folder ``reference/foundations``; ``import knn``, ``logic`` and so on work within the test."""
    return homework("foundations")
