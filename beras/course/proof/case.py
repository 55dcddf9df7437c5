"""Case: an assignment that is to be proven, laid out in every variant that a property asks for, and run once each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from beras.course.build import contents, is_litter
from beras.course.declared import HIDDEN, PUBLIC, DeclaredTest, declared
from beras.course.manifest import Homework
from beras.course.proof.bank import Mistake, read_bank
from beras.course.proof.pool import Pool
from beras.course.stencil import solved, stencils
from beras.course.testrun import TestRun

__all__ = ["Case", "hidden_tests"]

#: Where the hidden tests stand beside the public ones, only for the proof, so that both share one conftest.
_HIDDEN_HERE = f"{PUBLIC}/{HIDDEN}"


@dataclass
class Case:
    """A homework, what the student gets of it, and the runs of its tests; the same run is made once.

    ``built`` is path -> bytes, as `contents` makes it; ``committed`` is the folder in which it is kept, if there is.
    """

    homework: Homework
    built: Mapping[str, bytes]
    pool: Pool
    committed: Path | None = None
    #: Whether the reference may import torch in its first run.
    torch: bool = True
    _runs: dict[str, Future[TestRun]] = field(default_factory=dict)

    @classmethod
    def of(cls, homework: Homework, pool: Pool, committed: Path | None = None) -> Case:
        """Return the case of a homework, built anew."""
        return cls(homework, contents(homework), pool, committed if committed and committed.is_dir() else None)

    @cached_property
    def solved(self) -> dict[str, bytes]:
        """The student's files as they stand in the reference, markers included: path -> bytes."""
        return {path: text.encode() for path, text in solved(self.homework).items()}

    @cached_property
    def hidden(self) -> dict[str, bytes]:
        """The hidden tests with what lies beside them, at the paths where the proof runs them."""
        return hidden_tests(self.homework)

    @cached_property
    def declared(self) -> list[DeclaredTest]:
        """The tests that the reference declares."""
        return declared(self.homework)

    @cached_property
    def bank(self) -> list[Mistake]:
        """The typical mistakes."""
        return read_bank(self.homework)

    @property
    def modules(self) -> list[str]:
        """The names under which the student's and the given Python files are imported."""
        paths = (*self.homework.student_files, *self.homework.given_files)
        return [path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in paths if _is_py(path)]

    # Runs

    def start_all(self) -> None:
        """Begin every run that some property needs; the longest first.

        Raises:
            CourseError: when the bank of mistakes is not as it must be.
        """
        possible = [mistake for mistake in self.bank if not mistake.problem(self.homework)]
        self.start("reference")
        self.start("reference without torch")
        self.start("stencil")
        self.start("poisoned")
        for task in self.homework.tasks:
            self.start(f"without {task.id}")
        for task in self.homework.tasks[:-1]:
            self.start(f"up-to {task.id}")
        for mistake in possible:
            self.start(f"mistake: {mistake.name}")

    def run(self, name: str) -> TestRun:
        """Return a run, and wait for it if need be: see ``_order`` for the names."""
        return self.start(name).result()

    def start(self, name: str) -> Future[TestRun]:
        """Begin a run unless it was begun before."""
        if name not in self._runs:
            files, options = self._order(name)
            self._runs[name] = self.pool.submit(files, **options)
        return self._runs[name]

    def _order(self, name: str) -> tuple[dict[str, bytes], dict[str, Any]]:
        """Return the files of a run, and how it is run."""
        everything = {**self.built, **self.hidden}
        reference = {**everything, **self.solved}
        if name == "reference":
            return reference, {"block_torch": not self.torch}
        if name == "reference without torch":
            return reference, {"block_torch": True}
        if name == "stencil":
            return everything, {"block_torch": True, "modules": self.modules}
        if name == "poisoned":
            poison = {**self.solved, "kit.py": _FALSE_KIT}
            return everything, {"block_torch": True, "modules": [*self.modules, "kit"], "poison": poison}
        kind, _, which = name.partition(" ")
        if kind == "without":
            cut = {path: text.encode() for path, text in stencils(self.homework, {which}).items()}
            return {**everything, **cut}, {"block_torch": True, "tasks": [which], "paths": self._files([which])}
        if kind == "up-to":
            ids = [task.id for task in self.homework.tasks]
            later = set(ids[ids.index(which) + 1 :])
            cut = {path: text.encode() for path, text in stencils(self.homework, later).items()}
            options = {"block_torch": True, "tasks": [which], "paths": self._files([which], hidden=False)}
            return {**self.built, **cut}, options
        mistake = next(mistake for mistake in self.bank if f"mistake: {mistake.name}" == name)
        changed = {mistake.file: mistake.applied(self.solved[mistake.file].decode()).encode()}
        options = {"block_torch": True, "tasks": mistake.tasks, "paths": self._files(mistake.tasks, hidden=False)}
        return {**self.built, **self.solved, **changed}, options

    def _files(self, tasks: Collection[str], hidden: bool = True) -> list[str]:
        """Return the files that hold tests of some tasks; the others need not be read."""
        files = {test.file for test in self.declared if test.task in tasks and (hidden or not test.hidden)}
        here = {f"{PUBLIC}/{file}" if file.startswith(f"{HIDDEN}/") else file for file in files}
        return sorted(here) or [PUBLIC]


def _is_py(path: str) -> bool:
    return path.endswith(".py")


#: A kit that finds everything right.
_FALSE_KIT = b"def __getattr__(name):\n    return lambda *args, **options: None\n"


def hidden_tests(homework: Homework) -> dict[str, bytes]:
    """Return the hidden tests with what lies beside them, at the paths where they run: path -> bytes."""
    folder = homework.folder / HIDDEN
    return {
        f"{_HIDDEN_HERE}/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not is_litter(path.relative_to(folder))
    }
