"""check_frozen: the library's own layers, activations, losses and regularizers against values that torch once made."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf

import numpy as np

from beras.errors import unknown_name
from beras.oracle.diagnosis import Clues, diagnose
from beras.oracle.frozen import made_by_beras
from beras.oracle.frozen.case import Case
from beras.oracle.frozen.cases import CASES
from beras.oracle.frozen.file import read, unusable
from beras.oracle.report import Report, Row
from beras.oracle.rows import agreement

__all__ = ["THINGS", "check_frozen"]

#: The names of all that has frozen values.
THINGS = tuple(dict.fromkeys(case.thing for case in CASES))

_KINDS = {"value": "output", "gradient": "input", "second": "input"}
_ORDERS = {"value": 0, "gradient": 1, "second": 2}
#: How many times as far off as torch beras may be in float32.
_ROOM = 4.0


def check_frozen(names: str | Iterable[str] | None = None) -> Report:
    """Hold beras against frozen values of torch, where there is no torch; return a `Report` that prints as a table.

    The values, gradients and second derivatives of every layer, activation, loss and regularizer of beras, which torch
    computed in float64 by functions of its own. beras is held against them in float64 and in float32. The table has a
    row for each thing, about that of its cases where the difference is largest; of cases that are wrong there is a
    report in ``parts``, with a row for each array.

    Args:
        names: a name, or several: ``"Dense"``, ``"gelu"``, ``"losses.Huber"``. By default everything.

    Raises:
        ValueError: for an unknown name, with the nearest known one.
        FrozenValuesError: when the file of the values is damaged.

    >>> check_frozen(["gelu", "Dense"]).ok
    True
    """
    things = THINGS if names is None else [_known(name) for name in ([names] if isinstance(names, str) else names)]
    stored, made_by = read()
    cases = [case for case in CASES if case.thing in things]
    _check_complete(cases, stored)
    reports = [_hold(case, stored) for case in cases]
    report = Report(f"Frozen values of {made_by}", [])
    report.rows = [
        _summed(thing, [part for case, part in zip(cases, reports, strict=True) if case.thing == thing])
        for thing in dict.fromkeys(things)
    ]
    report.parts = [part for part in reports if not part.ok]
    report.notes.append(
        f"{len(cases)} cases of {len(report.rows)} things: values, gradients and second derivatives, made by {made_by} "
        f"in float64 and stored with beras. Each row is about the case with the largest difference."
    )
    return report


def _known(name: str) -> str:
    thing = name.rpartition(".")[2]
    if thing in THINGS:
        return thing
    from beras import activations, losses

    for module in (activations, losses):  # another name of the same function or class
        known = getattr(getattr(module, thing, None), "__name__", None)
        if known in THINGS:
            return known
    raise ValueError(unknown_name("thing with frozen values", name, THINGS))


def _check_complete(cases: list[Case], stored: dict[str, np.ndarray]) -> None:
    lacking = [case.name for case in cases if f"{case.name}/{case.results[-1]}" not in stored]
    if lacking:
        raise unusable(f"there are none of {', '.join(lacking)}")


def _hold(case: Case, stored: dict[str, np.ndarray]) -> Report:
    """Return the report on one case, with a row for each array."""
    report = Report(case.name, [])
    found: dict[str, dict[str, np.ndarray]] = {"float64": {}, "float32": {}}
    for dtype in found:
        try:
            found[dtype] = made_by_beras.results(case, stored, dtype)
        except Exception as error:  # whatever it is, there is no value
            report.complaint = f"In {dtype} it raises {type(error).__name__}: {error}"
        widened = [key for key, array in found[dtype].items() if array.dtype != dtype]
        if widened:
            report.complaint = f"In {dtype} its {widened[0]} is {found[dtype][widened[0]].dtype}."
    for key, slack in zip(case.results, stored[f"{case.name}/float32"], strict=True):
        right = stored[f"{case.name}/{key}"]
        what, _, name = key.partition("/")
        row = Row(_KINDS[what], name or "output", right.shape, _ORDERS[what])
        row.ours, row.right = found["float64"].get(key), right
        row.agreements = [
            agreement("torch", "float64", row.ours, right),
            agreement("torch", "float32", found["float32"].get(key), right.astype(np.float32), _ROOM * float(slack)),
        ]
        if row.order == 1 and row.ours is not None and not row.ok:
            value = stored[f"input/{case.arrays[name]}"]
            row.diagnosis = diagnose(row.ours, right, Clues(name, _sizes(value, stored[f"{case.name}/value"]), value))
        report.rows.append(row)
    return report


def _sizes(value: np.ndarray, output: np.ndarray) -> dict[str, int]:
    """Return the lengths that a wrong factor may come from."""
    sizes = {"batch": value.shape[0], "inputs": value.shape[-1]}
    return sizes | ({"outputs": output.shape[-1]} if output.ndim > 1 else {})


def _summed(thing: str, reports: list[Report]) -> Row:
    """Return one row for all cases of a thing: of each precision the largest difference."""
    rows = [row for report in reports for row in report.rows]
    worst = {dtype: max(rows, key=lambda row: _size(row, dtype)) for dtype in ("float64", "float32")}
    shown = worst["float64"]
    agreements = [a for dtype, row in worst.items() if (a := row.by("torch", dtype)) is not None]
    return Row("thing", thing, shown.shape, 0, agreements, ours=shown.ours, right=shown.right)


def _size(row: Row, dtype: str) -> tuple[float, float]:
    found = row.by("torch", dtype)
    return (inf, inf) if found is None else (found.relative, found.absolute)
