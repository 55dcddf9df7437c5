"""Numbers, places, lengths and axes in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import SupportsInt

__all__ = ["axis_words", "either", "index_words", "length_words", "multiple_words", "number", "slice_words"]


def number(x: float) -> str:
    """Return ``x`` with four digits."""
    return f"{float(x):.4g}"


def either(texts: Iterable[str]) -> str:
    """Return the texts joined by "or", each once.

    >>> either(["a", "b", "c"])
    'a, b or c'
    """
    parts = list(dict.fromkeys(texts))
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} or {parts[-1]}"


def length_words(name: str, length: int) -> str:
    """Return ``"the batch (32)"``.

    >>> length_words("batch", 32), length_words("axis 0", 32)
    ('the batch (32)', 'axis 0 (32)')
    """
    return f"the {name} ({length})" if name.isalpha() else f"{name} ({length})"


def axis_words(axis: int, length: int, sizes: Mapping[str, int]) -> str:
    """Return the axis and the named lengths that it may be: ``"axis 0 (32, the batch)"``.

    >>> axis_words(0, 10, {"batch": 10, "units": 10})
    'axis 0 (10, the batch or the units)'
    """
    names = [f"the {name}" if name.isalpha() else name for name, size in sizes.items() if size == length]
    return f"axis {axis} ({length}, {either(names)})" if names else f"axis {axis} ({length})"


def index_words(index: Iterable[SupportsInt]) -> str:
    """Return an entry's place: ``"(3, 4)"``, ``"3"``."""
    places = [str(int(i)) for i in index]
    return places[0] if len(places) == 1 else f"({', '.join(places)})"


def slice_words(first: int, last: int, axis: int, shape: tuple[int, ...]) -> str:
    """Return in words the entries whose index along ``axis`` is from ``first`` to ``last``, both included.

    >>> slice_words(9, 9, 0, (10, 4)), slice_words(0, 2, 1, (10, 4)), slice_words(5, 5, 0, (10,))
    ('row 9 (the last)', 'columns 0 to 2 (the first 3)', 'entry 5')
    """
    plain = {1: ("entry",), 2: ("row", "column")}.get(len(shape))
    word = plain[axis] if plain else f"axis {axis}, index"
    many = {"entry": "entries", "row": "rows", "column": "columns"}.get(word, word)
    count = last - first + 1
    end = "first" if first == 0 else "last" if last == shape[axis] - 1 else ""
    if count == 1:
        return f"{word} {first}{f' (the {end})' if end else ''}"
    return f"{many} {first} to {last}{f' (the {end} {count})' if end else ''}"


def multiple_words(factor: float, tolerance: float) -> str:
    """Return a factor as it stands before "the right one".

    >>> [multiple_words(c, 1e-6) for c in (1, -1, 32, 1 / 32, -0.37)]
    ['', 'minus ', '32 times ', '1/32 of ', 'minus 0.37 times ']
    """
    minus, size = "minus " if factor < 0 else "", abs(factor)
    if abs(size - 1) <= tolerance:
        return minus
    part = round(1 / size)
    if 2 <= part <= 10**6 and abs(part * size - 1) <= tolerance:
        return f"{minus}1/{part} of "
    whole = round(size)
    return f"{minus}{whole if whole and abs(size / whole - 1) <= tolerance else number(size)} times "
