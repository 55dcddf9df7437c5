"""The entries that labels name, one in each row, read and changed in memory that is there already."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from beras.autodiff.primitives import primitive
from beras.autodiff.registry import constant
from beras.losses.labels import as_integers, place_of

__all__ = ["LABELLED", "labelled", "less_one"]


@primitive
def labelled(x: Any, labels: Any) -> Any:
    """Return from each row of ``x``, ``(batch, classes)``, the entry of its class, ``(batch,)``."""
    return x[place_of(labels, -1)]


@primitive
def less_one(x: Any, labels: Any) -> Any:
    """Return ``x``, ``(batch, classes)``, less 1 in each row at its class."""
    x = x.copy()
    x[place_of(labels, -1)] -= 1
    return x


constant(labelled)
constant(less_one)


def _labelled(out: np.ndarray, x: np.ndarray, labels: np.ndarray) -> Callable[[], Any] | None:
    if not x.flags.c_contiguous:
        return None
    flat, starts = x.reshape(-1), np.arange(len(x)) * x.shape[1]
    places = np.empty_like(starts)

    def run() -> None:
        np.add(starts, labels, out=places)
        flat.take(places, out=out, mode="clip")

    return run


def _less_one(out: np.ndarray, x: np.ndarray, labels: np.ndarray) -> Callable[[], Any] | None:
    if not out.flags.c_contiguous:
        return None
    entries = np.empty(len(x), x.dtype)
    flat, one = out.reshape(-1), np.ones((), x.dtype)
    starts = np.arange(len(x)) * x.shape[1]
    places = np.empty_like(starts)

    def run() -> None:
        np.copyto(out, x)
        np.add(starts, labels, out=places)
        flat.take(places, out=entries, mode="clip")
        np.subtract(entries, one, out=entries)
        flat[places] = entries

    return run


def _as_integers(out: np.ndarray, labels: np.ndarray, classes: int) -> Callable[[], Any] | None:
    if labels.dtype.kind not in "iub" or not labels.size:
        return None
    unsigned = out.view(np.uintp)  # a negative number is a large one there

    def run() -> None:
        np.copyto(out, labels, casting="unsafe")
        if np.maximum.reduce(unsigned, axis=None) >= classes:
            as_integers(labels, classes)  # which says what is wrong

    return run


#: How these write their answers into given memory, as entries of `beras.replay.into`.
LABELLED: dict[Callable[..., Any], Callable[..., Any]] = {
    labelled: _labelled,
    less_one: _less_one,
    as_integers: _as_integers,
}
