"""What each thread keeps: the tapes that are open, and those of them that record at this moment."""

from __future__ import annotations

# What threading.local and threading.get_ident are; the module behind them takes a millisecond to import.
from _thread import _local as local
from _thread import get_ident
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from beras.autodiff.tape import GradientTape

__all__ = ["Home", "Untraceable", "debug", "home", "new_key", "no_gradient", "refuse_looking", "through_forward"]

#: Gives every Tensor and Variable its identity; a tape follows identities, never objects.
new_key = count(1).__next__


class Untraceable(TypeError):
    """What is computed cannot be written down as a list of NumPy calls, because it looks at a value on the way."""


class Home:
    """The open tapes of one thread, outermost first. ``recording`` leaves out those that are paused or used up.

    ``trace`` is what writes down every NumPy call to replay it (`beras.replay`), or ``None``.
    """

    __slots__ = ("debug", "ended", "paused", "recording", "tapes", "thread", "through_forward", "trace")

    def __init__(self, thread: int):
        self.thread = thread
        self.tapes: list[GradientTape] = []
        self.recording: list[GradientTape] = []
        self.ended: Any = None  # a weak reference to the tape that was closed last, for error messages
        self.paused = 0
        self.debug = False
        self.through_forward: list[tuple] | None = None
        self.trace: Any = None

    @property
    def computes_plainly(self) -> bool:
        """Whether no tape records and nothing is checked or followed, so that a call may be made in another way."""
        return not (self.recording or self.paused or self.debug) and self.through_forward is None

    def refresh(self) -> None:
        self.recording = [] if self.paused else [tape for tape in self.tapes if tape.is_recording]


class _Homes(local):
    def __init__(self) -> None:
        self.home = Home(get_ident())


_homes = _Homes()


def home() -> Home:
    """Return the current thread's home."""
    return _homes.home


def refuse_looking() -> None:
    """Raise Untraceable while calls are written down to be replayed: the value will be another one then."""
    if home().trace is not None:
        raise Untraceable("A value is looked at in Python (if, float, np.asarray), which a replay would not see.")


@contextmanager
def no_gradient() -> Iterator[None]:
    """Pause every tape of this thread: inside, everything is plain NumPy.

    The torch equivalent is ``torch.no_grad``. To pause one tape only, use `GradientTape.stop_recording`.

    >>> import beras
    >>> w = beras.Variable([1.0, 2.0])
    >>> with beras.GradientTape() as tape:
    ...     with beras.no_gradient():
    ...         scale = (w * w).sum()
    ...     y = (w * scale).sum()
    >>> tape.gradient(y, w)
    array([5., 5.], dtype=float32)
    """
    here = home()
    here.paused += 1
    here.refresh()
    try:
        yield
    finally:
        here.paused -= 1
        here.refresh()


@contextmanager
def debug() -> Iterator[None]:
    """Check by checksum that no recorded array is written to before its gradient is taken.

    Writes through Variables and Tensors are always detected; writes into plain arrays only inside this context. Every
    recorded array is read twice, so it is slow.

    Raises (from `GradientTape.gradient`): RuntimeError naming the operation whose input or answer was changed.
    """
    here = home()
    before, here.debug = here.debug, True
    try:
        yield
    finally:
        here.debug = before


@contextmanager
def through_forward() -> Iterator[list[tuple]]:
    """Follow the NumPy inside every call, also where a class or a function brings a gradient of its own.

    The oracle's way to learn what the right gradient of a hand-written one would be. The list that it gives receives
    one entry ``(owner, args, params, followed)`` for each call whose own gradient was passed over; ``followed`` holds
    the positions and names of the arguments that a tape follows.
    """
    here = home()
    before, here.through_forward = here.through_forward, []
    try:
        yield here.through_forward
    finally:
        here.through_forward = before
