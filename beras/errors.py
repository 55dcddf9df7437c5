"""Messages that suggest the nearest valid name."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["did_you_mean", "unknown_name"]


def did_you_mean(name: object, choices: Iterable[str]) -> str:
    """Return ``" Did you mean 'adam'?"`` for the choice nearest to ``name``, or an empty string.

    >>> did_you_mean("adm", ["adam", "sgd"])
    " Did you mean 'adam'?"
    >>> did_you_mean("zzz", ["adam", "sgd"])
    ''
    """
    from difflib import get_close_matches

    by_lower = {choice.lower(): choice for choice in choices}
    close = get_close_matches(str(name).lower(), by_lower, n=1, cutoff=0.6)
    return f" Did you mean {by_lower[close[0]]!r}?" if close else ""


def unknown_name(kind: str, name: object, choices: Iterable[str]) -> str:
    """Return the message for a name that is not among ``choices``.

    >>> unknown_name("optimizer", "adm", ["sgd", "adam"])
    "Unknown optimizer 'adm'. Did you mean 'adam'? Known: adam, sgd."
    """
    known = sorted(choices)
    return f"Unknown {kind} {name!r}.{did_you_mean(name, known)} Known: {', '.join(known)}."
