"""The third opinion: derivatives by the complex step, or by central differences, on some entries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from beras.oracle.complex_step import complex_step
from beras.oracle.differences import central_difference, sample_places
from beras.oracle.program import Program
from beras.oracle.report import Agreement, Row
from beras.oracle.rows import agreement

__all__ = ["add_numerical"]


def add_numerical(
    rows: Sequence[Row],
    scalar: Callable[..., Any],
    arrays: Sequence[np.ndarray],
    program: Program | None,
    cotangents: Sequence[np.ndarray],
    checks: int,
    seed: int,
) -> None:
    """Add to each row, one for each of ``arrays``, how far ours is from the derivative of ``scalar(*arrays)``.

    With a ``program`` of the same computation the complex step is tried first, which is exact. It sees what the tape
    saw, though: where a part of the computation was cut off from its inputs, one central difference along a line tells,
    and then the entries are differentiated in that way too. ``checks`` entries are
    looked at, and the one in which torch found the largest difference; those that stand on a kink are left out.
    """
    for number, (row, array) in enumerate(zip(rows, arrays, strict=True)):
        known = row.by("torch")
        also = [known.place] if known is not None and len(known.place) == array.ndim else []
        places = sample_places(array.shape, checks, seed, also)
        if not places:
            continue
        slopes = None if program is None else complex_step(program, number, places, cotangents)
        if slopes is not None and not _holds_along_a_line(scalar, arrays, number, row, seed):
            slopes = None
        oracle, doubt = "complex step", 0.0
        if slopes is None:
            found = central_difference(scalar, arrays, number, places)
            oracle, doubt = (
                "central differences",
                4 * float(np.max(found.errors, initial=0.0, where=~found.kinks & np.isfinite(found.errors))),
            )
            slopes = np.where(found.kinks | ~np.isfinite(found.errors), np.nan, found.values)
        smooth = [place for place, slope in zip(places, slopes, strict=True) if not np.isnan(slope)]
        if not smooth:
            continue
        ours = None
        if not row.lacking and row.ours is not None:
            ours = np.array([row.ours[place] for place in smooth])
        theirs = slopes[~np.isnan(slopes)]
        row.agreements.append(_placed(agreement(oracle, "float64", ours, theirs, max(doubt, row.noise)), smooth))


def _holds_along_a_line(
    scalar: Callable[..., Any], arrays: Sequence[np.ndarray], number: int, row: Row, seed: int
) -> bool:
    """Say whether our gradient, or torch's where ours is wrong, has the slope of the function along a random line."""
    gradient = row.ours if row.ok or row.right is None else row.right
    x = arrays[number]
    if gradient is None or gradient.shape != x.shape or not np.all(np.isfinite(gradient)):
        return True
    line = np.random.default_rng(seed).standard_normal(x.shape) * max(float(np.max(np.abs(x), initial=0.0)), 1e-3)

    def along(step: np.ndarray) -> Any:
        return scalar(*arrays[:number], x + step * line, *arrays[number + 1 :])

    found = central_difference(along, [np.zeros(())], 0, [()], h=1e-4)
    expected = float(np.sum(gradient * line))
    if found.kinks[0] or not np.isfinite(found.errors[0]):
        return True
    size = float(np.sum(np.abs(gradient * line)))
    return abs(float(found.values[0]) - expected) <= 4 * float(found.errors[0]) + 1e-5 * size + 1e-12


def _placed(found: Agreement, places: list[tuple[int, ...]]) -> Agreement:
    """Say at which entry of the whole array the largest difference is."""
    from dataclasses import replace

    return replace(found, place=places[found.place[0]]) if found.place else found
