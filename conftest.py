"""Doctests of the oracle: those that need PyTorch carry its marker; modules that import it are left out without it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest
from _pytest.doctest import DoctestItem

ORACLE = Path(__file__).parent / "beras" / "oracle"
#: What of the oracle works without PyTorch.
WITHOUT_TORCH = {"bands", "complex_step", "cs231n", "diagnosis", "differences", "frozen", "gradcheck", "program"}

has_torch = find_spec("torch") is not None
collect_ignore = [
    str(path)
    for path in ORACLE.rglob("*.py")
    if not has_torch
    and any(line.startswith(("import torch", "from torch")) for line in path.read_text("utf-8").splitlines())
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if ORACLE in item.path.parents and isinstance(item, DoctestItem):
            first = item.path.relative_to(ORACLE).parts[0].removesuffix(".py")
            if first not in WITHOUT_TORCH:
                item.add_marker("torch")
                item.add_marker(pytest.mark.skipif(not has_torch, reason="could not import 'torch'"))
