"""Wrong gradients that the caller computed: the one that ours is, or a multiple of it."""

from __future__ import annotations

import numpy as np

from beras.oracle.diagnosis.clues import Alternative, Diagnosis
from beras.oracle.diagnosis.comparison import Comparison
from beras.oracle.diagnosis.mistake import Found, Mistake, relation

__all__ = ["ALTERNATIVES", "nearest_alternative"]


def _given(case: Comparison) -> Found | None:
    """The caller decides which alternatives there are; no search among them is needed."""
    return None


def _row(key: str, sentence: str, fix: str) -> Mistake:
    return Mistake(key, _given, f"is {{times}}{sentence}", fix)


ALTERNATIVES = {
    row.key: row
    for row in (
        _row(
            "output for input",
            "what comes out when an output is used where its input belongs{detail}",
            "keep the input in the forward pass, and use it in the derivative.",
        ),
        _row(
            "input for output",
            "what comes out when an input is used where the output belongs{detail}",
            "the derivative is written in the output (sigmoid: y * (1 - y)), so use the output there.",
        ),
        _row(
            "term missing",
            "the right one without a term{detail}",
            "add this contribution: one term of a product or sum rule, or of a value used twice, is missing.",
        ),
        _row(
            "term twice",
            "the right one with a term counted twice{detail}",
            "count this contribution once.",
        ),
        _row(
            "stale",
            "what an earlier call gives{detail}",
            "is something kept from an earlier call (inputs, outputs, a cache) used here?",
        ),
        _row(
            "input off by one",
            "what comes out when the input is moved by one{detail}",
            "is an index off by one there (i for i - 1, a slice 1: for :-1)?",
        ),
        _row(
            "accumulated",
            "this gradient and that of an earlier call added{detail}",
            "are the gradients set to zero before each backward pass?",
        ),
        _row(
            "upstream ignored",
            "what comes out when the incoming gradient is taken for ones{detail}",
            "multiply by the gradient that comes from above (the chain rule).",
        ),
        _row(
            "jacobian transposed",
            "what a transposed Jacobian gives{detail}",
            "transpose the Jacobian: the incoming gradient is multiplied by J from the output's side.",
        ),
        _row(
            "one row",
            "what one row alone gives, where all must be summed{detail}",
            "sum over the batch, do not take one row of it.",
        ),
        _row(
            "local derivative left out",
            "the incoming gradient with a derivative left out on its way{detail}",
            "multiply by this derivative too (the chain rule).",
        ),
    )
}


def _mistake(alternative: Alternative) -> Mistake:
    key = alternative.mistake
    plain = key.replace("{", "{{").replace("}", "}}")
    return ALTERNATIVES.get(key) or _row(plain, f"what this mistake gives: {plain}{{detail}}", "is it made here?")


def nearest_alternative(case: Comparison) -> Diagnosis | None:
    """Return the diagnosis of the first alternative that ours equals, else of the one that it is a multiple of.

    An alternative that is itself a multiple of the right gradient counts only when ours equals it, and so does one that
    is right.
    """
    best: tuple[int, Alternative, Found] | None = None
    for alternative in case.clues.alternatives:
        found = _compare(case, alternative)
        if found is None:
            continue
        rank = ["", "sign"].index(key) if (key := " ".join(found.factor.mistakes)) in ("", "sign") else 2
        rank = 3 if "factor" in found.factor.mistakes else rank
        if best is None or rank < best[0]:
            best = rank, alternative, found
        if rank == 0:
            break
    if best is None:
        return None
    _, alternative, found = best
    detail = f" ({alternative.detail})" if alternative.detail else ""
    return _mistake(alternative).explain(case, Found({"detail": detail}, found.factor, found.sure))


def _compare(case: Comparison, alternative: Alternative) -> Found | None:
    array = np.asarray(alternative.array)
    if array.shape != case.ours.shape or array.dtype.kind not in "biuf" or not np.isfinite(array).all():
        return None
    array = np.ldexp(array.astype(np.float64), -case.exponent)
    if case.same_shape and case.multiple(case.right, array) is not None:
        return relation(case, array, factors="one", least=1)
    return relation(case, array, factors="any", least=1)
