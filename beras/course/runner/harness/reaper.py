"""On Linux: a first process that stays behind and ends every process that the student's code leaves running."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from contextlib import suppress

from .channel import Send
from .processes import below, end_all

__all__ = ["can_reap", "stay_behind"]

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
#: How long processes that are about to end may take, and how long ending the others may.
_GRACE, _ENDING = 0.3, 3.0


def can_reap() -> bool:
    """Say whether orphans can be made to come to this process, and make them."""
    return sys.platform == "linux" and _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def stay_behind(lifeline: int, send: Send) -> None:
    """Fork. In the new process this returns; the old one waits, tidies up, reports how it ended, and never returns.

    Orphans of the new process, those in sessions of their own too, become children of the old one. It ends all of them
    when the new process has ended, or when ``lifeline`` closes because whoever started us is gone.
    """
    old = os.getpid()
    worker = os.fork()
    if worker == 0:
        os.setsid()
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != old:
            os._exit(1)
        return
    status = _wait(worker, lifeline)
    left = _end_all(_GRACE if status is not None else 0.0)
    with suppress(OSError):
        send("end", code=None if status is None else os.waitstatus_to_exitcode(status), left=left)
    os._exit(0)


def _wait(worker: int, lifeline: int) -> int | None:
    """Return the worker's status; None when the lifeline closed."""
    while True:
        pid, status = os.waitpid(worker, os.WNOHANG)
        if pid:
            return status
        if select.select([lifeline], [], [], 0.01)[0] and not os.read(lifeline, 4096):
            os.kill(worker, signal.SIGKILL)
            return None


def _end_all(grace: float) -> list[str]:
    """End all children until there is none; return what they were, but for those that ended in time by themselves."""
    begin = time.monotonic()
    left: dict[int, str] = {}
    while _reap() and time.monotonic() - begin < grace + _ENDING:
        if time.monotonic() - begin >= grace:
            found = {process.pid: process.name for process in below(os.getpid())}
            end_all(found)
            left |= found
        time.sleep(0.005)
    return list(left.values())


def _reap() -> bool:
    """Collect the children that have ended; return whether there are others."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


def _prctl(option: int, value: int) -> bool:
    import ctypes

    try:
        return ctypes.CDLL(None).prctl(option, value, 0, 0, 0) == 0
    except (OSError, AttributeError):
        return False
