"""The factors by which gradients are wrong: lengths, their products and quotients, two, square roots, the sign."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, permutations
from math import prod, sqrt

from beras.oracle.diagnosis.wording import either, length_words, multiple_words

__all__ = ["FACTORS", "NO_FACTOR", "Factor", "Formula", "name_factor", "plain_factor"]

Lengths = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Factor:
    """A factor with its name: the keys of its mistakes, the words before "the right one", and the question to ask."""

    mistakes: tuple[str, ...] = ()
    times: str = ""
    why: str = ""


NO_FACTOR = Factor()
"""The factor 1."""


@dataclass(frozen=True)
class Formula:
    """A row of the table: which lengths it takes (see ``_CHOICES``), the factor that they give, and the question."""

    mistake: str
    takes: str
    value: Callable[..., float]
    why: str


FACTORS = (
    Formula("not averaged", "one", lambda n: n, "is the average over {0} missing"),
    Formula("averaged", "one", lambda n: 1 / n, "is it averaged over {0} where it should be summed, or averaged twice"),
    Formula("doubled", "none", lambda: 2, "is it counted twice or accumulated from an earlier call, or a 1/2 missing"),
    Formula("halved", "none", lambda: 1 / 2, "is one of two equal terms missing, or the 2 that a square gives"),
    Formula("not averaged", "several", lambda *n: prod(n), "is the average over {0} missing"),
    Formula("averaged", "several", lambda *n: 1 / prod(n), "is it averaged over {0} where it should be summed"),
    Formula("wrong length", "ordered pair", lambda n, m: n / m, "is it divided by {1} where it should be by {0}"),
    Formula("square root", "one", lambda n: sqrt(n), "is the division by the square root of {0} missing"),
    Formula("square root", "one", lambda n: 1 / sqrt(n), "is a division by the square root of {0} too many"),
    Formula("not averaged", "one", lambda n: 2 * n, "is the average over {0} missing, and something counted twice"),
    Formula("not averaged", "one", lambda n: n / 2, "is the average over {0} missing, and a factor 2 as well"),
    Formula("averaged", "one", lambda n: 2 / n, "is it averaged over {0} where it should be summed, and counted twice"),
    Formula("averaged", "one", lambda n: 1 / (2 * n), "is it averaged over {0} where it should be summed, and halved"),
    Formula("not averaged", "one", lambda n: n * n, "is the average over {0} missing twice"),
    Formula("averaged", "one", lambda n: 1 / (n * n), "is it averaged over {0} twice where it should be summed"),
)

_SINGLE = 4
"""The first rows are believed on one entry alone: a length, its inverse, two, a half."""

_QUESTIONS = 3
"""No more are asked at once; the table goes from the likely to the unlikely."""

_LOST_SIGN = "is a minus sign lost or one too many"

_CHOICES: dict[str, Callable[[Lengths], Iterator[Lengths]]] = {
    "none": lambda lengths: iter([()]),
    "one": lambda lengths: combinations(lengths, 1),
    "several": lambda lengths: (c for count in (2, 3) for c in combinations(lengths, count)),
    "ordered pair": lambda lengths: permutations(lengths, 2),
}


def name_factor(factor: float, sizes: Mapping[str, int], tolerance: float, few: bool = False) -> Factor | None:
    """Return the factor with its name, or None when it is none of the known ones.

    The first rows that give it are named, with all their lengths. ``few`` says that a single entry is all the evidence:
    then only the sign, a length itself, its inverse, 2 and 1/2 count.

    >>> name_factor(-10.0, {"batch": 10, "units": 10, "inputs": 7}, 1e-6).why
    'is a minus sign lost or one too many, and is the average over the batch (10) or the units (10) missing'
    """
    magnitude, negative = abs(factor), factor < 0
    times = multiple_words(factor, tolerance)
    if abs(magnitude - 1) <= tolerance:
        return Factor(("sign",), times, "is a minus sign lost, or one too many") if negative else NO_FACTOR
    lengths = tuple((name, int(size)) for name, size in sizes.items() if int(size) > 1)
    whys: list[str] = []
    mistake = ""
    for formula in FACTORS[: _SINGLE if few else None]:
        fitting = [
            chosen
            for chosen in _CHOICES[formula.takes](lengths)
            if abs(magnitude / formula.value(*(size for _, size in chosen)) - 1) <= tolerance
        ]
        if fitting:
            mistake = mistake or formula.mistake
            whys.append(_question(formula, fitting))
    if not whys:
        return None
    why = ", or ".join(whys[:_QUESTIONS])
    if negative:
        return Factor(("sign", mistake), times, f"{_LOST_SIGN}, and {why}")
    return Factor((mistake,), times, why)


def _question(formula: Formula, fitting: list[Lengths]) -> str:
    """Return the question of a row with every choice of lengths that fits."""
    if formula.takes == "none":
        return formula.why
    if formula.takes == "ordered pair":
        return ", or ".join(formula.why.format(*(length_words(*length) for length in pair)) for pair in fitting)
    return formula.why.format(either(" and ".join(length_words(*length) for length in chosen) for chosen in fitting))


def plain_factor(factor: float, tolerance: float) -> Factor:
    """Return a factor that has no name.

    >>> plain_factor(0.37, 1e-6).times, plain_factor(3.0, 1e-6).why
    ('0.37 times ', 'is something counted 3 times or accumulated over 3 calls, or a division by 3 missing')
    """
    whole = round(abs(factor))
    if 3 <= whole <= 12 and abs(abs(factor) / whole - 1) <= tolerance:
        why = f"is something counted {whole} times or accumulated over {whole} calls, or a division by {whole} missing"
    else:
        why = "is a constant factor missing or one too many (a scale, a loss weight, the incoming gradient)"
    times = multiple_words(factor, tolerance)
    if factor < 0:
        return Factor(("sign", "factor"), times, f"{_LOST_SIGN}, and {why}")
    return Factor(("factor",), times, why)
