"""How many entries the weights of a model may have while it is made from a file that says how many there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from math import prod

__all__ = ["take_from_budget", "weights_at_most"]

_left: ContextVar[int | None] = ContextVar("left", default=None)


@contextmanager
def weights_at_most(entries: int) -> Iterator[None]:
    """In this block, let `take_from_budget` raise once more than ``entries`` have been asked for."""
    before = _left.set(entries)
    try:
        yield
    finally:
        _left.reset(before)


def take_from_budget(shape: Sequence[int]) -> None:
    """Count a new weight of ``shape``.

    Raises:
        ValueError: when the weights in the file are fewer: a file of a few bytes must not fill the memory.

    >>> with weights_at_most(4):
    ...     take_from_budget((2, 2))
    """
    left = _left.get()
    if left is None:
        return
    if prod(shape) > left:
        raise ValueError(f"a weight of shape {tuple(shape)} is larger than all that is left of the file's weights.")
    _left.set(left - prod(shape))
