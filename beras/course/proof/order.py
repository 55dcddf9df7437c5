"""The tasks can be done in their order: none needs one that comes after it."""

from __future__ import annotations

from beras.course.proof.case import Case
from beras.course.proof.finding import Finding, told

__all__ = ["order"]


def order(case: Case) -> Finding:
    """Check that the public tests of each task pass when it and those before it are solved, and those after it are not.

    So a student who goes from the first task to the last is never told to write a later one first.
    """
    problems = []
    for task in case.homework.tasks[:-1]:
        run = case.run(f"up-to {task.id}")
        problems += [f"with all tasks up to {task.id} solved: {problem}" for problem in run.problems]
        failed = [told(outcome) for outcome in run.outcomes if outcome.outcome == "failed"]
        problems += [f"with all tasks up to {task.id} solved, {line}" for line in failed]
    return Finding("order", "each task can be done when those before it are", tuple(problems))
