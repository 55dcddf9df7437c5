"""Keeps what the tests compared, for the parent to compare again, and notices tools that were replaced."""

from __future__ import annotations

import builtins
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

__all__ = ["Witness"]

#: Of larger arrays a sample of this many entries is kept.
_SAMPLE = 4096
#: Modules whose functions the tests judge with.
_TOOLS = ("builtins", "numpy", "numpy.testing", "numpy.linalg", "pytest", "kit")
#: Set for classes that are written in Python.
_HEAP_TYPE = 1 << 9


class Witness:
    """Sits beside the tests. To be made when numpy and kit are loaded, and none of the student's code is."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._compared: list[dict[str, Any]] = []
        kit: Any = sys.modules.get("kit")
        if kit is not None and hasattr(kit, "_agree"):
            kit._agree = self._kept(kit._agree)
        self._tools = {name: dict(vars(sys.modules[name])) for name in _TOOLS if name in sys.modules}

    def compared(self) -> list[dict[str, Any]]:
        """Return what has been found equal since the last call, as plain data."""
        found, self._compared = self._compared, []
        return found

    def offence(self) -> dict[str, str] | None:
        """Return what the student's code did to make tests pass that prove nothing, or None."""
        for name in self._replaced():
            return {"kind": "replaced", "what": name}
        for name in self._claiming_equality():
            return {"kind": "equals", "what": name}
        return None

    def put_back(self) -> None:
        """Undo what was replaced, where this process goes on."""
        for module, names in self._tools.items():
            if module in sys.modules:
                vars(sys.modules[module]).update(names)

    def _kept(self, agree: Callable[..., bool]) -> Callable[..., bool]:
        def compare(mine: Any, theirs: Any, tolerance: float) -> bool:
            found = agree(mine, theirs, tolerance)
            if found:
                pair = (mine, theirs) if mine.size <= _SAMPLE else _sample(mine, theirs)
                self._compared.append({"pair": [_data(array) for array in pair], "tolerance": tolerance})
            return found

        return compare

    def _replaced(self) -> Iterator[str]:
        for module, names in self._tools.items():
            now = vars(sys.modules.get(module, builtins))
            for name, tool in names.items():
                if callable(tool) and now.get(name) is not tool:
                    yield f"{module}.{name}"
        own = self._tools.get("kit", {})
        for test in self._modules(in_tests=True):
            for name, value in vars(test).items():
                tool = own.get(name)
                if callable(tool) and value is not tool and getattr(value, "__module__", "") != test.__name__:
                    yield f"{name} in {test.__name__}.py"

    def _claiming_equality(self) -> Iterator[str]:
        student = {module.__name__ for module in self._modules(in_tests=False)}
        for cls in _all_classes():
            if cls.__module__ in student and _equals_anything(cls):
                yield f"{cls.__module__}.{cls.__qualname__}"

    def _modules(self, in_tests: bool) -> Iterator[ModuleType]:
        for module in list(sys.modules.values()):
            file = getattr(module, "__file__", None)
            if isinstance(file, str):
                path = Path(file)
                if path.is_relative_to(self._folder):
                    is_test = path.relative_to(self._folder).parts[0] == "tests"
                    if is_test == in_tests and module.__name__ != "kit":
                        yield module


def _data(array: Any) -> dict[str, Any]:
    import numpy as np

    content = np.ascontiguousarray(array).tobytes()
    return {"dtype": array.dtype.str, "shape": list(array.shape), "data": b64encode(content).decode()}


def _sample(mine: Any, theirs: Any) -> tuple[Any, Any]:
    """Return evenly spaced entries of both, and the largest of theirs, to which the tolerance is relative."""
    import numpy as np

    chosen = np.linspace(0, mine.size - 1, _SAMPLE - 1).astype(int)
    largest = int(np.argmax(np.where(np.isfinite(theirs), np.abs(theirs.astype(np.float64)), -1)))
    chosen = np.append(chosen, largest)
    return mine.ravel()[chosen], theirs.ravel()[chosen]


def _all_classes() -> set[type]:
    found: set[type] = set()
    todo: list[type] = [object]
    while todo:
        cls: type
        for cls in type.__subclasses__(todo.pop()):
            if cls not in found:
                found.add(cls)
                todo.append(cls)
    return found


def _equals_anything(cls: Any) -> bool:
    """Say whether an object of a class, made without its ``__init__``, says that it equals an object it never saw."""
    builtin = next(base for base in cls.__mro__ if not base.__flags__ & _HEAP_TYPE)
    if cls.__eq__ is builtin.__eq__:
        return False
    for arguments in ((), ((1,),)):
        try:
            answer = cls.__eq__(builtin.__new__(cls, *arguments), object())
            return answer is not NotImplemented and bool(answer.all() if hasattr(answer, "all") else answer)
        except Exception:
            continue
    return False
