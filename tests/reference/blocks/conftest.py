"""The reference's modules, fresh for each test."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

MODULES = ("arrays", "blocks", "checkpoints", "data", "grad_compare", "models", "optimizers", "training")


@pytest.fixture
def hw2(homework) -> Iterator[SimpleNamespace]:
    """``hw2.blocks``, ``hw2.models`` and the others of ``reference/blocks``."""
    homework("blocks")
    modules = SimpleNamespace(**{name: importlib.import_module(f"hw2.{name}") for name in MODULES})
    modules.arrays.set_seed(0)
    return modules
