"""What happens before a comparison: calls that leave traces, and that show whether there is something to compare."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import numpy as np

from beras.autodiff import GradientTape
from beras.autodiff.structure import leaves
from beras.autodiff.tracked import Tracked, bare
from beras.oracle.program import watched
from beras.oracle.subject import Subject, kind
from beras.oracle.trial import float_leaves, output_weights, weighted_sum

__all__ = ["call_at_other_inputs", "check_repeatable"]


def call_at_other_inputs(subject: Subject, again: Callable[[], None], seed: int) -> None:
    """Differentiate a module at other inputs first, so that what it keeps of an earlier call can be told."""
    if all(part.traced for part in subject.parts()):
        return
    again()
    with suppress(Exception), GradientTape() as tape:  # made-up inputs may not suit; the real ones come next
        given = [watched(tape, x) if place in subject.followed else x for place, x in enumerate(subject.probe())]
        outputs = float_leaves(subject.call(*given))
        total = weighted_sum(outputs, output_weights([np.asarray(bare(y)) for y in outputs], seed))
        tensors = [x for place in subject.followed for x in leaves(given[place]) if isinstance(x, Tracked)]
        tape.gradient(total, tensors + subject.target.trainable_weights)


def check_repeatable(subject: Subject, again: Callable[[], None]) -> None:
    """Call it twice.

    Raises:
        TypeError: when it gives nothing of floating point.
        ValueError: when it gives two results.
    """
    first, second = (_results(subject, again) for _ in range(2))
    if not any(value.dtype.kind == "f" for value in first):
        again()
        received = ", ".join(map(kind, leaves(subject.call(*subject.inputs)))) or "nothing"
        raise TypeError(f"{subject.title} must return floating-point arrays to have a gradient. Received: {received}.")
    if len(first) == len(second) and all(map(_are_equal, first, second)):
        return
    if subject.writes_into_inputs():
        raise ValueError(
            f"{subject.title} writes into its inputs, so that the second call has other ones. "
            f"Make new arrays: x = x + 1 instead of x += 1."
        )
    raise ValueError(
        f"{subject.title} gave two results for the same inputs, so that nothing can be compared. Does it draw from a "
        f"random generator of its own? Use beras.config.generator() or np.random, which compare sets back, or seed it "
        f"in each call."
    )


def _results(subject: Subject, again: Callable[[], None]) -> list[np.ndarray]:
    again()
    found = [np.array(bare(leaf)) for leaf in leaves(subject.call(*subject.inputs))]
    return [array for array in found if array.dtype.kind in "fiub"]


def _are_equal(a: np.ndarray, b: np.ndarray) -> bool:
    return np.array_equal(a, b, equal_nan=a.dtype.kind == b.dtype.kind == "f")
