"""A thread that ends the process when a test takes too long, and says where the student's code was."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path
from types import FrameType

from .account import innermost
from .channel import Send

__all__ = ["Watchdog"]


class Watchdog:
    """At most one alarm is set; when it rings, the process reports ``timeout`` and ends."""

    def __init__(self, folder: Path, send: Send) -> None:
        self._folder, self._send = folder, send
        self._main = threading.main_thread().ident or 0
        self._changed = threading.Condition()
        self._alarm: tuple[float, float, float, str] | None = None
        threading.Thread(target=self._watch, name="beras watchdog", daemon=True).start()

    def arm(self, seconds: float, test: str = "") -> None:
        """Set the alarm; ``test`` is what it is about."""
        now = time.monotonic()
        with self._changed:
            self._alarm = (now + seconds, seconds, time.process_time(), test)
            self._changed.notify()

    def disarm(self) -> None:
        """Take the alarm back."""
        with self._changed:
            self._alarm = None

    def _watch(self) -> None:
        with self._changed:
            while True:
                if self._alarm is None:
                    self._changed.wait()
                    continue
                end, seconds, cpu_before, test = self._alarm
                if time.monotonic() < end:
                    self._changed.wait(end - time.monotonic())
                    continue
                busy = (time.process_time() - cpu_before) / seconds
                self._send("timeout", test=test, seconds=seconds, busy=busy, place=self._place())
                os._exit(124)

    def _place(self) -> dict[str, object] | None:
        frame: FrameType | None = sys._current_frames().get(self._main)
        places = []
        while frame is not None:
            places.append((frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_qualname))
            frame = frame.f_back
        return innermost(reversed(places), self._folder)
