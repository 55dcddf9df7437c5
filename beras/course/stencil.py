"""The student's files of a homework, with all its solutions cut out, or those of some tasks."""

from __future__ import annotations

from collections.abc import Collection

from beras.course.cut import check_known, cut_answers, cut_module, cut_notebook
from beras.course.errors import CourseError
from beras.course.manifest import Homework
from beras.course.markers import Block, blocks

__all__ = ["ANSWERS", "solved", "stencils", "task_blocks"]

#: The file with the written questions, where a homework has any.
ANSWERS = "answers.md"


def solved(homework: Homework) -> dict[str, str]:
    """Return the files that are cut, as they stand in the reference: path -> text."""
    paths = (*homework.student_files, *homework.notebooks, *([ANSWERS] if has_answers(homework) else []))
    return {path: (homework.folder / path).read_text(encoding="utf-8") for path in paths}


def has_answers(homework: Homework) -> bool:
    """Say whether there are written questions.

    Raises:
        CourseError: when the manifest has questions and there is no file, or the other way round.
    """
    there = (homework.folder / ANSWERS).is_file()
    if there != bool(homework.questions):
        raise CourseError(
            f"{homework.path}: {'there is no' if homework.questions else 'no [[question]] belongs to'} "
            f"{homework.folder / ANSWERS}."
        )
    return there


def stencils(homework: Homework, tasks: Collection[str] | None = None) -> dict[str, str]:
    """Return path -> text of the files that are cut, without the solutions of ``tasks`` (by default, of all).

    Raises:
        CourseError: when something is wrong with a file, a block names a task that the manifest does not know, or a
            task has no block in its file.
    """
    task_blocks(homework)
    texts = {}
    for path, text in solved(homework).items():
        where = str(homework.folder / path)
        if path == ANSWERS:
            lengths = {question.id: question.length for question in homework.questions}
            texts[path] = cut_answers(text, where, lengths) if tasks is None else text
        elif path in homework.notebooks:
            texts[path] = cut_notebook(text, where, tasks)
        elif path.endswith(".py"):
            texts[path] = cut_module(text, where, tasks)
        else:
            raise CourseError(f"{homework.path}: student: {path} is no Python file; whole files belong to given.")
    return texts


def task_blocks(homework: Homework) -> dict[str, list[tuple[str, Block]]]:
    """Return the blocks of each task, with the files that they are in.

    Raises:
        CourseError: when a block names a task that the manifest does not know, or a task has no block in its file.
    """
    known = [task.id for task in homework.tasks]
    found: dict[str, list[tuple[str, Block]]] = {id: [] for id in known}
    for path, text in solved(homework).items():
        if path.endswith(".py"):
            here = blocks(text, str(homework.folder / path))
            check_known(here, str(homework.folder / path), known)
            for block in here:
                found[block.task].append((path, block))
    for task in homework.tasks:
        if not any(path == task.file for path, _ in found[task.id]):
            raise CourseError(
                f"{homework.path}: [[task]] {task.id}: {task.file} has no block below a line '# TASK {task.id}: ...'."
            )
    return found
