"""Where the weights of a model lie in Keras's files: ``layers/dense_1/vars/0``.

The path follows how an object is reached from the model, not its name: the layers of a Sequential are counted class by
class under ``layers``; elsewhere a part has the name of its attribute. Attributes come in alphabetical order, those
that begin with an underscore last, and what is reached twice has its first path. In ``vars`` are an object's own
weights, those that training changes first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from beras.core import Weighted
from beras.core.naming import snake_case
from beras.saving.keras_format.classes import keras_class

__all__ = ["LAYERS", "VARIABLES", "groups_of"]

LAYERS, VARIABLES = "layers", "vars"

#: The models whose layers come before everything else.
IN_ORDER = {"Functional", "Sequential"}


def groups_of(model: Any) -> dict[str, Any]:
    """Return the model and its parts, each once, by the path of the group of their weights, ``layers/dense/vars``."""
    found: dict[str, Any] = {}
    _visit(model, "", found, set())
    return found


def _visit(owner: Any, path: str, found: dict[str, Any], seen: set[int]) -> None:
    if id(owner) in seen:
        return
    seen.add(id(owner))
    found[f"{path}{VARIABLES}"] = owner
    for name, held in _parts(owner):
        if isinstance(held, Weighted):
            _visit(held, f"{path}{name}/", found, seen)
        else:
            _visit_all(held, f"{path}{name}/", found, seen)


def _visit_all(held: Any, path: str, found: dict[str, Any], seen: set[int]) -> None:
    """Visit what is in a list, a tuple or a dict; equal names are numbered."""
    used: Counter[str] = Counter()
    for item in held.values() if isinstance(held, dict) else held:
        nested = isinstance(item, (list, tuple, dict))
        if not nested and not isinstance(item, Weighted):
            continue
        base = "container" if nested else snake_case(keras_class(type(item).__name__))
        name = f"{base}_{used[base]}" if used[base] else base
        used[base] += 1
        (_visit_all if nested else _visit)(item, f"{path}{name}/", found, seen)


def _parts(owner: Any) -> Iterator[tuple[str, Any]]:
    held = {name: part for name, part in vars(owner).items() if isinstance(part, (Weighted, list, tuple, dict))}
    if hasattr(owner, LAYERS):
        held[LAYERS] = owner.layers
    if IN_ORDER & {cls.__name__ for cls in type(owner).__mro__}:
        yield LAYERS, held.pop(LAYERS)
        held.pop(f"_{LAYERS}", None)
    for name in sorted(held, key=lambda name: f"~{name}" if name.startswith("_") else name):
        if not name.startswith("__"):
            yield name, held[name]
