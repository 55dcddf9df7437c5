"""The markers between which a solution stands, and the blocks that they enclose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from beras.course.errors import CourseError

__all__ = ["CODE", "TEXT", "Block", "Markers", "blocks"]


@dataclass(frozen=True)
class Markers:
    """How the two markers are spelled, each alone on its line, and what must stand directly above the first."""

    begin: str
    end: str
    #: Of a block of code the line above names the task; of a written answer the question stands somewhere above.
    has_task_line: bool


CODE = Markers("# BEGIN SOLUTION", "# END SOLUTION", has_task_line=True)
TEXT = Markers("<!-- BEGIN SOLUTION -->", "<!-- END SOLUTION -->", has_task_line=False)

_ALIKE = re.compile(r"\b(BEGIN|END)\s+SOLUTION\b")
_TASK = re.compile(r"\s*# TASK (?P<id>[^\s:]+): (?P<what>\S.*?)\s*")
_TASK_ALIKE = re.compile(r"\s*#+\s*TASK\b", re.IGNORECASE)


@dataclass(frozen=True)
class Block:
    """A solution; ``begin`` and ``end`` are the numbers of the markers' lines, counted from 1."""

    begin: int
    end: int
    #: What stands before the first marker: the indentation of what takes the block's place.
    indent: str
    #: The task's id and its words; of a written answer both are empty.
    task: str = ""
    what: str = ""

    @property
    def message(self) -> str:
        """What is said instead of the solution: ``"Task 2.3: the factors with which J is multiplied"``."""
        return f"Task {self.task}: {self.what}"


def blocks(text: str, where: str, markers: Markers = CODE) -> list[Block]:
    """Return the blocks in ``text`` in order; ``where`` is the file's name for the messages.

    Raises:
        CourseError: when a marker is misspelled, unpaired or nested, or a TASK line is missing, malformed or alone.
    """
    lines = text.split("\n")
    found = list(_pairs(lines, where, markers))
    if not markers.has_task_line:
        return found
    above = {block.begin - 1 for block in found}
    for number, line in enumerate(lines, 1):
        if _TASK_ALIKE.match(line) and number not in above:
            raise CourseError(
                f"{where}:{number}: a TASK line must stand directly above {markers.begin}. Received: {line.strip()!r}, "
                f"and below it {lines[number].strip() if number < len(lines) else ''!r}."
            )
    return [_with_task(block, lines, where) for block in found]


def _pairs(lines: list[str], where: str, markers: Markers) -> Iterator[Block]:
    opened: int | None = None
    for number, line in enumerate(lines, 1):
        alike = _ALIKE.search(line)
        if alike is None:
            continue
        begins = alike[1] == "BEGIN"
        expected = markers.begin if begins else markers.end
        if line.strip() != expected:
            raise CourseError(f"{where}:{number}: a marker stands alone, as {expected!r}. Received: {line.strip()!r}.")
        if begins and opened is not None:
            raise CourseError(f"{where}:{number}: {markers.begin} within the block that begins at line {opened}.")
        if not begins and opened is None:
            raise CourseError(f"{where}:{number}: {markers.end} without a {markers.begin} above it.")
        if begins:
            opened = number
            continue
        assert opened is not None
        if not any(inner.strip() for inner in lines[opened : number - 1]):
            raise CourseError(f"{where}:{opened}: there is nothing between {markers.begin} and {markers.end}.")
        first = lines[opened - 1]
        yield Block(opened, number, first[: len(first) - len(first.lstrip())])
        opened = None
    if opened is not None:
        raise CourseError(f"{where}:{opened}: {markers.begin} without an {markers.end} below it.")


def _with_task(block: Block, lines: list[str], where: str) -> Block:
    above = lines[block.begin - 2] if block.begin > 1 else ""
    match = _TASK.fullmatch(above)
    if match is None:
        raise CourseError(
            f"{where}:{block.begin}: directly above {CODE.begin} a line must name the task, such as "
            f"'# TASK 2.3: the gradient of the kernel'. Received: {above.strip()!r}."
        )
    return Block(block.begin, block.end, block.indent, match["id"], match["what"])
