"""The processes below one: how many, how much memory, and how to end them."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass

__all__ = ["Process", "below", "end_all", "family"]


@dataclass(frozen=True)
class Process:
    """A process as the system lists it."""

    pid: int
    parent: int
    #: Resident memory in bytes.
    memory: int
    name: str


def family(pids: Collection[int]) -> list[Process]:
    """Return these processes and all below them, nearest first; nothing where the system does not tell."""
    children: dict[int, list[Process]] = {}
    found: list[Process] = []
    for process in _listed():
        (found if process.pid in pids else children.setdefault(process.parent, [])).append(process)
    for process in found:  # grows meanwhile
        found += children.get(process.pid, ())
    return found


def below(pid: int) -> list[Process]:
    """Return all processes below one."""
    return [process for process in family([pid]) if process.pid != pid]


def end_all(pids: Collection[int]) -> None:
    """End these processes, those below them, and the groups they lead."""
    if os.name == "nt":
        for pid in pids:
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(pid)], capture_output=True, check=False)
        return
    doomed = {*pids, *(process.pid for process in family(pids))}
    # First all are stopped, so that none makes a new one while the others are ended.
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for pid in doomed:
            for end in (os.kill, os.killpg):
                with suppress(ProcessLookupError, PermissionError):
                    end(pid, number)


def _listed() -> list[Process]:
    if os.path.exists("/proc/self/stat"):
        return _from_proc()
    return _from_ps() if os.name == "posix" else []


def _from_proc() -> list[Process]:
    page = os.sysconf("SC_PAGE_SIZE")
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with suppress(OSError, ValueError, IndexError), open(f"/proc/{entry}/stat", encoding="utf-8") as file:
                head, _, tail = file.read().rpartition(")")
                fields = tail.split()
                if fields[0] not in "ZX":
                    name = head.partition("(")[2]
                    found.append(Process(int(entry), int(fields[1]), int(fields[21]) * page, name))
    return found


def _from_ps() -> list[Process]:
    command = ["ps", "-A", "-o", "pid=,ppid=,rss=,comm="]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    rows = [line.split(None, 3) for line in listed]
    return [Process(int(pid), int(parent), int(kib) * 1024, name) for pid, parent, kib, name in rows]
