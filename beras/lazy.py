"""Lazy import of the packages that only some programs use, so that ``import beras`` costs little more than NumPy.

The names are there, for editors and for ``dir``; the code behind them runs at their first use. The standard library's
``LazyLoader`` runs a package's code as soon as one of its modules is imported, and then imports that module twice.
"""

from __future__ import annotations

import sys
from _thread import RLock
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any

__all__ = ["lazily", "names_from"]

_lock = RLock()
_loading: set[str] = set()


class _NotYetLoaded(ModuleType):
    """A module whose code runs when an attribute is asked for that the import system has not set."""

    def __getattr__(self, attribute: str) -> Any:
        with _lock:
            if type(self) is _NotYetLoaded:
                if self.__name__ in _loading:  # asked for by its own code, which has not come so far
                    raise AttributeError(f"module {self.__name__!r} has no attribute {attribute!r} yet")
                _load(self)
        return getattr(self, attribute)

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        return self.__getattr__("__doc__")

    def __dir__(self) -> list[str]:
        self.__getattr__("__all__")
        return dir(self)


def _load(module: ModuleType) -> None:
    spec = module.__spec__
    assert spec is not None
    assert spec.loader is not None
    _loading.add(module.__name__)
    try:
        spec.loader.exec_module(module)
        module.__class__ = ModuleType
    finally:
        _loading.discard(module.__name__)


def lazily(name: str) -> ModuleType:
    """Return module ``name``, which is loaded when one of its attributes is first asked for."""
    if name in sys.modules:
        return sys.modules[name]
    spec = find_spec(name)
    assert spec is not None
    module = sys.modules[name] = module_from_spec(spec)
    module.__class__ = _NotYetLoaded
    return module


def names_from(package: str, modules: Mapping[str, Sequence[str]]) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of ``package`` for names that few programs use: each module's are loaded with it.

    ``modules`` maps the modules of the package to their names. For editors and type checkers the package imports the
    names too, under ``TYPE_CHECKING``.
    """
    where = {name: module for module, names in modules.items() for name in names}

    def load(name: str) -> Any:
        if name not in where:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = import_module(f"{package}.{where[name]}")
        found = {known: getattr(module, known) for known in modules[where[name]]}
        vars(sys.modules[package]).update(found)
        return found[name]

    return load
