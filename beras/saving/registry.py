"""Classes by name, for whoever writes a layer of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from beras.core.classes import lookup, register

__all__ = ["lookup", "register", "register_keras_serializable"]


def register_keras_serializable(package: str = "Custom", name: str | None = None) -> Callable[[type], type]:
    """Return `register`, as the decorator that Keras has: ``@register_keras_serializable()``.

    ``package`` is Keras's and does nothing here: a class is known by its own name.

    Raises:
        ValueError: for a ``name`` that is not the name of the class.
    """

    def decorate(cls: Any) -> Any:
        if name not in (None, cls.__name__):
            raise ValueError(f"A class is registered under its own name, {cls.__name__!r}. Received: name={name!r}.")
        return register(cls)

    return decorate
