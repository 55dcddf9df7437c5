"""Doctests of what needs PyTorch: they carry its marker, and modules that import it are left out without it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest
from _pytest.doctest import DoctestItem

BERAS = Path(__file__).parent / "beras"
#: By folder: the packages that its doctests need, and what of it works without them.
NEEDS = {
    BERAS / "oracle": (
        ("torch",),
        {"bands", "complex_step", "cs231n", "diagnosis", "differences", "frozen", "gradcheck", "program"},
    ),
    BERAS / "diffusion": (("torch", "torchvision", "transformers", "diffusers", "PIL"), set[str]()),
}

#: How a line begins that imports PyTorch, itself or by way of the twins.
IMPORTS = ("import torch", "from torch", "from beras.oracle.twins import")

absent = {folder: [name for name in names if find_spec(name) is None] for folder, (names, _) in NEEDS.items()}
collect_ignore = [
    str(path)
    for folder, names in absent.items()
    for path in folder.rglob("*.py")
    if names and any(line.startswith(IMPORTS) for line in path.read_text("utf-8").splitlines())
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for folder, (_, without) in NEEDS.items():
            if folder in item.path.parents and isinstance(item, DoctestItem):
                first = item.path.relative_to(folder).parts[0].removesuffix(".py")
                if first not in without:
                    item.add_marker("torch")
                    reason = f"could not import {absent[folder]}"
                    item.add_marker(pytest.mark.skipif(bool(absent[folder]), reason=reason))
