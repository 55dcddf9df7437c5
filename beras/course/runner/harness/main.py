"""Run one job: read it from stdin, limit this process, run the tests, send what became of them."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .account import account
from .channel import Send, sender
from .limits import set_limits
from .processes import below
from .reaper import can_reap, stay_behind

__all__ = ["main", "prepare", "pytest_arguments"]

#: How long Python may take to end when all tests are done.
_ENDING = 1.0


def main() -> None:
    """Run the job whose JSON is the first line on stdin. Messages leave on what was stdout, output on stderr."""
    job = json.loads(_first_line(0))
    key = bytes.fromhex(job.pop("key"))
    results = os.dup(1)
    os.dup2(2, 1)
    if job["reap"] and can_reap():
        stay_behind(0, sender(key, results, "reaper"))
    send = sender(key, results, "worker")
    del key
    _close_stdin()
    set_limits(job["limits"])
    _run(job, send)


def _run(job: dict[str, Any], send: Send) -> None:
    from .watchdog import Watchdog

    folder = Path(job["folder"])
    send("worker", pid=os.getpid())
    changed = [name for name, stated in job["files"].items() if _digest(folder / name) != stated]
    if changed:
        send("changed", files=changed)
        return
    watchdog = Watchdog(folder, send)
    watchdog.arm(job["import_seconds"])
    missing = prepare(folder, job["library"])
    if missing:
        send("missing", package=missing)
        return

    from .plugin import Plugin
    from .witness import Witness

    @contextmanager
    def guard(test: str, seconds: float) -> Iterator[None]:
        watchdog.arm(seconds, test)
        yield
        watchdog.arm(job["import_seconds"])

    import pytest

    plugin = Plugin(folder, job["tests"], send, Witness(folder), guard)
    try:
        pytest.main(pytest_arguments(folder, job["tests"]), plugins=[plugin])
    except BaseException as error:
        send("unreadable", file="", account=account(error, folder))
    left = [] if job["reap"] else below(os.getpid())
    send("done", below=[process.pid for process in left])
    watchdog.disarm()
    if any(not thread.daemon for thread in threading.enumerate() if thread is not threading.main_thread()):
        os._exit(0)
    ending = threading.Timer(_ENDING, os._exit, [0])
    ending.daemon = True
    ending.start()


def prepare(folder: Path, library: str) -> str:
    """Load what the tests need and put the homework first on the path; return the package that is missing, if any."""
    for package in ("pytest", "numpy"):
        if find_spec(package) is None:
            return package
        import_module(package)
    if find_spec("beras") is None:
        sys.path.append(library)
    sys.path.insert(0, str(folder / "tests"))
    if (folder / "tests" / "kit.py").exists():
        import_module("kit")
    sys.path.insert(0, str(folder))
    sys.argv[:] = ["beras check"]
    return ""


def pytest_arguments(folder: Path, tests: dict[str, float]) -> list[str]:
    """Return what pytest is called with: the files of the tests, no settings of anybody's, nothing written."""
    files = dict.fromkeys(name.partition("::")[0] for name in tests)
    without = ("cacheprovider", "terminal", "faulthandler")
    options = [
        f"--rootdir={folder}",
        "-c",
        os.devnull,
        "-s",
        "--import-mode=importlib",
        "--continue-on-collection-errors",
        *(f"-pno:{name}" for name in without),
    ]
    return [*options, *(str(folder / file) for file in files)]


def _first_line(descriptor: int) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        part = os.read(descriptor, 65536)
        if not part:
            sys.exit(2)
        line += part
    return line


def _close_stdin() -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)


def _digest(path: Path) -> str:
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
