"""What the tests of this homework share: where your files are found, the markers, a time limit, a table of points.

Made by `beras course build`. The tests import your files from this folder, whatever else is installed.
"""

from __future__ import annotations

import signal
import sys
import threading
import tomllib
from collections.abc import Generator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

HOMEWORK = Path(__file__).resolve().parents[1]

MARKERS = (
    "task(id): the task of the assignment that the test belongs to",
    "points(n): what it is worth; of a parametrized test, all its cases together",
    "hint(text): a hint for those whose code fails",
    "visibility(word): 'visible', or 'hidden' for what runs after you submit",
    "timeout(seconds): how long it may take",
)
SECONDS = 10.0
TO_DO, FAILS, PASSES = "TO DO", "FAILS", "passes"


def pytest_configure(config: pytest.Config) -> None:
    """Put the student's files first on the path, before any test is read."""
    sys.path[:0] = [str(HOMEWORK), str(HOMEWORK / "tests")]
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Note on each test what its task and points are: reports, JUnit files and xdist carry it on."""
    for name in ("task", "points"):
        marker = item.get_closest_marker(name)
        if marker is not None and marker.args:
            item.user_properties.append((name, marker.args[0]))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Stop a test that takes too long, where the system has alarms."""
    marker = item.get_closest_marker("timeout")
    seconds = float(marker.args[0]) if marker is not None and marker.args else SECONDS
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        return (yield)

    def ring(number: int, frame: FrameType | None) -> None:
        pytest.fail(f"your code was stopped after {seconds:g} s: is there a loop that does not end?", pytrace=False)

    previous = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """What is not written yet is said in one line, without a stack."""
    report: Any = yield
    if call.excinfo is not None and is_to_do(call.excinfo.value):
        place = call.excinfo.traceback[-1]
        path = Path(place.path)
        where = path.relative_to(HOMEWORK) if path.is_relative_to(HOMEWORK) else path
        report.longrepr = f"to do: {call.excinfo.value}\n{where.as_posix()}:{place.lineno + 1}"
    return report


def is_to_do(error: BaseException) -> bool:
    return isinstance(error, NotImplementedError) and str(error).startswith("Task ")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the tasks with their points."""
    tests = _tests(terminalreporter)
    manifest = HOMEWORK / "homework.toml"
    if not tests or not manifest.exists():
        return
    tasks = tomllib.loads(manifest.read_text(encoding="utf-8")).get("task", [])
    width = max(len(f"{task['id']}  {task['title']}") for task in tasks)
    terminalreporter.section("tasks")
    for task in tasks:
        mine = [test for test in tests.values() if test["task"] == task["id"]]
        if mine:
            word = next((w for w in (TO_DO, FAILS) if any(w in test["words"] for test in mine)), PASSES)
            points = sum(test["points"] for test in mine if test["words"] == {PASSES})
            name = f"{task['id']}  {task['title']}".ljust(width)
            terminalreporter.line(f"Task {name}  {word:6}  {points:g}/{task['points']} points")
    checks = sum(task.get("hidden_checks", 0) for task in tasks)
    if checks:
        points = sum(task.get("hidden_points", 0) for task in tasks)
        subject = (
            f"{checks} further checks ({points} points) run"
            if checks > 1
            else f"1 further check ({points} points) runs"
        )
        terminalreporter.line(f"{subject} after you submit; passing these does not promise those.")


def _tests(terminalreporter: Any) -> dict[str, dict[str, Any]]:
    """Return the tests that ran: the task, the points, and how its cases ended."""
    tests: dict[str, dict[str, Any]] = {}
    for report in (r for reports in terminalreporter.stats.values() for r in reports):
        if not isinstance(report, pytest.TestReport):
            continue  # a file that cannot be read, a test that was left out
        properties = dict(report.user_properties)
        if "task" not in properties or not (report.when == "call" or report.failed):
            continue
        test = tests.setdefault(
            report.nodeid.partition("[")[0],
            {"task": properties["task"], "points": properties.get("points", 0), "words": set()},
        )
        to_do = report.failed and str(report.longrepr).startswith("to do: ")
        test["words"].add(PASSES if report.passed else TO_DO if to_do else FAILS)
    return tests
