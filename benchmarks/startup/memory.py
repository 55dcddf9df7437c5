"""The most memory that this process has held. A process that wants to know imports this before all else."""

from __future__ import annotations

import os
import sys

__all__ = ["IDLE", "peak", "present"]

#: Linux counts for this program alone. ru_maxrss would not do there: a child begins with the peak of its parent.
STATUS = "/proc/self/status"


def peak() -> int:
    """Return the peak resident memory in bytes."""
    if os.path.exists(STATUS):
        return _status("VmHWM")
    if sys.platform == "win32":
        import psutil

        return psutil.Process().memory_info().peak_wset
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def present() -> int:
    """Return the resident memory in bytes; the peak, where only that is known."""
    return _status("VmRSS") if os.path.exists(STATUS) else peak()


def _status(name: str) -> int:
    """Return a line of `STATUS`, which is in KiB."""
    with open(STATUS, encoding="ascii") as file:
        lines = dict(line.split(":", 1) for line in file)
    return int(lines[name].split()[0]) * 1024


#: What the interpreter held when it had imported nothing but this.
IDLE = present()
