"""einsum: the cotangent of each operand is an einsum again."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from beras.autodiff.registry import constant, define_variadic

_Labels = list[Any]


LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _parse(args: tuple) -> tuple[list[Any], list[_Labels], _Labels]:
    """Return the operands, the labels of each one's axes, and those of the answer's, for both ways of calling einsum.

    An ellipsis is written out as one label per axis, counted from the last, since its axes broadcast from there.
    """
    if isinstance(args[0], str):
        left, arrow, right = args[0].replace(" ", "").partition("->")
        operands = list(args[1:])
        terms = [_split(term) for term in left.split(",")]
        out = _split(right) if arrow else None
    else:
        paired = len(args) // 2 * 2
        operands = list(args[:paired:2])
        terms = [list(term) for term in args[1:paired:2]]
        out = list(args[-1]) if len(args) > paired else None
    widths = [np.ndim(x) - (len(term) - 1) if ... in term else 0 for x, term in zip(operands, terms, strict=True)]
    terms = [_write_out(term, width) for term, width in zip(terms, widths, strict=True)]
    if out is None:  # implicit: the broadcast axes, then every label that occurs once
        uses = Counter(label for term in terms for label in term if not isinstance(label, tuple))
        out = [..., *sorted(label for label, count in uses.items() if count == 1)]
    return operands, terms, _write_out(out, max(widths))


def _split(term: str) -> _Labels:
    before, dots, after = term.partition("...")
    return [*before, ..., *after] if dots else list(term)


def _write_out(term: _Labels, width: int) -> _Labels:
    if ... not in term:
        return term
    place = term.index(...)
    return [*term[:place], *((..., axis) for axis in range(width, 0, -1)), *term[place + 1 :]]


def _pull_operand(slot: int, g: Any, ans: Any, *args: Any, optimize: Any = False) -> Any:
    """Return the cotangent of the operand at position ``slot``: ``g`` and the other operands, summed to its labels.

    A label that the operand has twice (a diagonal) gets a second name and an identity matrix between the two; one that
    no other factor carries at full length (a sum over this operand alone) gets a vector of ones.
    """
    operands, terms, out = _parse(args)
    number = slot - 1 if isinstance(args[0], str) else slot // 2
    shape = np.shape(operands[number])
    mine = terms.pop(number)
    operands.pop(number)
    factors, labels = [g, *operands], [out, *terms]
    lengths: dict[Any, int] = {}
    for factor, term in zip(factors, labels, strict=True):
        for label, length in zip(term, np.shape(factor), strict=True):
            lengths[label] = max(lengths.get(label, 1), length)
    wanted: _Labels = []
    for axis, (label, length) in enumerate(zip(mine, shape, strict=True)):
        if label in wanted:
            second = ("second", axis)
            factors.append(np.eye(length, dtype=g.dtype))
            labels.append([label, second])
            wanted.append(second)
            continue
        wanted.append(label)
        if lengths.get(label, 0) < length:
            factors.append(np.ones(length, g.dtype))
            labels.append([label])
    letter = dict(zip(dict.fromkeys(label for term in (*labels, wanted) for label in term), LETTERS))
    spell = ["".join(letter[label] for label in term) for term in (*labels, wanted)]
    optimize = optimize is not False or len(factors) > 2
    return np.einsum(",".join(spell[:-1]) + "->" + spell[-1], *factors, optimize=optimize)


define_variadic(np.einsum, _pull_operand)
constant(np.einsum_path)
