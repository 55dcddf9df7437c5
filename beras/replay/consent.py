"""Whether a model's step may be replayed: only what makes the same NumPy calls for every batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from beras.autodiff import Variable
from beras.core.weighted import Weighted

__all__ = ["is_replayable", "reason_against"]

#: How the names of attributes end that matter when weights are made or updated, or a configuration is asked for.
#: None of them is called while a step is computed.
_BESIDE_THE_STEP = ("_initializer", "_constraint", "_given")


def reason_against(*parts: Any) -> str | None:
    """Return why a step made of ``parts`` (a model, a loss) is computed anew each time; ``None`` if it is replayed.

    The library's own classes and functions make the same calls every time. A class of the user's may branch on a
    counter or draw random numbers, which a trace cannot see, so it says itself that it does not, with
    ``replayable = True`` in its body. What is derived from it says it again.
    """
    for part in parts:
        for found in _every_part(part):
            if not is_replayable(type(found)):
                return f"{type(found).__name__} is not of the library, and does not declare replayable = True"
            for name, value in [*vars(found).items()]:
                if name.endswith(_BESIDE_THE_STEP):
                    continue
                for item in _items_of(value):
                    if callable(item) and not _is_known(item):
                        label = getattr(item, "__name__", type(item).__name__)
                        return f"{type(found).__name__}.{name.lstrip('_')} is {label}, which is not of the library"
    return None


def _items_of(value: Any) -> Iterable[Any]:
    """Return what an attribute holds: itself, or the items of a list, a tuple or a dict (of regularizers)."""
    if type(value) is dict:
        return list(value.values())
    return value if type(value) in (list, tuple) else (value,)


def _every_part(part: Any) -> Iterator[Any]:
    if part is None:
        return
    yield part
    if isinstance(part, Weighted):
        for _, inner in part._parts():
            yield from _every_part(inner)


def is_replayable(kind: type) -> bool:
    """Say whether a class is the library's, or declares ``replayable = True`` itself."""
    own = kind.__dict__.get("replayable")
    return _is_ours(kind) if own is None else bool(own)


def _is_known(value: Any) -> bool:
    if isinstance(value, (Weighted, Variable, np.random.Generator, type)):
        return True  # parts are asked themselves
    if isinstance(value, np.ufunc):
        return True
    if not hasattr(value, "__qualname__"):
        return is_replayable(type(value))
    enclosed = [cell.cell_contents for cell in getattr(value, "__closure__", None) or ()]
    return _is_ours(value) and all(_is_known(inner) for inner in enclosed if callable(inner) and inner is not value)


def _is_ours(value: Any) -> bool:
    module = getattr(value, "__module__", None) or ""
    return module.split(".")[0] == "beras"
