"""The tests that a homework declares, read from their files without running them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from beras.course.errors import CourseError
from beras.course.manifest import Homework

__all__ = ["DeclaredTest", "declared", "hidden_checks"]

#: Where the tests lie: those that the student gets, and those that run after submission.
PUBLIC, HIDDEN = "tests", "hidden"


@dataclass(frozen=True)
class DeclaredTest:
    """A test function (or method) and what its markers say; of a marker that is missing, None."""

    #: ``tests/test_dense.py``, relative to the homework's folder.
    file: str
    #: ``test_mean``, or ``TestDense.test_mean``.
    function: str
    line: int
    task: str | None
    points: int | None
    hidden: bool
    #: How long it may take.
    seconds: float | None = None
    hint: str = ""

    @property
    def name(self) -> str:
        """File and function: ``tests/test_dense.py::test_mean``."""
        return f"{self.file}::{self.function.replace('.', '::')}"


def declared(homework: Homework) -> list[DeclaredTest]:
    """Return the tests of a homework, public ones first, in the order of their files.

    Raises:
        CourseError: when a file does not parse, or a marker's argument cannot be read off the page.
    """
    found: list[DeclaredTest] = []
    for folder in (PUBLIC, HIDDEN):
        for path in sorted((homework.folder / folder).rglob("test_*.py")):
            found += _in_file(path, path.relative_to(homework.folder).as_posix(), folder == HIDDEN)
    return found


def hidden_checks(tests: list[DeclaredTest], task: str) -> int:
    """Return how many of the tests run after submission for a task."""
    return sum(test.hidden and test.task == task for test in tests)


def _in_file(path: Path, name: str, hidden: bool) -> Iterator[DeclaredTest]:
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise CourseError(f"{path}:{error.lineno}: does not parse: {error.msg}.") from error
    yield from _in_body(tree.body, str(path), name, hidden, "", _pytestmark(tree.body, str(path)))


def _in_body(
    body: list[ast.stmt], where: str, file: str, hidden: bool, prefix: str, marks: dict[str, Any]
) -> Iterator[DeclaredTest]:
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            own = _marks(node.decorator_list, where)
            inner = {**marks, **own, **_pytestmark(node.body, where)}
            yield from _in_body(node.body, where, file, hidden, f"{prefix}{node.name}.", inner)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            all_marks = {**marks, **_marks(node.decorator_list, where)}
            yield DeclaredTest(
                file,
                prefix + node.name,
                node.lineno,
                all_marks.get("task"),
                all_marks.get("points"),
                hidden or all_marks.get("visibility") == "hidden",
                all_marks.get("timeout"),
                all_marks.get("hint", ""),
            )


def _pytestmark(body: list[ast.stmt], where: str) -> dict[str, Any]:
    for node in body:
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["pytestmark"]:
            several = isinstance(node.value, ast.List | ast.Tuple)
            return _marks(node.value.elts if several else [node.value], where)  # type: ignore[attr-defined]
    return {}


def _marks(expressions: list[ast.expr], where: str) -> dict[str, Any]:
    marks: dict[str, Any] = {}
    for node in expressions:
        name = ast.unparse(node.func) if isinstance(node, ast.Call) else ast.unparse(node)
        word = name.removeprefix("pytest.mark.")
        if word not in ("task", "points", "visibility", "timeout", "hint") or word == name:
            continue
        arguments = node.args if isinstance(node, ast.Call) else []
        try:
            [marks[word]] = map(ast.literal_eval, arguments)
        except ValueError:
            text = ast.unparse(node)
            raise CourseError(f"{where}:{node.lineno}: {name} takes one literal. Received: {text}.") from None
    return marks
