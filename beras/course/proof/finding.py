"""Finding: whether a property holds, and what speaks against it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from beras.course.testrun import Outcome

__all__ = ["Finding", "first_lines", "told"]


@dataclass(frozen=True)
class Finding:
    """A property of a homework: it holds when there are no problems."""

    #: A word for programs: "leaks".
    name: str
    #: What is claimed: "no line of a solution is in a student file".
    claim: str
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether it holds."""
        return not self.problems


def told(outcome: Outcome) -> str:
    """Return one test's end in a line: ``tests/test_dense.py::test_mean failed: your dW is ...``."""
    error = f"{outcome.error}: " if outcome.error not in ("", "Failed") else ""
    return f"{outcome.file}::{outcome.case} {outcome.outcome}: {error}{first_lines(outcome.message, 1)}"


def first_lines(text: str, count: int) -> str:
    """Return the first lines of a text that are not empty."""
    return "\n".join([line for line in text.splitlines() if line.strip()][:count])


def each_once(problems: Iterable[str]) -> tuple[str, ...]:
    """Return the problems in order, each once."""
    return tuple(dict.fromkeys(problems))
