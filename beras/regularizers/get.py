"""Regularizers by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from beras.core.lookup import configured, from_custom, make
from beras.regularizers.orthogonal import OrthogonalRegularizer
from beras.regularizers.regularizer import L1, L1L2, L2, Regularizer

__all__ = ["NAMES", "deserialize", "get", "serialize"]

NAMES: dict[str, type[Regularizer]] = {
    "l1": L1,
    "l1_l2": L1L2,
    "l2": L2,
    "orthogonal_regularizer": OrthogonalRegularizer,
}


def get(identifier: Any) -> Callable[[Any], Any] | None:
    """Return the regularizer that ``identifier`` means: a name, class, instance, config or function; ``None`` is none.

    Raises:
        ValueError: for an unknown name, with the nearest known one.
        TypeError: for anything else.

    >>> get("l2")
    L2(l2=0.01)
    """
    if identifier is None:
        return None
    made = make("regularizer", identifier, NAMES, Regularizer)
    if made is not None:
        return made
    if callable(identifier):
        return identifier
    raise TypeError(
        f"A regularizer is 'l1', 'l2', a Regularizer such as L2(0.001), or a function of a weight. "
        f"Received: {identifier!r} of type {type(identifier).__name__}."
    )


def serialize(regularizer: Any) -> dict[str, Any] | None:
    """Return the config from which `get` makes an equal regularizer; ``None`` for ``None``."""
    return configured(regularizer)


def deserialize(config: Any, custom_objects: Any = None) -> Callable[[Any], Any] | None:
    """Return the regularizer that `serialize` (or ``keras.regularizers.serialize``) wrote.

    ``custom_objects`` maps the names of the user's own classes to the classes.
    """
    return get(from_custom(config, custom_objects))
