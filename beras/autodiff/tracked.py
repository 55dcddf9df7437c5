"""Tracked: what a Tensor and a Variable share, and how to find one inside other values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from beras.autodiff.state import Home, home

__all__ = ["Tracked", "bare", "holds_tracked", "is_followed", "note_missed", "plain_array", "refuse_foreign"]


class Tracked:
    """What a Tensor and a Variable share: an array, and an identity that tapes follow."""

    __slots__ = ("_array", "_home", "_key")
    _array: Any
    _key: int
    _home: Home | None

    #: The class of recorded answers; the tensor module sets it.
    tensor_type: ClassVar[Callable[[Any, int, Home], Any]]
    trainable: bool = False
    is_variable: ClassVar[bool] = False


def bare(value: Any) -> Any:
    """Return ``value`` with every Tensor and Variable in it, however deep in lists and tuples, as a bare array."""
    if isinstance(value, Tracked):
        return value._array
    kind = type(value)
    if kind is tuple or kind is list:
        return kind(bare(item) for item in value)
    if kind is dict:
        return {name: bare(item) for name, item in value.items()}
    return type(value)(*map(bare, value)) if isinstance(value, tuple) and hasattr(value, "_fields") else value


def holds_tracked(value: Any) -> bool:
    """Say whether there is a Tensor or Variable in ``value``, however deep in lists and tuples."""
    return isinstance(value, Tracked) or (isinstance(value, (tuple, list)) and any(map(holds_tracked, value)))


def is_followed(value: Any) -> bool:
    """Say whether a recording tape follows ``value``, or any Tensor or Variable inside it."""
    if isinstance(value, Tracked):
        here = value._home or home()
        return any(tape.follows(value) for tape in here.recording)
    if isinstance(value, (list, tuple)):
        return any(map(is_followed, value))
    return isinstance(value, dict) and any(map(is_followed, value.values()))


def plain_array(value: Any) -> Any:
    """Return an array of a subclass of ``numpy.ndarray`` as a plain one, and anything else unchanged.

    Raises:
        TypeError: for a masked array or a matrix: their arithmetic is not that of a plain array.
    """
    if type(value) is np.ndarray or not isinstance(value, np.ndarray):
        return value
    if isinstance(value, np.matrix):
        raise TypeError(
            "A np.matrix is no operand on a tape, no argument of a gradient and no Variable: its * and its shapes are "
            "not those of arrays. Convert it first: np.asarray(m)."
        )
    if np.ma.isMaskedArray(value):
        raise TypeError(
            "A masked array is no operand on a tape, no argument of a gradient and no Variable: its mask would be "
            "lost. Fill it first: m.filled(0), and mask the result with np.where(mask, 0, t)."
        )
    return np.asarray(value)


def _name(owner: Home) -> str:
    import threading

    return next((t.name for t in threading.enumerate() if t.ident == owner.thread), "that has ended")


def refuse_foreign(tensor: Any, here: Home) -> None:
    """Raise RuntimeError for a Tensor that an open tape of another thread follows."""
    if any(tensor._key in tape.followed for tape in tensor._home.tapes):
        raise RuntimeError(
            f"This Tensor belongs to a tape of thread {_name(tensor._home)!r} that is still open; it was used in "
            f"thread {_name(here)!r}, where that tape does not record. Open a tape in the thread that computes, "
            f"or pass t.numpy()."
        )


def note_missed(value: Any, here: Home) -> None:
    """Remember on its tape that a followed Tensor was used while nothing recorded, for the error that may come."""
    if isinstance(value, Tracked):
        owner = value._home
        if owner is not None and owner is not here:
            refuse_foreign(value, here)
        for tape in here.tapes:
            if value._key in tape.followed and (here.paused or not tape.is_recording):
                tape.missed = "while its recording was paused"
        ended = here.ended() if here.ended is not None else None
        if ended is not None and value._key in ended.followed:
            ended.missed = "after its `with` block had ended"
    elif isinstance(value, (list, tuple)):
        for item in value:
            note_missed(item, here)
    elif isinstance(value, dict):
        for item in value.values():
            note_missed(item, here)
