"""The bank of typical mistakes: ``mistakes.toml``, read and checked."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from beras.course.errors import CourseError
from beras.course.manifest import Homework
from beras.course.markers import blocks
from beras.course.toml_table import Key, read_rows, read_toml
from beras.errors import did_you_mean, unknown_name

__all__ = ["BANK", "Mistake", "read_bank"]

BANK = "mistakes.toml"
_KEYS = {
    "name": Key("text"),
    "file": Key("text"),
    "old": Key("text"),
    "new": Key("any text"),
    "tasks": Key("texts"),
    "says": Key("text"),
}


@dataclass(frozen=True)
class Mistake:
    """A typical mistake: in the solved ``file`` the text ``old`` stands once, and is replaced by ``new``."""

    name: str
    file: str
    old: str
    new: str
    #: The tasks whose public tests must fail.
    tasks: tuple[str, ...]
    #: What a message must contain: the words that name the mistake.
    says: str

    def applied(self, text: str) -> str:
        """Return the file with the mistake in it."""
        return text.replace(self.old, self.new, 1)

    def problem(self, homework: Homework) -> str:
        """Say why the mistake cannot be made in the reference, or nothing."""
        known = [task.id for task in homework.tasks]
        if self.file not in homework.student_files:
            return f"{self.file} is none of the student's files.{did_you_mean(self.file, homework.student_files)}"
        unknown = [task for task in self.tasks if task not in known]
        if unknown or not self.tasks:
            return f"it must name tasks of the homework. Received: {', '.join(unknown) or 'none'}."
        text = (homework.folder / self.file).read_text(encoding="utf-8")
        count = text.count(self.old)
        if count != 1:
            return f"the old text must stand in {self.file} once, and does {count} times."
        at = text.index(self.old) + len(self.old) - len(self.old.lstrip("\n"))
        first = text[:at].count("\n") + 1
        last = first + self.old.strip("\n").count("\n")
        if not any(block.begin < first and last < block.end for block in blocks(text, self.file)):
            return f"the old text (line {first} of {self.file}) must be part of a solution: no student writes the rest."
        try:
            ast.parse(self.applied(text))
        except SyntaxError as error:
            return f"with it {self.file} does not parse (line {error.lineno}: {error.msg})."
        return "" if self.old != self.new else "old and new are the same."


def read_bank(homework: Homework) -> list[Mistake]:
    """Return the mistakes of a homework; none where there is no bank.

    Raises:
        CourseError: when the file is no TOML, a key is missing, unknown or holds something else, or a name comes twice.
    """
    path = homework.folder / BANK
    if not path.exists():
        return []
    content = read_toml(path)
    for name in content:
        if name != "mistake":
            raise CourseError(f"{path}: {unknown_name('key', name, ['mistake'])}")
    bank = [Mistake(**row) for row in read_rows(path, "mistake", content.get("mistake", []), _KEYS)]
    names = [mistake.name for mistake in bank]
    for name in names:
        if names.count(name) > 1:
            raise CourseError(f"{path}: the mistake {name!r} is there {names.count(name)} times.")
    return bank
