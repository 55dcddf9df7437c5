"""run_tests: pytest on a homework's folder, in a child process with a clean environment."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from beras.course.testrun.server import RECORD, Server

__all__ = ["Outcome", "TestRun", "clean_environment", "run_tests"]

#: What of the environment could change which code is run, or how.
_REMOVED = ("PYTHONPATH", "PYTHONSTARTUP", "PYTEST_ADDOPTS", "PYTEST_PLUGINS", "BERAS_ORACLE", "BERAS_DATA_DIR", "CI")
_SET = {
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUTF8": "1",
    "OMP_NUM_THREADS": "1",
    "MPLBACKEND": "Agg",
}


@dataclass(frozen=True)
class Outcome:
    """How one test (one case of a parametrized test) ended."""

    file: str
    function: str
    #: With the parameters: ``test_mean[3]``.
    case: str
    task: str | None
    points: int | None
    hidden: bool
    #: ``passed``, ``failed``, ``skipped`` or ``xfailed``.
    outcome: str
    error: str
    message: str
    #: The file in which the error was raised; relative if it lies in the folder.
    raised_in: str
    seconds: float

    @property
    def test(self) -> str:
        """The function's name with its file, as pytest writes it: ``tests/test_dense.py::test_mean``."""
        return f"{self.file}::{self.function.replace('.', '::')}"


@dataclass(frozen=True)
class TestRun:
    """All that a run of pytest told."""

    __test__ = False

    outcomes: tuple[Outcome, ...]
    #: Files that could not be collected, with the reason.
    errors: tuple[str, ...] = ()
    #: Of the modules asked for, the file (relative if it lies in the folder); None for those that were not loaded.
    files: Mapping[str, str | None] = field(default_factory=dict)
    #: What the process printed.
    output: str = ""
    #: Why there is no result, when the process was stopped or died.
    broken: str = ""

    def score(self) -> int:
        """Return the points: those of each test function of which every case passed, counted once."""
        tests: dict[str, list[Outcome]] = {}
        for outcome in self.outcomes:
            tests.setdefault(outcome.test, []).append(outcome)
        return sum(cases[0].points or 0 for cases in tests.values() if all(c.outcome == "passed" for c in cases))

    @property
    def problems(self) -> tuple[str, ...]:
        """What kept tests from being run at all."""
        return (*([self.broken] if self.broken else []), *self.errors)


def run_tests(
    folder: Path,
    *,
    paths: Sequence[str] = ("tests",),
    tasks: Sequence[str] | None = None,
    modules: Sequence[str] = (),
    block_torch: bool = False,
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    seconds: float = 120.0,
    server: Server | None = None,
) -> TestRun:
    """Run the tests of a homework's folder and return how each ended.

    The child sees the folder's own pytest configuration only, no plugins, and no PYTHONPATH; it writes no bytecode and
    no cache. On POSIX its whole process group ends with it.

    Args:
        folder: the assignment; it needs a ``pyproject.toml`` and ``tests/conftest.py``.
        paths: what to collect, relative to ``folder``.
        tasks: only the tests of these tasks; by default all.
        modules: names of modules of which ``files`` shall say where they were loaded from.
        block_torch: whether torch is made to look as if it were not installed.
        environment: variables to set besides; a server cannot take any.
        cwd: where the process runs; by default in ``folder``.
        seconds: after so long it is stopped, and ``broken`` says so.
        server: a process to fork from, where that is possible; by default a new interpreter is started.
    """
    with tempfile.TemporaryDirectory(prefix="beras-run-", ignore_cleanup_errors=True) as temporary:
        result, output, order_file = (Path(temporary) / name for name in ("result.json", "output", "order.json"))
        order = {
            "folder": str(folder),
            "paths": [str(folder / path) for path in paths],
            "tasks": None if tasks is None else list(tasks),
            "modules": list(modules),
            "block_torch": block_torch,
            "cwd": str(cwd or folder),
            "seconds": seconds,
            "output": str(output),
            "result": str(result),
        }
        order_file.write_text(json.dumps(order), encoding="utf-8")
        if server is not None and not environment:
            status = server.run(order_file)
        else:
            status = _started(order_file, output, {**clean_environment(), **(environment or {})}, order)
        printed = output.read_text(encoding="utf-8", errors="replace") if output.exists() else ""
        if status == "late":
            return TestRun((), output=printed, broken=f"the tests were stopped after {seconds:g} s")
        if not result.exists():
            broken = f"the process of the tests ended with status {status} and no result: {_end_of(printed)}"
            return TestRun((), output=printed, broken=broken)
        return _read(json.loads(result.read_text(encoding="utf-8")), printed)


def clean_environment() -> dict[str, str]:
    """Return this process's environment without what could change which code is run, or how."""
    return {**{name: value for name, value in os.environ.items() if name not in _REMOVED}, **_SET}


def _started(order_file: Path, output: Path, environment: Mapping[str, str], order: Mapping[str, Any]) -> str:
    """Do an order in a new interpreter; return its exit status, or "late"."""
    with open(output, "wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-B", str(RECORD), str(order_file)],
            cwd=order["cwd"],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=os.name == "posix",
        )
        try:
            return str(process.wait(timeout=order["seconds"]))
        except subprocess.TimeoutExpired:
            return "late"
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process and, where there are groups, all that it started."""
    with suppress(ProcessLookupError, PermissionError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


def _end_of(output: str) -> str:
    return " | ".join([line.strip() for line in output.splitlines() if line.strip()][-3:]) or "it printed nothing"


def _read(result: dict[str, Any], output: str) -> TestRun:
    outcomes = tuple(Outcome(**outcome) for outcome in result["outcomes"])
    # 0 and 1: tests ran; 5: there were none; 2: some file was not collected, which errors tells. Others are failures.
    broken = (
        ""
        if result["code"] in (0, 1, 5) or result["errors"]
        else f"pytest ended with {result['code']}: {_end_of(output)}"
    )
    return TestRun(outcomes, tuple(result["errors"]), result["files"], output, broken)
