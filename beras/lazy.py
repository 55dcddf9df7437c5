"""Lazy import of the packages that only some programs use, so that ``import beras`` costs little more than NumPy.

The names are there, for editors and for ``dir``; the code behind them runs at their first use. This is the recipe of
the standard library's documentation of ``importlib``.
"""

from __future__ import annotations

import sys
from importlib.util import LazyLoader, find_spec, module_from_spec
from types import ModuleType

__all__ = ["lazily"]


def lazily(name: str) -> ModuleType:
    """Return module ``name``, which is loaded when one of its attributes is first asked for."""
    if name in sys.modules:
        return sys.modules[name]
    spec = find_spec(name)
    assert spec is not None
    assert spec.loader is not None
    spec.loader = LazyLoader(spec.loader)
    module = sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
