"""Constraints by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from beras.constraints.constraint import Constraint, NonNeg
from beras.constraints.norms import MaxNorm, MinMaxNorm, UnitNorm
from beras.core.lookup import configured, make

__all__ = ["NAMES", "get", "serialize"]

NAMES: dict[str, type[Constraint]] = {
    "max_norm": MaxNorm,
    "min_max_norm": MinMaxNorm,
    "non_neg": NonNeg,
    "unit_norm": UnitNorm,
}


def get(identifier: Any) -> Callable[[Any], Any] | None:
    """Return the constraint that ``identifier`` means: a name, class, instance, config or function; ``None`` is none.

    Raises:
        ValueError: for an unknown name, with the nearest known one.
        TypeError: for anything else.

    >>> get("max_norm")
    MaxNorm(max_value=2, axis=0)
    """
    if identifier is None:
        return None
    made = make("constraint", identifier, NAMES, Constraint)
    if made is not None:
        return made
    if callable(identifier):
        return identifier
    raise TypeError(
        f"A constraint is one of {', '.join(map(repr, NAMES))}, a Constraint such as MaxNorm(3), or a function of a "
        f"weight. Received: {identifier!r} of type {type(identifier).__name__}."
    )


def serialize(constraint: Any) -> dict[str, Any] | None:
    """Return the config from which `get` makes an equal constraint; ``None`` for ``None``."""
    return configured(constraint)
