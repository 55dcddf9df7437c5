"""What is still to do, as the student's files say it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from beras.course.manifest import Homework
from beras.course.runner import Place

__all__ = ["STUB", "Stub", "stubs"]

#: What stands in a solution's place: ``raise NotImplementedError("Task 2.3: the gradient of the kernel")``.
STUB = re.compile(r"""^\s*raise NotImplementedError\(\s*(["'])Task (?P<id>[^\s:]+): (?P<what>.*)\1\s*\)""")


@dataclass(frozen=True)
class Stub:
    """A place where a solution is missing, and the words of its task."""

    place: Place
    what: str


def stubs(homework: Homework) -> dict[str, list[Stub]]:
    """Return the stubs of each task that has any, in the order of files and lines."""
    found: dict[str, list[Stub]] = {}
    for file in homework.student_files:
        text = (homework.folder / file).read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), 1):
            if match := STUB.match(line):
                what = match["what"].replace('\\"', '"')
                found.setdefault(match["id"], []).append(Stub(Place(file, number), what))
    return found
