"""Limits that the system itself holds: processor time, memory, size of files, number of processes."""

from __future__ import annotations

import os
from typing import Any

__all__ = ["set_limits"]


def set_limits(limits: dict[str, Any]) -> None:
    """Limit this process and those it starts, where the system knows how.

    Args:
        limits: ``cpu`` in seconds; ``memory`` and ``file_size`` in bytes; ``processes``, beyond those that the user has
            by now.
    """
    try:
        import resource
    except ImportError:
        return
    # What is allocated and not only reserved, so that libraries that map much and use little still load.
    memory = "RLIMIT_DATA" if os.path.isdir("/proc/self") else "RLIMIT_AS"
    wanted = {
        "RLIMIT_CPU": limits["cpu"],
        memory: limits["memory"],
        "RLIMIT_FSIZE": limits["file_size"],
        "RLIMIT_CORE": 0,
    }
    if os.getuid() != 0 and os.path.isdir("/proc/self"):
        wanted["RLIMIT_NPROC"] = _own_threads() + limits["processes"] + 100
    for name, value in wanted.items():
        if hasattr(resource, name):
            number = getattr(resource, name)
            _, most = resource.getrlimit(number)
            value = int(value) if most == resource.RLIM_INFINITY else min(int(value), most)
            try:
                resource.setrlimit(number, (value, value if name != "RLIMIT_CPU" else _one_more(value, most, resource)))
            except (ValueError, OSError):
                continue


def _one_more(value: int, most: int, resource: Any) -> int:
    """Return the hard limit: a second after the signal that says what happened comes one that cannot be ignored."""
    return value + 1 if most == resource.RLIM_INFINITY else min(value + 1, most)


def _own_threads() -> int:
    """Return how many threads this user runs: that is what the system counts."""
    count = 0
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                if os.stat(f"/proc/{entry}").st_uid == os.getuid():
                    count += len(os.listdir(f"/proc/{entry}/task"))
            except OSError:
                continue
    return count
