"""Classes by name: how a saved model finds the classes of its layers."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, TypeVar

from beras.errors import unknown_name

__all__ = ["lookup", "register", "register_home"]

_C = TypeVar("_C", bound=type)

#: The classes of each name, by module and qualified name, so that a class that is defined anew takes its own place.
_classes: dict[str, dict[tuple[str, str], type]] = {}


#: Packages whose names are classes that register themselves when they are loaded.
_homes: list[str] = []


def register_home(package: str) -> None:
    """Let `lookup` ask ``package`` for a name, which may load a module."""
    _homes.append(package)


def register(cls: _C) -> _C:
    """Make a class known by its name, and return it; every class that is derived from Layer is so by itself."""
    _classes.setdefault(cls.__name__, {})[cls.__module__, cls.__qualname__] = cls
    return cls


def lookup(class_name: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Return the class of a name: from ``custom_objects`` if it is there, else the registered one.

    Raises:
        ValueError: when there is none, or more than one, of that name.

    >>> @register
    ... class Doubling: ...
    >>> lookup("Doubling") is Doubling
    True
    """
    if custom_objects and class_name in custom_objects:
        return custom_objects[class_name]
    for home in _homes:  # an attribute of it may be loaded only now
        getattr(sys.modules[home], class_name, None)
    found = list(_classes.get(class_name, {}).values())
    if not found:
        raise ValueError(
            f"{unknown_name('class', class_name, [*_classes, *(custom_objects or ())])} If it is your own, import the "
            f"file that defines it, or pass custom_objects={{{class_name!r}: the class}}."
        )
    if len(found) > 1:
        places = ", ".join(f"{cls.__module__}.{cls.__qualname__}" for cls in found)
        raise ValueError(
            f"More than one class is named {class_name!r}: {places}. Say which one is meant: "
            f"custom_objects={{{class_name!r}: the class}}."
        )
    return found[0]
