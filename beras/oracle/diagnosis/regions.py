"""Where a gradient is wrong: one entry, a row, a block, the diagonal, where the value is negative, zero or positive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from beras.oracle.diagnosis.comparison import Comparison
from beras.oracle.diagnosis.wording import index_words, slice_words

__all__ = ["REGIONS", "Region", "fitting", "where_words"]

CHANCE = 1e-3
"""A region that is not filled is only named when so few random choices of entries would all lie in it."""

Part = tuple[str, np.ndarray, float]
"""Words for a part of the array, its mask, and among how many parts of its kind it was chosen."""


@dataclass(frozen=True)
class Region:
    """A row of the table: the key, the parts of an array that may hold all wrong entries, and what to look at."""

    key: str
    parts: Callable[[np.ndarray, Comparison], Iterator[Part]]
    advice: str


def _signed(test: Callable[[np.ndarray], np.ndarray], word: str) -> Callable[[np.ndarray, Comparison], Iterator[Part]]:
    def parts(wrong: np.ndarray, case: Comparison) -> Iterator[Part]:
        if case.value is not None and case.value.shape == wrong.shape:
            yield f"where {case.clues.name} is {word}", test(case.value), 1

    return parts


def _zeros(wrong: np.ndarray, case: Comparison) -> Iterator[Part]:
    if case.value is not None and case.value.shape == wrong.shape:
        zeros = case.value == 0
        if np.count_nonzero(zeros) < zeros.size / 2:
            yield f"where {case.clues.name} is zero", zeros, 1


def _unmasked(wrong: np.ndarray, case: Comparison) -> Iterator[Part]:
    if case.same_shape and not np.any(wrong & (case.right != 0)):
        zeros = (case.right == 0) & ~case.right_stray
        if max(2, np.count_nonzero(zeros) / 2) <= np.count_nonzero(wrong):
            yield "where the right one is zero", zeros, 1


def _entry(wrong: np.ndarray, case: Comparison) -> Iterator[Part]:
    if np.count_nonzero(wrong) == 1 and wrong.ndim:
        place = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
        words = slice_words(int(place[0]), int(place[0]), 0, wrong.shape) if wrong.ndim == 1 else index_words(place)
        yield f"in {words}" if wrong.ndim == 1 else f"at entry {words}", wrong, 1


def _slices(wrong: np.ndarray, case: Comparison) -> Iterator[Part]:
    """The one index along an axis, or the range of indices, where all wrong entries are."""
    for axis, length in enumerate(wrong.shape):
        touched = np.flatnonzero(wrong.any(axis=tuple(a for a in range(wrong.ndim) if a != axis)))
        if touched.size == 0:
            continue
        first, last = int(touched[0]), int(touched[-1])
        count = last - first + 1
        if count <= length / 2 and (count == 1 or touched.size == count):
            part = np.zeros(wrong.shape, dtype=bool)
            np.moveaxis(part, axis, 0)[first : last + 1] = True
            words = slice_words(first, last, axis, wrong.shape)
            yield f"in {words}", part, length if count == 1 else length * (length - 1) / 2


def _diagonal(wrong: np.ndarray, case: Comparison) -> Iterator[Part]:
    if _square(wrong):
        yield "on the diagonal", np.eye(len(wrong), dtype=bool), 1


def _off_diagonal(wrong: np.ndarray, case: Comparison) -> Iterator[Part]:
    if _square(wrong):
        yield "off the diagonal", ~np.eye(len(wrong), dtype=bool), 1


def _triangles(wrong: np.ndarray, case: Comparison) -> Iterator[Part]:
    if _square(wrong):
        everything = np.ones(wrong.shape, dtype=bool)
        yield "above the diagonal", np.triu(everything, 1), 1
        yield "below the diagonal", np.tril(everything, -1), 1


def _square(wrong: np.ndarray) -> bool:
    return wrong.ndim == 2 and wrong.shape[0] == wrong.shape[1] > 2


REGIONS = (
    Region("zero", _zeros, "does the derivative take the side that is meant at exactly zero, and no division by zero?"),
    Region("one entry", _entry, "does an index point to the wrong place, or is this entry written twice or never?"),
    Region("slice", _slices, "does a loop, a slice or a batch begin late or stop early, or an index name another one?"),
    Region("diagonal", _diagonal, "is the diagonal of the Jacobian right (softmax: s * (1 - s))?"),
    Region("negative", _signed(lambda x: x < 0, "negative"), "is the derivative right for negative numbers?"),
    Region("positive", _signed(lambda x: x > 0, "positive"), "is the derivative right for positive numbers?"),
    Region("not masked", _unmasked, "is a mask missing (ReLU, dropout, padding, a maximum)?"),
    Region("off diagonal", _off_diagonal, "are the terms off the Jacobian's diagonal missing (softmax: -s_i * s_j)?"),
    Region("triangle", _triangles, "is only one triangle of a symmetric or triangular matrix treated?"),
)


def fitting(
    wrong: np.ndarray, telling: np.ndarray, case: Comparison, chance: float = CHANCE
) -> list[tuple[Region, str]]:
    """Return the regions, in words, that hold all of the mask ``wrong``, and are filled by it or unlikely by chance.

    ``telling`` masks the entries that say anything at all; some of them must lie outside. With ``chance`` 0 the region
    must be filled.
    """
    count, all_telling = np.count_nonzero(wrong), np.count_nonzero(telling)
    found = []
    for region in REGIONS:
        for words, part, ways in region.parts(wrong, case):
            inside = np.count_nonzero(telling & part)
            if not count or np.any(wrong & ~part) or inside == all_telling:
                continue
            if count == inside or (count > 1 and ways * (inside / all_telling) ** count <= chance):
                found.append((region, words))
    return found


def where_words(mask: np.ndarray, case: Comparison) -> str:
    """Return where a mask is set: everywhere, in a region with a name, or in so many entries.

    Regions that depend on the value are named as well.
    """
    if mask.all():
        return "everywhere"
    count = np.count_nonzero(mask)
    size = f"{count} of {mask.size} entries"
    found = fitting(mask, np.ones(mask.shape, dtype=bool), case)
    if found:
        return f"{found[0][1]} ({size})"
    first = np.unravel_index(int(np.argmax(mask)), mask.shape)
    return f"in {size}, the first at {index_words(first)}"
