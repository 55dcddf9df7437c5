"""Record: one operation on a tape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from beras.autodiff.registry import full_name
from beras.autodiff.tracked import bare

__all__ = ["Record", "arrays_in", "checksum"]


class Record:
    """One operation on a tape: which rule answers for it, what it was given, and what it gave.

    ``parents`` pairs each followed input's slot with its identity; ``key`` is the identity of the answer, or a tuple of
    them (``None`` where an output is not differentiable). ``args`` and ``ans`` hold bare arrays when one tape recorded,
    and Tensors when several did (``nested``), because an outer tape then needs to see the rule at work.
    """

    __slots__ = ("ans", "args", "checksums", "function", "key", "nested", "params", "parents", "rule")

    def __init__(
        self, function: Any, rule: Any, parents: list, key: Any, ans: Any, args: tuple, params: dict, nested: bool
    ):
        self.function = function
        self.rule = rule
        self.parents = parents
        self.key = key
        self.ans = ans
        self.args = args
        self.params = params
        self.nested = nested
        self.checksums: tuple[int, ...] | None = None

    @property
    def name(self) -> str:
        return full_name(self.function)

    def take_checksums(self) -> None:
        """Note the content of the recorded arrays (see `beras.debug`)."""
        self.checksums = self._sums()

    def verify_checksums(self) -> None:
        """Raise RuntimeError when a recorded array was written to since."""
        if self.checksums is not None and self.checksums != self._sums():
            raise RuntimeError(
                f"An array that {self.name} had recorded (an input or its answer) was written to before the gradient "
                f"was taken, so the gradient would be wrong. Write into a copy: a = a.copy()."
            )

    def _sums(self) -> tuple[int, ...]:
        return tuple(map(checksum, arrays_in([self.args, self.ans, getattr(self.rule, "kept", None)])))


def arrays_in(value: Any) -> Iterator[np.ndarray]:
    """Yield the arrays in ``value``, however deep in Tensors, lists, tuples and dicts."""
    value = bare(value)
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from arrays_in(item)
    elif isinstance(value, dict):
        yield from arrays_in(list(value.values()))


def checksum(array: np.ndarray) -> int:
    """Return a number that all but certainly changes when the content of ``array`` does."""
    from zlib import crc32

    if array.dtype.hasobject:
        return id(array)
    return crc32(np.ascontiguousarray(array).view(np.uint8).data) if array.size else 0
