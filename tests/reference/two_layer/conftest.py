"""The reference solution of homework ``two_layer`` is importable in every test of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def solution(homework) -> Path:
    """The folder ``reference/two_layer``; ``from mlp import MLP`` and so on work within the test."""
    return homework("two_layer")
