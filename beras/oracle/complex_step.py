"""Derivatives by the complex step: exact to rounding, with no difference taken.

``f'(x) = Im f(x + ih) / h`` up to an error of order ``h**2``, and since nothing is subtracted ``h`` may be 1e-30
(Lyness and Moler 1967; Squire and Trapp 1998). It needs a program every operation of which has a continuation to
complex numbers: see `beras.oracle.analytic`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from beras.autodiff.record import Record, arrays_in
from beras.autodiff.tracked import bare
from beras.oracle.analytic import ANALYTIC, NotAnalytic, OnKink
from beras.oracle.program import Program

__all__ = ["complex_step", "stopped_by"]

STEP = 1e-30

#: How far the run in float64 may be from the recorded one, in units of the largest number at hand, by its dtype.
TOLERANCE = {"float64": 1e-9, "float32": 1e-3, "float16": 1e-1}


def complex_step(
    program: Program,
    number: int,
    places: Iterable[tuple[int, ...]],
    cotangents: Sequence[Any] | None = None,
) -> np.ndarray | None:
    """Return the derivatives of ``sum_i <cotangents_i, outputs_i>`` by entries of one source of a program.

    The program runs once for each entry, in double precision whatever it was recorded in.

    Args:
        program: what `beras.oracle.program.trace` returned.
        number: which of ``program.sources`` to differentiate by.
        places: the entries, as index tuples.
        cotangents: an array for each output, of its shape; ones if they are not given.

    Returns: one number for each place, in float64; NaN where the entry moves a value that stands exactly at a kink, a
    jump or a pole. ``None`` where the program cannot be run on complex numbers: `stopped_by` then names the operation.

    >>> from beras.oracle.program import trace
    >>> program = trace(lambda x: np.exp(x) / np.sqrt(x), [np.array([1.5])], [0])
    >>> slope = complex_step(program, 0, [(0,)])
    >>> bool(abs(slope[0] - np.exp(1.5) / 1.5**1.5) < 1e-15)
    True
    """
    found = _run_again(program)
    if isinstance(found, str):
        return None
    weights = [1.0] * len(program.outputs) if cotangents is None else [np.asarray(bare(g)) for g in cotangents]
    return np.array([_slope(program, number, place, weights, found) for place in places], np.float64)


def stopped_by(program: Program) -> str:
    """Return the name of the first operation that cannot be run on complex numbers; ``""`` if all can.

    An operation counts as one that cannot, too, when what the table computes for it is not what was recorded.
    """
    found = _run_again(program)
    return found if isinstance(found, str) else ""


def _run_again(program: Program) -> dict[int, Any] | str:
    """Return all values of the program in double precision, or the name of the first operation that stops it."""
    for record in program.records:
        if record.function not in ANALYTIC:
            return record.name
    try:
        sources = {source.key: np.asarray(source.array, np.float64) for source in program.sources}
        values = _run(program, _compute, sources)
    except _Stopped as stop:
        return stop.record.name
    return next((record.name for record in program.records if not _is_as_recorded(record, values)), values)


class _Stopped(Exception):
    def __init__(self, record: Record):
        self.record = record


def _slope(
    program: Program, number: int, place: tuple[int, ...], weights: Sequence[Any], unmoved: dict[int, Any]
) -> float:
    values = {source.key: unmoved[source.key] for source in program.sources}
    key = program.sources[number].key
    values[key] = values[key].astype(np.complex128)
    values[key][place] += 1j * STEP

    def compute(record: Record, operands: list, followed: set[int]) -> Any:
        if any(np.iscomplexobj(operands[slot]) for slot in followed):
            return _compute(record, operands, followed)
        keys = record.key  # what has not moved needs no computing
        return unmoved[keys] if isinstance(keys, int) else [None if k is None else unmoved[k] for k in keys]

    try:
        values = _run(program, compute, values)
    except OnKink:
        return float("nan")
    parts = [
        np.sum(np.imag(values[output.key]) * weight)
        for output, weight in zip(program.outputs, weights, strict=True)
        if output.key is not None
    ]
    return float(sum(parts)) / STEP


def _run(program: Program, compute: Callable[[Record, list, set[int]], Any], values: dict[int, Any]) -> dict[int, Any]:
    with np.errstate(all="ignore"):
        return program.run(compute, values)


def _compute(record: Record, operands: list, followed: set[int]) -> Any:
    at = record.rule.at
    args = operands if at is None else [*record.args[:at], operands, *record.args[at + 1 :]]
    try:
        return ANALYTIC[record.function](*map(_without_dtype, args), **_params(record))
    except (NotAnalytic, TypeError):  # the table does not know it, or not with these arguments
        raise _Stopped(record) from None


def _without_dtype(value: Any) -> Any:
    """Leave out a dtype that was given by position: everything is computed in double precision."""
    is_dtype = isinstance(value, np.dtype) or (isinstance(value, type) and issubclass(value, (float, np.floating)))
    return None if is_dtype else value


def _params(record: Record) -> dict[str, Any]:
    return {name: value for name, value in record.params.items() if name != "dtype"}


def _is_as_recorded(record: Record, values: dict[int, Any]) -> bool:
    keys, answers = record.key, bare(record.ans)
    if isinstance(keys, int):
        keys, answers = (keys,), (answers,)
    numbers = [*arrays_in(record.args), *map(np.asarray, answers)]
    for key, answer in zip(keys, answers, strict=True):
        if key is None or not np.size(answer):
            continue
        made = np.real(values[key])
        scale = max(np.max(np.abs(a), initial=0.0, where=np.isfinite(a)) for a in numbers if a.dtype.kind in "fiu")
        limit = TOLERANCE[answer.dtype.name] * float(scale)
        if np.shape(made) != np.shape(answer) or not np.allclose(made, answer, rtol=0, atol=limit, equal_nan=True):
            return False
    return True
