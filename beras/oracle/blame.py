"""Who is to blame for a wrong gradient, and for which mistake."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from beras.oracle.alternatives import alternatives
from beras.oracle.amplification import amplification
from beras.oracle.diagnosis import Clues, diagnose
from beras.oracle.handwritten import HandWritten
from beras.oracle.program import Program, trace
from beras.oracle.report import Report, Row
from beras.oracle.rows import hold
from beras.oracle.subject import other, parts_of
from beras.oracle.trial import ask_torch
from beras.oracle.weight_names import weight_names

__all__ = ["by_hand", "explain", "part_report"]


def by_hand(call: HandWritten, cotangents: Sequence[np.ndarray]) -> tuple[list[Any], str]:
    """Return the gradients that a call's author gives, asked for other inputs first, and what they raise."""
    with suppress(Exception):  # made-up inputs may not suit; the real ones come next
        call.again()
        call.gradients(_others(call), cotangents)
    call.again()
    return call.gradients(call.inputs, cotangents)


def part_report(call: HandWritten, seed: int) -> Report:
    """Return the report on one call with a gradient of its own, for a random cotangent of its output.

    Where that is right, the report is on another call, at other inputs: what is kept from the first one shows there.
    """
    report = _report(call, seed)
    if not report.ok:
        return report
    later = replace(call, inputs=_others(call), remembered=[np.asarray(call.inputs[place]) for place in call.followed])
    try:
        second = _report(later, seed)
    except Exception:  # made-up inputs do not suit
        return report
    if second.ok or second.complaint:
        return report
    second.title += ", called again with other inputs"
    return second


def _others(call: HandWritten) -> list[Any]:
    return [other(x) if place in call.followed else x for place, x in enumerate(call.inputs)]


def _report(call: HandWritten, seed: int) -> Report:
    call.again()
    program = trace(call.forward, call.inputs, call.followed)
    rng = np.random.default_rng(seed)
    cotangents = [np.asarray(rng.standard_normal(y.array.shape)) for y in program.outputs]
    right = ask_torch(program, cotangents)
    count = len(call.followed)
    places = [*range(count), *(_place(program, weight) for weight in call.weights)]
    names = [call.names[place] for place in call.followed]
    names += weight_names(call.weights, parts_of(call.owner), call.owner)
    shapes = [np.shape(call.inputs[place]) for place in call.followed] + [weight.shape for weight in call.weights]
    found, complaint = by_hand(call, cotangents)
    report = Report(call.title, [], complaint=complaint)
    for number, (name, shape, place, mine) in enumerate(zip(names, shapes, places, found, strict=True)):
        row = Row("input" if number < count else "weight", name, shape, 1)
        row.ours = None if mine is None else np.asarray(mine)
        row.noise = 0.0 if place is None else right.noise(right.gradients[place])
        hold(row, np.zeros(shape) if place is None else right.gradients[place], "torch")
        report.rows.append(row)
    if all(row.ok for row in report.rows):
        return report
    amplified = amplification(program, cotangents)
    for row, place in zip(report.rows, places, strict=True):
        if not row.ok and place is not None:
            row.noise = max(row.noise, amplified.rounding(1, place, "float64"))
            hold(row, right.gradients[place], "torch")
        if not row.ok:
            explain(row, place, program, cotangents, call)
    return report


def explain(
    row: Row, number: int | None, program: Program, cotangents: list[np.ndarray], call: HandWritten | None
) -> None:
    """Say which of the well-known mistakes a wrong derivative is; ``number`` is that of its source in the program."""
    if row.right is None:
        return
    value = None if number is None else program.sources[number].array
    others = () if number is None or row.order > 1 else alternatives(program, cotangents, number, call)
    what = "gradient" if row.order == 1 else "second derivative"
    clues = Clues(row.name, _sizes(program), value, others, what)
    row.diagnosis = diagnose(row.ours, row.right, clues)


def _place(program: Program, variable: Any) -> int | None:
    """Return the number of the source that is a Variable, ``None`` where it was not used."""
    return next((number for number, source in enumerate(program.sources) if source.variable is variable), None)


def _sizes(program: Program) -> dict[str, int]:
    """Return the lengths that a wrong factor may come from."""
    first = next((source.array.shape for source in program.sources if source.variable is None), ())
    last = program.outputs[0].array.shape
    sizes = {"length": first[0]} if len(first) == 1 else {}
    if len(first) > 1:
        sizes = {"batch": first[0], "inputs": first[-1]}
        if len(last) > 1:
            sizes["outputs"] = last[-1]
    return {name: size for name, size in sizes.items() if size > 1}
