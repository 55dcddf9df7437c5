"""Lists, tuples and dicts of values, however deep: taken apart and put together again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["leaves", "mapped", "of_the_kind", "restore"]


def leaves(structure: Any) -> list[Any]:
    """Return what stands in a list, tuple or dict, however deep, in its order."""
    if isinstance(structure, dict):
        structure = structure.values()
    elif not isinstance(structure, (list, tuple)):
        return [structure]
    found = []
    for item in structure:
        if isinstance(item, (dict, list, tuple)):
            found.extend(leaves(item))
        else:
            found.append(item)
    return found


def restore(structure: Any, found: Iterator[Any]) -> Any:
    """Put one item of ``found`` in the place of each of the `leaves` of ``structure``."""
    if isinstance(structure, dict):
        return {name: restore(item, found) for name, item in structure.items()}
    if isinstance(structure, (list, tuple)):
        return of_the_kind(structure, [restore(item, found) for item in structure])
    return next(found)


def mapped(function: Callable[[Any], Any], structure: Any) -> Any:
    """Return ``structure`` with ``function(leaf)`` in the place of each of its `leaves`.

    >>> mapped(len, {"a": ["one", "three"], "b": "three"})
    {'a': [3, 5], 'b': 5}
    """
    return restore(structure, iter([function(leaf) for leaf in leaves(structure)]))


def of_the_kind(structure: Any, items: list) -> Any:
    return type(structure)(*items) if hasattr(structure, "_fields") else type(structure)(items)
