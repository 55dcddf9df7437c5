"""The blank stencil scores nothing: each test meets a task that is still to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from beras.course.proof.case import Case
from beras.course.proof.finding import Finding, told
from beras.course.testrun import Outcome, TestRun

__all__ = ["blank", "each_task", "is_to_do"]


def blank(case: Case) -> Finding:
    """Check that no test, public or hidden, passes on the stencil, and that each fails because a task is to do."""
    run = case.run("stencil")
    known = [task.id for task in case.homework.tasks]
    problems = [*run.problems, *_not_to_do(run.outcomes, known)]
    if not run.outcomes:
        problems.append("no test ran on the stencil.")
    return Finding("stencil", "the blank stencil scores nothing", tuple(problems))


def each_task(case: Case) -> Finding:
    """Check that each task raises, and is needed: with all others solved its own tests end at what it raises.

    So no test of a task passes without it, and none fails as if something were wrong where it is only to do.
    """
    problems = []
    for task in case.homework.tasks:
        run = case.run(f"without {task.id}")
        problems += [f"task {task.id}: {problem}" for problem in run.problems]
        problems += [f"with all but task {task.id} solved, {line}" for line in _not_to_do(run.outcomes, [task.id])]
        if not run.outcomes and (task.points or task.hidden_points):
            problems.append(f"task {task.id} has no test.")
    return Finding("each task", "each task raises, and is needed by its tests", tuple(problems))


def is_to_do(outcome: Outcome, tasks: Iterable[str]) -> bool:
    """Say whether a test ended at a stencil's ``NotImplementedError`` of one of the tasks."""
    return outcome.error == "NotImplementedError" and any(outcome.message.startswith(f"Task {id}: ") for id in tasks)


def tasks_that_raise(run: TestRun, tasks: Iterable[str]) -> list[str]:
    """Return those of the tasks at which some test ended."""
    return [id for id in tasks if any(is_to_do(outcome, [id]) for outcome in run.outcomes)]


def _not_to_do(outcomes: Iterable[Outcome], tasks: list[str]) -> Iterator[str]:
    """Yield a line for each test that passes (all its cases), and each case that fails otherwise than as to do."""
    tests: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        tests.setdefault(outcome.test, []).append(outcome)
    for cases in tests.values():
        if all(outcome.outcome == "passed" for outcome in cases):
            yield told(cases[0])
        for outcome in cases:
            if outcome.outcome != "passed" and not is_to_do(outcome, tasks):
                yield told(outcome)
