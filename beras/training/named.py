"""Things that are asked for by name, with arguments: ``EarlyStopping:monitor=val_loss,patience=3``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from beras.errors import did_you_mean

__all__ = ["make_named", "split_named"]

_WORDS = {"true": True, "false": False, "none": None}


def split_named(text: str) -> tuple[str, dict[str, Any]]:
    """Return the name and the arguments in ``text``.

    Numbers, ``true``, ``false`` and ``none`` become what they mean; anything else stays text.

    Raises:
        ValueError: for an argument without a name or a value.

    >>> split_named("sgd:momentum=0.9,nesterov=true")
    ('sgd', {'momentum': 0.9, 'nesterov': True})
    >>> split_named("adam")
    ('adam', {})
    """
    name, _, rest = text.partition(":")
    arguments: dict[str, Any] = {}
    for part in filter(None, (piece.strip() for piece in rest.split(","))):
        key, equals, value = part.partition("=")
        if not (key and equals and value):
            raise ValueError(f"Expected NAME or NAME:argument=value,... . Received: {part!r} in {text!r}.")
        arguments[key.strip()] = _value(value.strip())
    return name.strip(), arguments


def _value(text: str) -> Any:
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            pass
    return text


def make_named(cls: Any, arguments: Mapping[str, Any], **fixed: Any) -> Any:
    """Return ``cls(**arguments, **fixed)``, where ``arguments`` come from a person and ``fixed`` do not.

    Raises:
        ValueError: for an unknown argument, with the nearest one, and for a value that the class refuses.
    """
    import inspect

    parameters = inspect.signature(cls).parameters.values()
    known = [p.name for p in parameters if p.kind is not p.VAR_KEYWORD and p.name not in fixed]
    for argument in arguments:
        if argument not in known:
            near = did_you_mean(argument, known)
            raise ValueError(f"{cls.__name__} takes no argument {argument!r}.{near} Known: {', '.join(known)}.")
    try:
        return cls(**arguments, **fixed)
    except TypeError as error:
        raise ValueError(f"{cls.__name__} cannot be made with {dict(arguments)}: {error}.") from None
