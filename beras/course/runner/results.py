"""What came out of the tests of a task."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

__all__ = ["FAILS", "PASSES", "TO_DO", "WAITS", "Place", "TaskResult", "TestResult"]

PASSES, FAILS, TO_DO, WAITS = "passes", "fails", "to do", "waits"


@dataclass(frozen=True)
class Place:
    """Where in the homework: a file relative to its folder, a line, a function."""

    file: str
    line: int
    function: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file

    @property
    def short(self) -> str:
        """The file's last part and the line."""
        return f"{PurePosixPath(self.file).name}:{self.line}"


@dataclass(frozen=True)
class TestResult:
    """What came out of one test function, all its cases together."""

    __test__ = False  # pytest takes classes of this name for tests

    #: As pytest names it: ``tests/test_dense.py::test_mean``.
    name: str
    points: float
    #: One of the four words above, or "" for a test that was not run because the task was stopped before.
    status: str
    #: What happened, in sentences; "" when it passes.
    message: str = ""
    #: Where in the student's code.
    place: Place | None = None
    #: The task that is to do.
    task: str = ""
    hint: str = ""
    stack: str = ""
    seconds: float = 0.0

    @property
    def earned(self) -> float:
        """Its points, if it passes."""
        return self.points if self.status == PASSES else 0


@dataclass(frozen=True)
class TaskResult:
    """What came out of the tests of one task."""

    id: str
    tests: tuple[TestResult, ...]
    #: What the code did to the tests or the machine, in a sentence; it costs the whole task.
    offence: str = ""
    #: What the code printed.
    output: str = ""
    seconds: float = 0.0

    @property
    def points(self) -> float:
        """What the task is worth."""
        return sum(test.points for test in self.tests)

    @property
    def earned(self) -> float:
        """What it brings."""
        return 0 if self.offence else sum(test.earned for test in self.tests)

    @property
    def status(self) -> str:
        """One of the four words above."""
        found = {test.status for test in self.tests}
        if self.offence or FAILS in found or not self.tests:
            return FAILS
        if found == {PASSES}:
            return PASSES
        return TO_DO if TO_DO in found else WAITS

    @property
    def first(self) -> TestResult | None:
        """The test to speak about: the first that fails, or else that is to do, or waits."""
        for status in (FAILS, TO_DO, WAITS):
            for test in self.tests:
                if test.status == status:
                    return test
        return None

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        tests = [
            {
                "name": t.name,
                "status": t.status or "not run",
                "points": t.points,
                "earned": t.earned,
                "message": t.message,
            }
            for t in self.tests
        ]
        return {
            "task": self.id,
            "status": self.status,
            "points": self.points,
            "earned": self.earned,
            "offence": self.offence,
            "seconds": round(self.seconds, 3),
            "tests": tests,
        }
