"""A count of the changes of settings, so that who has drawn conclusions from them knows when to look again."""

from __future__ import annotations

__all__ = ["TRANSIENT", "Changes", "changes"]

#: What a call leaves on a module for its readers; it decides nothing.
TRANSIENT = frozenset(("inputs", "activity", "_latest"))


class Changes:
    """How many attributes of modules have been set so far in this process."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count = 0


changes = Changes()
