"""A count of the changes of settings, so that who has drawn conclusions from them knows when to look again."""

from __future__ import annotations

from itertools import count

__all__ = ["TRANSIENT", "Changes", "changes"]

#: What a call leaves on a module for its readers; it decides nothing.
TRANSIENT = frozenset(("inputs", "activity", "_latest"))


class Changes:
    """How many attributes of modules have been set so far in this process.

    Each change gives ``count`` a value that it never had, whatever other threads do meanwhile.
    """

    __slots__ = ("_next", "count")

    def __init__(self) -> None:
        self._next = count(1).__next__
        self.count = 0

    def note(self) -> None:
        """Count a change."""
        self.count = self._next()


changes = Changes()
