"""The next hint for a task; which were shown is remembered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from beras.course.declared import DeclaredTest
from beras.course.loop.progress import Progress
from beras.course.manifest import Task

__all__ = ["Hints", "next_hint"]


@dataclass(frozen=True)
class Hints:
    """The hints shown so far, and how many there are."""

    shown: tuple[str, ...]
    total: int


def next_hint(task: Task, progress: Progress, tests: Sequence[DeclaredTest] = ()) -> Hints:
    """Return the hints for a task up to one more than last time, from the smallest to the largest.

    The hint of the test that failed last comes after those of the task.
    """
    record = progress.of(task.id)
    all_hints = [*task.hint, *(test.hint for test in tests if test.hint and test.name == record.test)]
    record.hints = min(record.hints + 1, len(all_hints))
    progress.save()
    return Hints(tuple(all_hints[: record.hints]), len(all_hints))
