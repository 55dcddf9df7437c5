"""The points of the tests add up to those that the manifest promises."""

from __future__ import annotations

from beras.course.manifest import Task
from beras.course.proof.case import Case
from beras.course.proof.finding import Finding

__all__ = ["points"]


def points(case: Case) -> Finding:
    """Check, for each task, that its public tests give ``points`` and its hidden ones ``hidden_points``."""
    problems = []
    for task in case.homework.tasks:
        for hidden, promised in ((False, task.points), (True, task.hidden_points)):
            given = _given(case, task, hidden)
            if given != promised:
                kind, key = ("hidden", "hidden_points") if hidden else ("public", "points")
                problems.append(
                    f"task {task.id}: its {kind} tests give {given} points, and the manifest says {key} = {promised}."
                )
        if task.hidden_points and not any(t.hidden and t.task == task.id for t in case.declared):
            problems.append(f"task {task.id}: hidden_points without a hidden test.")
    return Finding("points", "the points of the tests are those of the manifest", tuple(problems))


def _given(case: Case, task: Task, hidden: bool) -> int:
    return sum(test.points or 0 for test in case.declared if test.task == task.id and test.hidden == hidden)
