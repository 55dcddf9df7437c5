"""Runs a job in a process of its own, watches over it, and ends it and all that it started."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from beras.course.runner.harness.channel import Inbox
from beras.course.runner.harness.processes import end_all, family
from beras.course.runner.limits import Limits

__all__ = ["Run", "run_job"]

_BOOT = Path(__file__).parent / "harness" / "boot.py"
#: What the child keeps of the environment; the rest is of no use to a homework, and some of it changes results.
_KEPT = (
    *("PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR", "TEMP", "TMP", "VIRTUAL_ENV", "CONDA_PREFIX"),
    *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "APPDATA", "LOCALAPPDATA", "USERPROFILE"),
    *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "BERAS_DATA_DIR", "BERAS_ORACLE"),
)
_SET = {
    # One thread each: the arrays are small, and a swarm of BLAS threads would look like the student's.
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"),
    # Importing torch takes longer than most tasks.
    "BERAS_ORACLE": "frozen",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONUNBUFFERED": "1",
    "PYTHONUTF8": "1",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "MPLBACKEND": "Agg",
}
#: Seconds between looks at what came, and between looks at memory and processes.
_POLL, _LOOK = 0.02, 0.1
#: Seconds beyond a deadline, which the harness watches itself; seconds that ending all processes may take.
_GRACE, _ENDING = 1.5, 4.0
_OUTPUT_KEPT, _LONGEST_LINE, _FOREIGN_MOST = 20_000, 64 << 20, 100_000


@dataclass
class Run:
    """What a job sent and how it ended."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    #: Why it was ended from here: "time", "memory", "processes", "output"; "" when it ended itself.
    ended: str = ""
    #: The worker's exit code, negative for a signal; None where it is unknown.
    code: int | None = None
    #: Names of the processes that outlived it; they have been ended.
    left: tuple[str, ...] = ()
    output: str = ""
    #: Bytes on the channel of results that were not the harness's.
    foreign: int = 0

    def last(self, what: str) -> dict[str, Any] | None:
        """Return the last message of a kind."""
        return next((message for message in reversed(self.messages) if message["is"] == what), None)


def run_job(job: Mapping[str, Any], folder: Path, limits: Limits, environment: Mapping[str, str] | None = None) -> Run:
    """Run the harness in ``folder`` on a job; see `beras.course.runner.harness.main`.

    Args:
        job: what the harness needs to know, as JSON can hold it.
        folder: the homework's folder.
        limits: of the whole task.
        environment: variables that the child gets besides the few that it keeps.

    Returns:
        What it sent, and how it ended. When this returns, or raises, no process of it is left.
    """
    key = os.urandom(32)
    process = _start(folder, environment or {})
    assert process.stdin is not None
    watch = _Watch(process, Inbox(key), limits, reaped=job["reap"])
    try:
        with suppress(BrokenPipeError):
            process.stdin.write(json.dumps({**job, "key": key.hex()}).encode() + b"\n")
            process.stdin.flush()
        import_module("beras.course.kit.kit")  # takes its time, and is needed to judge: meanwhile the child starts
        return watch.until_it_ends()
    finally:
        watch.end()


def _start(folder: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    options: dict[str, Any] = {"start_new_session": True}
    if os.name == "nt":
        options = {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
    return subprocess.Popen(
        [sys.executable, "-P", str(_BOOT)],
        cwd=folder,
        env={**_SET, **kept, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        **options,
    )


class _Watch:
    """Reads what a process sends and prints, and ends it when it goes beyond a limit."""

    def __init__(self, process: subprocess.Popen[bytes], inbox: Inbox, limits: Limits, reaped: bool) -> None:
        self._process, self._inbox, self._limits, self._reaped = process, inbox, limits, reaped
        self._run, self._over = Run(), False
        self._seen: set[int] = set()
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._printed, self._kept = 0, b""
        self._deadline = time.monotonic() + limits.import_seconds + _GRACE
        self._readers = [
            threading.Thread(target=self._read, args=(stream, take), daemon=True)
            for stream, take in ((process.stdout, self._take_lines()), (process.stderr, self._take_output()))
        ]
        for reader in self._readers:
            reader.start()

    def until_it_ends(self) -> Run:
        """Return what it sent and how it ended."""
        next_look = time.monotonic() + _LOOK
        while self._process.poll() is None:
            self._hear(_POLL)
            now = time.monotonic()
            if now >= next_look and not self._over:
                self._run.ended = self._beyond(now)
                # Looking takes longer where there are many processes: never more than a tenth of the time.
                next_look = now + max(_LOOK, 10 * (time.monotonic() - now))
                if self._run.ended:
                    self.end()
        self.end()
        end = self._run.last("end")
        self._run.code = self._process.returncode if end is None else end["code"]
        if end is not None:
            self._run.left = tuple(end["left"])
        self._run.output = self._kept.decode("utf-8", errors="replace")
        self._run.foreign = self._inbox.foreign
        return self._run

    def end(self) -> None:
        """End the process and all below it, if any are left."""
        if self._over:
            return
        self._over = True
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()  # for the reaper this is the sign to end all
        if self._reaped:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_ENDING)
        has_exited = self._process.poll() is not None
        self._hear_the_rest(0.2 if has_exited else 0.0)
        if self._run.last("end") is None:
            self._end_without_reaper(has_exited)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_ENDING)
        self._hear_the_rest(0.5)

    def _end_without_reaper(self, has_exited: bool) -> None:
        """End its group, its worker's, and every process that was ever seen below it."""
        worker, done = self._run.last("worker"), self._run.last("done")
        known = {self._process.pid, *self._seen, *([] if worker is None else [worker["pid"]])}
        if done is not None:
            known |= set(done["below"])
        if has_exited and not self._reaped:
            self._run.left = tuple(process.name for process in family(known))
        end_all(known)

    def _beyond(self, now: float) -> str:
        """Return which limit it is beyond, or nothing."""
        if now > self._deadline:
            return "time"
        if self._printed > self._limits.output or self._inbox.foreign > _FOREIGN_MOST:
            return "output"
        processes = family([self._process.pid])
        self._seen |= {process.pid for process in processes}
        if len(processes) > self._limits.processes + 2:  # the reaper and the worker
            return "processes"
        return "memory" if sum(process.memory for process in processes) > self._limits.memory else ""

    # What it says

    def _hear(self, seconds: float) -> None:
        """Take the lines that have come, waiting at most ``seconds`` for the first."""
        with suppress(queue.Empty):
            line = self._lines.get(timeout=seconds)
            while True:
                message = self._inbox.read(line)
                if message is not None:
                    self._run.messages.append(message)
                    seconds = message["seconds"] if message["is"] == "start" else self._limits.import_seconds
                    self._deadline = time.monotonic() + seconds + _GRACE
                line = self._lines.get_nowait()

    def _hear_the_rest(self, seconds: float) -> None:
        for reader in self._readers:
            reader.join(seconds)
        self._hear(0.001)

    def _read(self, stream: IO[bytes], take: Callable[[bytes], None]) -> None:
        with stream:
            while part := os.read(stream.fileno(), 65536):
                take(part)

    def _take_lines(self) -> Callable[[bytes], None]:
        rest = b""

        def take(part: bytes) -> None:
            nonlocal rest
            *lines, rest = (rest + part).split(b"\n")
            rest = rest[-_LONGEST_LINE:]
            for line in lines:
                self._lines.put(line)

        return take

    def _take_output(self) -> Callable[[bytes], None]:
        def take(part: bytes) -> None:
            self._printed += len(part)
            self._kept += part[: _OUTPUT_KEPT - len(self._kept)]

        return take
