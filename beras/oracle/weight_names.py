"""What a report calls a weight: the layer's name and its own, or its own where there is one layer only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

__all__ = ["weight_names"]


def weight_names(variables: Sequence[Any], modules: Sequence[Any], target: Any) -> list[str]:
    """Return a name for each Variable: ``kernel`` in the layer that is compared, ``dense_1/kernel`` in a model."""
    owners = {id(v): module for module in reversed(modules) for v in module.own_weights}
    names = []
    for variable in variables:
        owner = owners.get(id(variable))
        attribute = _attribute(owner, variable)
        prefix = f"{owner.name}/" if owner is not None and owner is not target else ""
        names.append(f"{prefix}{attribute or variable.name}")
    counts = Counter(names)
    seen: Counter[str] = Counter()
    unique = []
    for name in names:
        number = seen[name]
        seen[name] += 1
        unique.append(f"{name} {number}" if counts[name] > 1 else name)
    return unique


def _attribute(owner: Any, variable: Any) -> str:
    """Return the attribute under which a module holds a Variable without a name of its own."""
    if owner is None or variable.name != "variable":
        return ""
    return next((name for name, held in owner.__dict__.items() if held is variable), "")
