"""The assignment sheet: the author's README with the table of tasks and points filled in."""

from __future__ import annotations

from beras.course.errors import CourseError
from beras.course.manifest import Homework

__all__ = ["PLACE", "sheet", "table"]

#: The line of the author's README that the table replaces.
PLACE = "<!-- TASKS -->"

#: How a table's cell writes the character that separates cells.
PIPE = r"\|"


def sheet(homework: Homework) -> str:
    """Return the student's README.

    Raises:
        CourseError: when there is no README, or the line ``<!-- TASKS -->`` does not stand in it once.
    """
    path = homework.folder / "README.md"
    if not path.is_file():
        raise CourseError(f"There is no {path}: the assignment sheet.")
    lines = path.read_text(encoding="utf-8").split("\n")
    if [line.strip() for line in lines].count(PLACE) != 1:
        raise CourseError(f"{path}: the line {PLACE} must be there once; the table of tasks takes its place.")
    return "\n".join(table(homework) if line.strip() == PLACE else line for line in lines)


def table(homework: Homework) -> str:
    """Return the table of tasks and points in Markdown, and what runs after submission, said honestly."""
    hidden = sum(task.hidden_points for task in homework.tasks)
    rows = [["Task", "File", "What you write", "What it teaches", "Points"]]
    rows += [
        [task.id, f"`{task.file}`", task.title, task.teaches, _points(task.points, task.hidden_points)]
        for task in homework.tasks
    ]
    rows += [
        [question.id, "`answers.md`", "a written answer", question.length, str(question.points)]
        for question in homework.questions
    ]
    written = sum(question.points for question in homework.questions)
    public = sum(task.points for task in homework.tasks)
    rows.append(["", "", "**all**", "", f"**{homework.points + written}**"])
    lines = [_row(rows[0]), "|---|---|---|---|---:|", *map(_row, rows[1:]), ""]
    lines.append(f"Time: about {homework.hours} hours. The tests in `tests/` give {public} points; run them any time.")
    if hidden:
        checks = sum(task.hidden_checks for task in homework.tasks)
        several = checks != 1
        lines.append(
            f"After you submit there {'are' if several else 'is'} {checks} further check{'s' * several} for {hidden} "
            f"point{'s' * (hidden != 1)}, written after a + above; the tests that you have do not promise them."
        )
    if written:
        lines.append(f"The written answers ({written} points) are marked by a person.")
    return "\n".join(lines)


def _points(public: int, hidden: int) -> str:
    return f"{public} + {hidden}" if hidden else str(public)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cell.replace('|', PIPE) for cell in cells)} |"
