"""Lookup: from what a user may pass (a name, a class, a config) to the object that is meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from beras.errors import unknown_name

__all__ = ["configured", "find", "from_custom", "make"]


def _plain(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())


def find(kind: str, name: str, table: Mapping[str, Any]) -> Any:
    """Return the entry of ``table`` called ``name``, whatever its letter case and underscores.

    Raises:
        ValueError: for an unknown name, with the nearest known one.

    >>> find("shape", "UnitSquare", {"unit_square": 4})
    4
    """
    by_plain = {_plain(known): entry for known, entry in table.items()}
    if _plain(name) not in by_plain:
        raise ValueError(unknown_name(kind, name, table))
    return by_plain[_plain(name)]


def make(kind: str, identifier: Any, table: Mapping[str, Any], base: type) -> Any:
    """Return an instance of ``base`` for a name, a config or a class; ``None`` when ``identifier`` is none of these.

    A config is ``{"class_name": name, "config": {argument: value}}``, as `configured` makes it.

    Raises:
        ValueError: for an unknown name, or a dict that is no config.
        TypeError: for a class that is not derived from ``base``.
    """
    if isinstance(identifier, base):
        return identifier
    if isinstance(identifier, str):
        return find(kind, identifier, table)()
    if isinstance(identifier, dict):
        name = identifier.get("class_name")
        if not isinstance(name, str):
            raise ValueError(
                f"A config of {kind} looks like {{'class_name': ..., 'config': {{...}}}}. Received: {identifier!r}."
            )
        entry = find(kind, name, table)
        settings = dict(identifier.get("config") or {})
        return entry.from_config(settings) if hasattr(entry, "from_config") else entry(**settings)
    if isinstance(identifier, type):
        if not issubclass(identifier, base):
            raise TypeError(f"Expected a class derived from {base.__name__}. Received: {identifier.__name__}.")
        return identifier()
    return None


def configured(thing: Any) -> dict[str, Any] | None:
    """Return the config from which `make` makes an equal object; ``None`` for ``None``.

    Raises:
        ValueError: for an object that cannot say its config.
    """
    if thing is None:
        return None
    if not hasattr(thing, "get_config"):
        label = getattr(thing, "__name__", type(thing).__name__)
        raise ValueError(
            f"{label!r} is a plain function and cannot be written down. Make it a class with get_config(), or use a "
            f"built-in by name."
        )
    return {"class_name": type(thing).__name__, "config": thing.get_config()}


def from_custom(config: Any, custom_objects: Mapping[str, Any] | None) -> Any:
    """Return the object that a config or a name means when its class is among ``custom_objects``, else ``config``.

    >>> from_custom("Half", {"Half": 0.5}), from_custom("mse", None)
    (0.5, 'mse')
    """
    name = config.get("class_name") if isinstance(config, Mapping) else config
    own = (custom_objects or {}).get(name) if isinstance(name, str) else None
    if own is None:
        return config
    if not isinstance(config, Mapping):
        return own
    settings = dict(config.get("config") or {})
    return own.from_config(settings) if hasattr(own, "from_config") else own(**settings)
