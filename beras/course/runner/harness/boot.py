"""The script that the runner starts: it loads this folder as a package of a private name, and hands over."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

NAME = "_beras_harness"


def load(folder: Path) -> None:
    """Make ``folder`` importable as the package ``NAME``."""
    spec = spec_from_file_location(NAME, folder / "__init__.py", submodule_search_locations=[str(folder)])
    assert spec is not None
    assert spec.loader is not None
    package = sys.modules[NAME] = module_from_spec(spec)
    spec.loader.exec_module(package)


if __name__ == "__main__":
    load(Path(__file__).resolve().parent)
    import_module(f"{NAME}.main").main()
