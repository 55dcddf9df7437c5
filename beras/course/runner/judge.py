"""From what a job sent to what each test brings. Whatever was found equal is compared again, here, on plain arrays."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any

from beras.course.declared import DeclaredTest
from beras.course.runner.child import Run
from beras.course.runner.limits import Limits
from beras.course.runner.results import FAILS, PASSES, TO_DO, WAITS, Place, TaskResult, TestResult
from beras.course.runner.sentences import about_account, about_end, about_timeout

__all__ = ["judge"]


def judge(
    task: str, tests: Sequence[DeclaredTest], run: Run, changed: Sequence[str], limits: Limits, seconds: float
) -> TaskResult:
    """Return the result of a task.

    Args:
        task: its id.
        tests: those that it declares.
        run: what the harness sent, and how it ended.
        changed: files of the homework that the student's code changed.
        limits: under which it ran.
        seconds: how long it took.
    """
    finished: dict[str, list[dict[str, Any]]] = {test.name: [] for test in tests}
    for message in run.messages:
        if message["is"] == "test":
            finished.setdefault(_function(message["test"]), []).append(message)
    collected = run.last("collected") or {"cases": {}}
    stop = _stop(run, limits)
    results = []
    for test in tests:
        cases = finished[test.name]
        result = _of_cases(test, cases, task, limits) or _unreadable(test, run, task, limits)
        if result is None or (result.status == PASSES and len(cases) != collected["cases"].get(test.name)):
            # The first test without a result is the one in which it ended; the later ones were not run.
            result, stop = _stopped(test, stop), {}
        results.append(result)
    return TaskResult(task, tuple(results), _offence(run, changed), run.output, seconds)


def _of_cases(test: DeclaredTest, cases: Sequence[Mapping[str, Any]], task: str, limits: Limits) -> TestResult | None:
    """Return the result of a test whose cases have all ended: that of the first that fails."""
    if not cases:
        return None
    seconds = sum(case["seconds"] for case in cases)
    for case in cases:
        account = case.get("account") or _disagreement(case)
        if account is not None or not case["passed"]:
            return _failed(test, account or {"kind": "error"}, task, limits, seconds)
    return TestResult(test.name, test.points or 0, PASSES, seconds=seconds)


def _unreadable(test: DeclaredTest, run: Run, task: str, limits: Limits) -> TestResult | None:
    """Return the result of a test whose file could not be read."""
    file = test.name.partition("::")[0]
    for message in run.messages:
        if message["is"] == "unreadable" and message["file"] in ("", file):
            return _failed(test, message["account"], task, limits)
    return None


def _failed(
    test: DeclaredTest, account: Mapping[str, Any], task: str, limits: Limits, seconds: float = 0.0
) -> TestResult:
    status = FAILS
    if account["kind"] == "to do":
        status = TO_DO if account["task"] == task else WAITS
    place = account.get("place")
    return TestResult(
        test.name,
        test.points or 0,
        status,
        about_account(account, limits),
        Place(**place) if place else None,
        account.get("task", ""),
        test.hint,
        account.get("stack", ""),
        seconds,
    )


def _stop(run: Run, limits: Limits) -> dict[str, Any]:
    """Return why a test has no result: a message, and a place."""
    timeout = run.last("timeout")
    if timeout is not None:
        return {"message": about_timeout(timeout), "place": timeout["place"]}
    missing, changed = run.last("missing"), run.last("changed")
    if missing is not None:
        return {"message": f"{missing['package']} is not installed for this Python: pip install {missing['package']}"}
    if changed is not None:
        return {"message": f"{', '.join(changed['files'])} changed while the tests began; check again"}
    started = run.last("start")
    if run.last("done") is not None and not run.ended:
        return {"message": "the test was not found when it was to run"}
    seconds = started["seconds"] if started is not None else limits.import_seconds
    return {"message": about_end(run.ended, run.code, run.foreign, seconds, limits)}


def _stopped(test: DeclaredTest, stop: dict[str, Any]) -> TestResult:
    """Return the result of the test in which the process ended, or of one that was not run then."""
    if not stop:
        return TestResult(test.name, test.points or 0, "")
    place = stop.get("place")
    return TestResult(
        test.name, test.points or 0, FAILS, stop["message"], Place(**place) if place else None, hint=test.hint
    )


def _offence(run: Run, changed: Sequence[str]) -> str:
    if changed:
        return (
            f"your code changed {', '.join(changed)} while it ran; the files of the homework were put back, and what "
            f"it wrote is in .beras/aside"
        )
    if run.left and not run.ended:
        names = ", ".join(sorted(set(run.left)))
        count = "a process" if len(run.left) == 1 else f"{len(run.left)} processes"
        return f"your code left {count} running ({names}), which had to be ended"
    return ""


def _disagreement(case: Mapping[str, Any]) -> dict[str, Any] | None:
    """Compare again what the tests found equal; return an account if it is not."""
    from beras.course.kit.kit import _agree

    for compared in case.get("compared", ()):
        mine, theirs = map(_array, compared["pair"])
        if not _agree(mine, theirs, compared["tolerance"]):
            return {
                "kind": "judged",
                "message": "your numbers are not the right ones, though the comparison beside your code said so: "
                "does your code change how NumPy compares?",
            }
    return None


def _array(data: Mapping[str, Any]) -> Any:
    import numpy as np

    return np.frombuffer(b64decode(data["data"]), data["dtype"]).reshape(data["shape"])


def _function(test: str) -> str:
    return test.partition("[")[0]
