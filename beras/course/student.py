"""What a student's check does, at the command line and in a notebook."""

from __future__ import annotations

from pathlib import Path

from beras.course.feedback import Line, about_next, about_result, show
from beras.course.loop.check import changed_tests, chosen, run_checks
from beras.course.loop.choice import next_task
from beras.course.loop.locate import student_homework
from beras.course.loop.progress import Progress
from beras.course.loop.stubs import stubs
from beras.course.manifest import Homework
from beras.course.runner import PASSES, TaskResult

__all__ = ["check", "check_and_show"]


def check(task: str | float | None = None, *, folder: str | Path | None = None, traceback: bool = False) -> None:
    """Run the tests of a task on your files, and print what is right and what is not.

    Save your files first: what is checked is what is on disk, in a process of its own.

    Args:
        task: its id, ``"2.3"``; by default the next unfinished task; ``"2"`` for all tasks that begin with ``2.``.
        folder: where the homework is; by default here, or above.
        traceback: print the whole stack of each error.

    Raises:
        CourseError: when there is no homework, or no such task.
    """
    homework = student_homework(None if folder is None else Path(folder))
    check_and_show(homework, None if task is None else str(task), tracebacks=traceback)


def check_and_show(
    homework: Homework,
    task: str | None = None,
    *,
    whole: bool = False,
    tracebacks: bool = False,
    in_process: bool | None = None,
) -> list[TaskResult]:
    """Check the tasks that are meant, print each result as it comes, and then what comes next."""
    progress = Progress.load(homework)
    _note(progress.note)
    changed = changed_tests(homework)
    if changed:
        _note(
            f"Not as this beras hands them out: {', '.join(changed)}. Yours are used here; those who grade use theirs."
        )
    tasks = chosen(homework, progress, task, whole)
    following = next_task(homework, progress, stubs(homework))
    results = []
    for one, result in zip(tasks, run_checks(homework, progress, tasks, in_process=in_process)):
        results.append(result)
        show(about_result(homework, one, result, is_next=one == following, tracebacks=tracebacks))
    found = stubs(homework)
    following = next_task(homework, progress, found)
    if following is None or (following not in tasks and all(result.status == PASSES for result in results)):
        show(about_next(homework, following, found.get(following.id, ()) if following else ()))
    return results


def _note(text: str) -> None:
    if text:
        line: Line = ((text, "yellow"),)
        show([line])
