"""Ctrl-C during a run: the first one asks the model to stop after its batch, the second one stops at once."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any

from beras.callbacks import Callback

__all__ = ["StopOnInterrupt"]


class StopOnInterrupt(Callback):
    """A block within which the first Ctrl-C sets ``stop_training`` of the model, and the second raises.

    As a callback of the same run it also ends a training that begins after the first Ctrl-C. ``requested`` says whether
    there was one. Outside the main thread, where Python delivers no signals, the block changes nothing.
    """

    def __init__(self, model: Any):
        self.model = model
        self.requested = False
        self._before: Any = None

    def __enter__(self) -> StopOnInterrupt:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
            self._before = None

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True
        self.model.stop_training = True

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        if self.requested:
            self.model.stop_training = True
