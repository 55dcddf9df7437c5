"""Who is to blame for a wrong gradient, and for which mistake."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.oracle.alternatives import alternatives
from beras.oracle.diagnosis import Clues, diagnose
from beras.oracle.handwritten import HandWritten
from beras.oracle.program import Program, trace
from beras.oracle.report import Report, Row
from beras.oracle.rows import hold
from beras.oracle.subject import other
from beras.oracle.trial import ask_torch
from beras.oracle.weight_names import weight_names

__all__ = ["by_hand", "explain", "part_report"]


def by_hand(call: HandWritten, cotangent: np.ndarray) -> tuple[list[Any], str]:
    """Return the gradients that a call's author gives, asked for other inputs first, and what they raise."""
    inputs = [call.inputs[place] for place in call.followed]
    call.gradients([other(x) for x in inputs], cotangent)
    return call.gradients(inputs, cotangent)[1:]


def part_report(call: HandWritten, seed: int) -> Report:
    """Return the report on one call with a gradient of its own, for a random cotangent of its output."""
    inputs = [call.inputs[place] for place in call.followed]
    program = trace(call.forward, inputs, range(len(inputs)))
    rng = np.random.default_rng(seed)
    cotangents = [np.asarray(rng.standard_normal(y.array.shape)) for y in program.outputs]
    right = ask_torch(program, cotangents).gradients
    places = [*range(len(inputs)), *(_place(program, weight) for weight in call.weights)]
    names = [call.names[place] for place in call.followed] + weight_names(call.weights, [call.owner], call.owner)
    shapes = [np.shape(x) for x in inputs] + [weight.shape for weight in call.weights]
    found, complaint = by_hand(call, cotangents[0])
    report = Report(call.title, [], complaint=complaint)
    for name, shape, place, mine in zip(names, shapes, places, found, strict=True):
        kind = "input" if len(report.rows) < len(inputs) else "weight"
        row = Row(kind, name, shape, 1, ours=None if mine is None else np.asarray(mine))
        hold(row, np.zeros(shape) if place is None else right[place], "torch")
        report.rows.append(row)
        if not row.ok:
            explain(row, place, program, cotangents, call)
    return report


def explain(
    row: Row, number: int | None, program: Program, cotangents: list[np.ndarray], call: HandWritten | None
) -> None:
    """Say which of the well-known mistakes a wrong gradient is; ``number`` is that of its source in the program."""
    if row.right is None:
        return
    value = None if number is None else program.sources[number].array
    others = () if number is None else alternatives(program, cotangents, number, call)
    clues = Clues(name=row.name, sizes=_sizes(program), value=value, alternatives=others)
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
