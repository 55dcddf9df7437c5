"""Which task is meant, and which comes next."""

from __future__ import annotations

from collections.abc import Collection

from beras.course.errors import CourseError
from beras.course.loop.progress import Progress
from beras.course.manifest import Homework, Task
from beras.course.runner import PASSES
from beras.errors import unknown_name

__all__ = ["meant", "next_task"]


def meant(homework: Homework, text: str) -> list[Task]:
    """Return the task with this id; or, for ``"2"``, all those that begin with ``2.``.

    Raises:
        CourseError: when there is none, with the nearest.
    """
    exact = [task for task in homework.tasks if task.id == text]
    found = exact or [task for task in homework.tasks if task.id.startswith(f"{text.rstrip('.')}.")]
    if not found:
        raise CourseError(unknown_name("task", text, [task.id for task in homework.tasks]))
    return found


def next_task(homework: Homework, progress: Progress, to_do: Collection[str]) -> Task | None:
    """Return the first task that is to do or did not pass when it was last checked; None when all did.

    Args:
        homework: the student's.
        progress: what is remembered.
        to_do: the ids of the tasks that the student's files say are to do.
    """
    for task in homework.tasks:
        if task.points and (task.id in to_do or progress.of(task.id).status != PASSES):
            return task
    return None
