"""A budget of steps, for where a process of its own cannot be had: a loop that does not end is left by an exception."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

__all__ = ["OutputSpent", "StepsSpent", "budget"]

#: What counts as a step: since Python 3.12 a line, each time it is come to; before, a loop that stands on one line need
#: not count as more than one, so every instruction does. (3.13.0 reports no instructions of a frame entered already.)
BY_LINES = sys.version_info >= (3, 12)


class StepsSpent(BaseException):
    """The student's code took more steps than a test may."""


class OutputSpent(BaseException):
    """The student's code printed more than a task may."""


@contextmanager
def budget(folder: Path, steps: int) -> Iterator[None]:
    """Within the block the code in ``folder``, but for its tests, may take ``steps`` steps of the interpreter.

    Raises:
        StepsSpent: in the student's code, at the step that is one too many.
    """
    inside, tests = f"{folder}{os.sep}", f"{folder / 'tests'}{os.sep}"
    left = steps

    def entered(frame: FrameType, event: str, argument: Any) -> Any:
        file = frame.f_code.co_filename
        if not file.startswith(inside) or file.startswith(tests):
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = not BY_LINES, BY_LINES
        return step

    def step(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal left
        if event in ("line", "opcode"):
            left -= 1
            if left < 0:
                raise StepsSpent(f"more than {steps:,} steps")
        return step

    before, threads_before = sys.gettrace(), threading.gettrace()
    sys.settrace(entered)
    threading.settrace(entered)
    try:
        yield
    finally:
        sys.settrace(before)
        threading.settrace(threads_before)
