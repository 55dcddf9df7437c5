"""A row of the table of mistakes, and what its recogniser hands back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from beras.oracle.diagnosis.clues import Diagnosis
from beras.oracle.diagnosis.comparison import Comparison
from beras.oracle.diagnosis.factors import NO_FACTOR, Factor, name_factor, plain_factor

__all__ = ["ENOUGH", "Candidates", "Factors", "Found", "Mistake", "Recogniser", "like", "relation"]

ENOUGH = 3
"""So many different numbers must agree before something is said without "perhaps"."""


@dataclass(frozen=True)
class Found:
    """A mistake was recognised: the words for its sentence, the factor besides, and whether it is sure."""

    words: Mapping[str, str] = field(default_factory=dict)
    factor: Factor = NO_FACTOR
    sure: bool = True


Factors = Literal["one", "sign", "named", "any"]
Recogniser = Callable[[Comparison], Found | None]
Candidates = Callable[[Comparison], Iterable[tuple[np.ndarray, Mapping[str, str]]]]


@dataclass(frozen=True)
class Mistake:
    """A row: its key, how it is recognised, what is seen and what to do.

    ``sentence`` goes on after "your gradient for kernel"; in both texts the words that the recogniser found are filled
    in: ``{times}`` is the factor ("minus ", "32 times "), ``{why}`` the question that it raises.
    """

    key: str
    find: Recogniser
    sentence: str
    fix: str

    def diagnose(self, case: Comparison) -> Diagnosis | None:
        """Return the diagnosis when this mistake explains the case."""
        found = self.find(case)
        return None if found is None else self.explain(case, found)

    def explain(self, case: Comparison, found: Found) -> Diagnosis:
        """Put what was found into words."""
        factor = found.factor
        words = {"name": case.clues.name, "times": factor.times, "why": factor.why, **found.words}
        sentence = f"your {case.clues.what} for {case.clues.name} {self.sentence.format(**words)}"
        if not found.sure:
            sentence += " (perhaps: too few different numbers to be sure)"
        fix = self.fix.format(**words)
        if factor.why and "{why}" not in self.fix:
            fix = f"{fix.rstrip('?.')}; and {factor.why}?"
        keys = (self.key.format(**words), *factor.mistakes)
        return Diagnosis(" and ".join(key for key in keys if key), sentence, fix)


def relation(
    case: Comparison,
    candidate: np.ndarray,
    target: np.ndarray | None = None,
    factors: Factors = "named",
    least: int = 2,
) -> Found | None:
    """Say how ours (or ``target``) is ``candidate``, or a multiple of it, when there is evidence enough.

    ``factors`` says which multiples count: ``"one"`` (itself only), ``"sign"`` (its negative as well), ``"named"`` (the
    known factors as well) or ``"any"``. ``least`` is how many different numbers (zero and the sign count) must stand in
    the same places when the factor is 1.
    """
    factor = case.multiple(candidate, target)
    if factor is None:
        return None
    if abs(factor - 1) <= case.tolerance:
        places = case.distinct(candidate, places=True)
        return Found(sure=places >= ENOUGH) if places >= least else None
    if factors == "one" or (factors == "sign" and abs(factor + 1) > case.tolerance):
        return None
    values = case.distinct(candidate)
    named = name_factor(factor, case.clues.sizes, case.tolerance, few=values == 1)
    if named is not None:
        return Found(factor=named, sure=values >= ENOUGH)
    if factors == "any" and values >= 2:
        return Found(factor=plain_factor(factor, case.tolerance), sure=values >= ENOUGH)
    return None


def like(candidates: Candidates, factors: Factors = "named", least: int = 2) -> Recogniser:
    """Return the recogniser of a mistake whose gradient can be made from the right one: the candidates, with words."""

    def recognise(case: Comparison) -> Found | None:
        for candidate, words in candidates(case):
            found = relation(case, candidate, factors=factors, least=least)
            if found is not None:
                return Found(words, found.factor, found.sure)
        return None

    return recognise
