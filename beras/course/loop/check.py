"""Run the tests of tasks, and remember what came out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from beras.course.declared import DeclaredTest, declared
from beras.course.errors import CourseError
from beras.course.loop.choice import meant, next_task
from beras.course.loop.locate import handed_out
from beras.course.loop.progress import Progress, code_digest
from beras.course.loop.stubs import stubs
from beras.course.manifest import Homework, Task
from beras.course.runner import Limits, TaskResult, run_task

__all__ = ["changed_tests", "chosen", "run_checks"]


def chosen(homework: Homework, progress: Progress, task: str | None = None, whole: bool = False) -> list[Task]:
    """Return the tasks to check: the named ones, all, or the next unfinished one.

    When all have passed, those are checked again whose code has changed since.
    """
    with_tests = [task for task in homework.tasks if task.points]
    if task is not None:
        return meant(homework, task)
    if whole:
        return with_tests
    following = next_task(homework, progress, stubs(homework))
    if following is not None:
        return [following]
    code = code_digest(homework)
    return [task for task in with_tests if progress.of(task.id).code != code]


def run_checks(
    homework: Homework,
    progress: Progress,
    tasks: Sequence[Task],
    limits: Limits | None = None,
    in_process: bool | None = None,
) -> Iterator[TaskResult]:
    """Yield the result of each task; each is remembered, and written down, at once.

    Raises:
        CourseError: when the homework's tests cannot be read, or a task has none.
    """
    tests = [test for test in declared(homework) if not test.hidden]
    for task in tasks:
        mine = [test for test in tests if test.task == task.id]
        if not mine:
            raise CourseError(f"Task {task.id} has no tests{_lost(tests)}")
        code = code_digest(homework)
        result = run_task(homework.folder, task.id, mine, limits or Limits(), in_process=in_process)
        progress.note_result(result, code)
        progress.save()
        yield result


def _lost(tests: Sequence[DeclaredTest]) -> str:
    if tests:
        return ": look at the assignment's README.md for what to do there."
    return ": the folder tests/ of the homework is empty or gone. Get it anew: beras start"


def changed_tests(homework: Homework) -> list[str]:
    """Return the tests that are not as this beras hands them out; nothing where that cannot be known."""
    try:
        source = handed_out(homework.name)
    except CourseError:
        return []
    return [name for name, content in _tests(source).items() if _content(homework.folder / name) != content]


def _tests(folder: Path) -> dict[str, bytes | None]:
    files = (path for path in sorted((folder / "tests").rglob("*")) if path.suffix in (".py", ".json"))
    return {path.relative_to(folder).as_posix(): _content(path) for path in files}


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
