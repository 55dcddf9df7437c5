"""``homework.toml``: what a homework consists of, read and checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from beras.course.errors import CourseError
from beras.course.toml_table import Key, read_rows, read_table, read_toml
from beras.errors import did_you_mean, unknown_name

__all__ = ["MANIFEST", "Homework", "Question", "Task", "read"]

MANIFEST = "homework.toml"


@dataclass(frozen=True)
class Task:
    """A task: what the student writes, what it is worth, what it teaches."""

    id: str
    title: str
    #: The file that holds it, relative to the homework's folder.
    file: str
    #: By the tests that the student has.
    points: int
    teaches: str
    #: From the smallest to the largest.
    hint: tuple[str, ...] = ()
    #: By the tests that run after submission, and how many these are.
    hidden_points: int = 0
    hidden_checks: int = 0


@dataclass(frozen=True)
class Question:
    """A written question, marked by hand."""

    id: str
    points: int
    #: How much is expected: "3 to 5 sentences".
    length: str


@dataclass(frozen=True)
class Homework:
    """A homework, as its manifest in ``folder`` says. Paths are relative to ``folder``, with slashes."""

    folder: Path
    name: str
    title: str
    #: How many hours it takes: "10 to 14".
    hours: str
    #: The seed document that it comes from: "002".
    seed: str
    #: What the student's code needs, as pip writes it.
    needs: tuple[str, ...]
    #: Patterns of the files that are cut, and of those that are given whole.
    student: tuple[str, ...]
    given: tuple[str, ...]
    #: Notebooks as percent-format Python files.
    notebooks: tuple[str, ...]
    tasks: tuple[Task, ...]
    questions: tuple[Question, ...] = ()

    @cached_property
    def student_files(self) -> tuple[str, ...]:
        """The files that are cut."""
        return self._matching("student", self.student)

    @cached_property
    def given_files(self) -> tuple[str, ...]:
        """The files that the student gets as they are."""
        return self._matching("given", self.given)

    @property
    def points(self) -> int:
        """What all tasks are worth, hidden checks included and written questions not."""
        return sum(task.points + task.hidden_points for task in self.tasks)

    @property
    def path(self) -> Path:
        """The manifest itself."""
        return self.folder / MANIFEST

    def task(self, id: str) -> Task:
        """Return the task with this id.

        Raises:
            CourseError: when there is none, with the nearest.
        """
        for task in self.tasks:
            if task.id == id:
                return task
        raise CourseError(unknown_name("task", id, [task.id for task in self.tasks]))

    def _matching(self, key: str, patterns: Iterable[str]) -> tuple[str, ...]:
        found = set()
        for pattern in patterns:
            if pattern.startswith("/") or ".." in pattern.split("/") or "\\" in pattern or ":" in pattern:
                raise CourseError(
                    f"{self.path}: {key}: paths are relative to the homework's folder, with slashes. "
                    f"Received: {pattern!r}."
                )
            matches = {
                path.relative_to(self.folder).as_posix()
                for path in self.folder.glob(pattern)
                if path.is_file() and "__pycache__" not in path.parts
            }
            if not matches:
                there = [path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file()]
                raise CourseError(f"{self.path}: {key}: no file is named {pattern!r}.{did_you_mean(pattern, there)}")
            found |= matches
        return tuple(sorted(found))


def read(folder: Path) -> Homework:
    """Return the homework whose manifest lies in ``folder``.

    Raises:
        CourseError: when there is no manifest, it is no TOML, a key is missing, unknown or holds something else, or
            what it says does not fit together; the message names the file and the key.
    """
    path = folder / MANIFEST
    try:
        content = read_toml(path)
    except FileNotFoundError:
        raise CourseError(f"There is no {MANIFEST} in {folder}, so it is no homework.") from None
    tasks, questions = content.pop("task", []), content.pop("question", [])
    homework = Homework(
        folder,
        **read_table(path, "", content, _HOMEWORK),
        tasks=tuple(Task(**row) for row in read_rows(path, "task", tasks, _TASK)),
        questions=tuple(Question(**row) for row in read_rows(path, "question", questions, _QUESTION)),
    )
    _check(homework)
    return homework


# The keys


_HOMEWORK = {
    "name": Key("text"),
    "title": Key("text"),
    "hours": Key("text"),
    "seed": Key("text"),
    "needs": Key("texts"),
    "student": Key("texts"),
    "given": Key("texts", ()),
    "notebooks": Key("texts", ()),
}
_TASK = {
    "id": Key("text"),
    "title": Key("text"),
    "file": Key("text"),
    "points": Key("points"),
    "teaches": Key("text"),
    "hint": Key("texts", ()),
    "hidden_points": Key("points", 0),
    "hidden_checks": Key("points", 0),
}
_QUESTION = {"id": Key("text"), "points": Key("points"), "length": Key("text")}


# What must fit together


def _check(homework: Homework) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_-]*", homework.name):
        raise CourseError(
            f"{homework.path}: name must be lower-case letters, digits, - and _, since it is part of a package's name. "
            f"Received: {homework.name!r}."
        )
    if not homework.tasks:
        raise CourseError(f"{homework.path}: there must be a [[task]].")
    _check_once(homework, "task", [task.id for task in homework.tasks])
    _check_once(homework, "question", [question.id for question in homework.questions])
    both = sorted({*homework.student_files} & {*homework.given_files})
    if both:
        raise CourseError(
            f"{homework.path}: {both[0]} is in student and in given; a file is either cut or given whole."
        )
    for notebook in homework.notebooks:
        if notebook in (*homework.student_files, *homework.given_files):
            raise CourseError(f"{homework.path}: {notebook} is in notebooks, and must not be in student or given too.")
        if not notebook.endswith(".py") or not (homework.folder / notebook).is_file():
            there = [path.relative_to(homework.folder).as_posix() for path in homework.folder.rglob("*.py")]
            raise CourseError(
                f"{homework.path}: notebooks must name percent-format Python files. Received: {notebook!r}."
                f"{did_you_mean(notebook, there)}"
            )
    files = (*homework.student_files, *homework.notebooks)
    for task in homework.tasks:
        if task.file not in files:
            raise CourseError(f"{homework.path}: [[task]] {task.id}: {unknown_name('file', task.file, files)}")


def _check_once(homework: Homework, kind: str, ids: Sequence[str]) -> None:
    twice = sorted({id for id in ids if ids.count(id) > 1})
    if twice:
        raise CourseError(f"{homework.path}: the {kind} {twice[0]} is there {ids.count(twice[0])} times.")
