"""Every declared test ran, none was skipped, and each says what task it belongs to and what it is worth."""

from __future__ import annotations

from beras.course.declared import HIDDEN, PUBLIC, DeclaredTest
from beras.course.proof.case import Case
from beras.course.proof.finding import Finding, each_once, told
from beras.course.testrun import Outcome
from beras.errors import unknown_name

__all__ = ["declared_name", "ran"]


def ran(case: Case) -> Finding:
    """Compare the tests that stand in the files with those that ran on the reference, with torch and without."""
    known = [task.id for task in case.homework.tasks]
    problems = [line for test in case.declared for line in _unmarked(test, known)]
    names = [test.name for test in case.declared]
    problems += [
        f"{name} is there {names.count(name)} times, and only the last one runs."
        for name in names
        if names.count(name) > 1
    ]
    for name in ("reference", "reference without torch"):
        run = case.run(name)
        problems += run.problems
        outcomes = {declared_name(outcome): outcome for outcome in run.outcomes}
        problems += [f"{test} did not run ({name})." for test in names if test not in outcomes]
        problems += [
            f"{test} ran and stands in no file as a test function ({name}): tests are written, not made by code."
            for test in outcomes
            if test not in names
        ]
        problems += [told(outcome) for outcome in run.outcomes if outcome.outcome in ("skipped", "xfailed")]
    return Finding("ran", "every declared test ran, none was skipped", each_once(problems))


def declared_name(outcome: Outcome) -> str:
    """Return the name of the test in the reference, where the hidden ones lie beside the public ones."""
    return outcome.test.removeprefix("tests/") if outcome.test.startswith(f"tests/{HIDDEN}/") else outcome.test


def _unmarked(test: DeclaredTest, known: list[str]) -> list[str]:
    problems = []
    if test.task is None:
        problems.append(f'{test.name} names no task: @pytest.mark.task("2.3").')
    elif test.task not in known:
        problems.append(f"{test.name}: {unknown_name('task', test.task, known)}")
    if test.hidden and test.file.startswith(f"{PUBLIC}/"):
        problems.append(f"{test.name} is marked as hidden, and every student gets it: move it to {HIDDEN}/.")
    if test.points is None:
        problems.append(f"{test.name} says not what it is worth: @pytest.mark.points(2).")
    elif type(test.points) is not int or test.points < 0:
        problems.append(f"{test.name}: points are a whole number from 0 up. Received: {test.points!r}.")
    return problems
