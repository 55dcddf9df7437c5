"""prove: that an assignment is sound, property by property."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from beras.course.errors import CourseError
from beras.course.manifest import Task, read
from beras.course.proof.between import between
from beras.course.proof.case import Case
from beras.course.proof.finding import Finding
from beras.course.proof.imports import imports
from beras.course.proof.leaks import leaks
from beras.course.proof.mistakes import LEAST, Caught, caught, mistakes
from beras.course.proof.order import order
from beras.course.proof.own_file import own_file
from beras.course.proof.points import points
from beras.course.proof.pool import Pool
from beras.course.proof.ran import ran
from beras.course.proof.reference import reference
from beras.course.proof.stencil import blank, each_task, tasks_that_raise
from beras.course.proof.without_torch import without_torch

__all__ = ["PROPERTIES", "Proof", "Score", "prove"]

PROPERTIES: tuple[Callable[[Case], Finding], ...] = (
    points,
    between,
    leaks,
    imports,
    reference,
    ran,
    without_torch,
    blank,
    each_task,
    order,
    own_file,
    mistakes,
)


@dataclass(frozen=True)
class Score:
    """The numbers of a proof."""

    points: int
    reference: int
    stencil: int
    tasks: int
    #: Tasks that raise ``NotImplementedError`` when only they are cut.
    raising: int
    tests: int
    skipped: int


@dataclass(frozen=True)
class Proof:
    """What was found about a homework."""

    name: str
    findings: tuple[Finding, ...]
    score: Score | None
    mistakes: tuple[Caught, ...]
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether every property holds."""
        return all(finding.ok for finding in self.findings)

    def finding(self, name: str) -> Finding:
        """Return the finding of a property by its name."""
        return next(finding for finding in self.findings if finding.name == name)

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return {
            "name": self.name,
            "ok": self.ok,
            "score": None if self.score is None else asdict(self.score),
            "properties": [{"ok": finding.ok, **asdict(finding)} for finding in self.findings],
            "mistakes": [
                {"name": found.mistake.name, "caught": not found.problem, "message": found.message} | _why(found)
                for found in self.mistakes
            ],
            "seconds": round(self.seconds, 2),
        }


def prove(folder: Path, committed: Path | None = None, jobs: int = 2, least_mistakes: int = LEAST) -> Proof:
    """Prove the homework in ``folder``: build it anew and check every property in `PROPERTIES`.

    Args:
        folder: the reference with its manifest.
        committed: where the built assignment is kept; looked through for leaks too.
        jobs: so many processes run tests at once.
        least_mistakes: so many typical mistakes the bank must hold.
    """
    began = time.perf_counter()
    with Pool(jobs) as pool:
        try:
            case = Case.of(read(folder), pool, committed)
            case.start_all()
            findings = tuple(
                mistakes(case, least_mistakes) if check is mistakes else check(case) for check in PROPERTIES
            )
            score, found = _score(case), tuple(caught(case))
        except (CourseError, SyntaxError) as error:
            findings, score, found = (Finding("build", "the assignment can be built", (str(error),)),), None, ()
    return Proof(folder.name, findings, score, found, time.perf_counter() - began)


def _score(case: Case) -> Score:
    run, stencil, ids = case.run("reference"), case.run("stencil"), [task.id for task in case.homework.tasks]
    return Score(
        points=case.homework.points,
        reference=run.score(),
        stencil=stencil.score(),
        tasks=len(ids),
        raising=sum(_raises(case, task) for task in case.homework.tasks),
        tests=len(run.outcomes),
        skipped=sum(outcome.outcome in ("skipped", "xfailed") for outcome in run.outcomes),
    )


def _raises(case: Case, task: Task) -> bool:
    """Say whether a test ended at the task; of one in a notebook, which no test imports, whether a cell does raise."""
    if task.file in case.homework.notebooks:
        return f'raise NotImplementedError("Task {task.id}: ' in case.built[task.file].decode()
    return bool(tasks_that_raise(case.run(f"without {task.id}"), [task.id]))


def _why(found: Caught) -> dict[str, str]:
    return {"problem": found.problem} if found.problem else {}
