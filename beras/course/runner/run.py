"""Run the tests of one task."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import beras
from beras.course.declared import DeclaredTest
from beras.course.errors import CourseError
from beras.course.runner.child import Run, run_job
from beras.course.runner.guard import Guarded
from beras.course.runner.judge import judge
from beras.course.runner.limits import Limits
from beras.course.runner.results import TaskResult

__all__ = ["has_processes", "run_task"]

#: Beyond the sum of the tests' seconds, for reading the files; and because two threads use two seconds in one.
_CPU_FACTOR = 2.0


def has_processes() -> bool:
    """Say whether this Python can start another one (in a browser it cannot)."""
    return sys.platform not in ("emscripten", "wasi")


def run_task(
    folder: Path,
    task: str,
    tests: Sequence[DeclaredTest],
    limits: Limits = Limits(),  # noqa: B008  # frozen
    *,
    in_process: bool | None = None,
    environment: Mapping[str, str] | None = None,
    reap: bool = True,
) -> TaskResult:
    """Run ``tests`` on the student's code in ``folder``.

    Args:
        folder: the homework's folder, with ``tests/``.
        task: the task's id.
        tests: the tests of this task, from `declared`.
        limits: what they may use.
        in_process: run them in this process with a budget of steps, and without the other limits. By default where
            there can be no other process.
        environment: variables for the child, ``{"BERAS_ORACLE": ""}`` to ask torch where it is installed.
        reap: on Linux, leave a process behind that ends whatever the code leaves running.

    Raises:
        CourseError: when there is nothing to run, or pytest is missing.
    """
    if not tests:
        raise CourseError(f"Task {task} has no tests in {folder / 'tests'}.")
    if find_spec("pytest") is None:
        raise CourseError("The tests need pytest: pip install pytest")
    folder = folder.resolve()
    guarded = Guarded(folder)
    seconds = {test.name: float(test.seconds or limits.seconds) for test in tests}
    job = {
        "folder": str(folder),
        "tests": seconds,
        "files": guarded.digests,
        "library": str(Path(beras.__file__).parents[1]),
        "import_seconds": limits.import_seconds,
        "limits": {
            "cpu": _CPU_FACTOR * (sum(seconds.values()) + limits.import_seconds),
            "memory": limits.memory,
            "file_size": limits.file_size,
            "processes": limits.processes,
        },
        "reap": reap and sys.platform == "linux",
    }
    begin = time.perf_counter()
    try:
        run = _run(job, folder, limits, in_process, environment)
    finally:
        changed = guarded.put_back()
    return judge(task, tests, run, changed, limits, time.perf_counter() - begin)


def _run(
    job: Mapping[str, Any], folder: Path, limits: Limits, in_process: bool | None, environment: Mapping[str, str] | None
) -> Run:
    if in_process if in_process is not None else not has_processes():
        from beras.course.runner.in_process import run_here

        return run_here(job, folder, limits)
    return run_job(job, folder, limits, environment)
