"""The reference solutions as modules: several homeworks have modules of the same name, so none outlives its test."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

REFERENCE = Path(__file__).resolve().parents[2] / "reference"


@contextmanager
def _importable(folder: Path) -> Iterator[Path]:
    """Put the folder first on the path; at the end take it off again, with every module that came from it."""
    wrote_bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    sys.path.insert(0, str(folder))
    try:
        yield folder
    finally:
        sys.path.remove(str(folder))
        sys.dont_write_bytecode = wrote_bytecode
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            if file and folder in Path(file).parents:
                del sys.modules[name]
        sys.path_importer_cache.pop(str(folder), None)


@pytest.fixture
def homework() -> Iterator[Callable[[str], Path]]:
    """``homework("beras")`` makes the modules of ``reference/beras`` importable for this test, and returns the folder.

    A second name within one test replaces the first.
    """
    with ExitStack() as opened:

        def use(name: str) -> Path:
            folder = REFERENCE / name
            if not folder.is_dir():
                raise ValueError(f"reference/{name} is no folder.")
            opened.close()
            return opened.enter_context(_importable(folder))

        yield use
