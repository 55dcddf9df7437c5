"""Cut the solutions out of a file: Python modules, percent-format notebooks, written answers."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Collection, Mapping, Sequence

from beras.course.errors import CourseError
from beras.course.markers import TEXT, Block, blocks
from beras.errors import unknown_name

__all__ = ["answer_ids", "cut_answers", "cut_module", "cut_notebook", "placeholder", "to_do"]

_CELL = re.compile(r"# %%(?P<header>.*)")
_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
_DOCUMENTED = (ast.Module, ast.ClassDef, *_FUNCTION)


def cut_module(text: str, where: str, tasks: Collection[str] | None = None) -> str:
    """Return a Python module with each solution replaced by ``raise NotImplementedError("Task 2.3: ...")``.

    Everything outside the markers stays as it is, docstrings and TASK lines included.

    Args:
        text: the module, solved.
        where: its name for the messages.
        tasks: the ids of the tasks to cut; the others keep solution and markers. By default all are cut.

    Raises:
        CourseError: when a marker or TASK line is not as it must be (see `blocks`), a block is not inside a function,
            holds a docstring or half a statement, or what is left does not parse.

    >>> print(cut_module('''def double(x):
    ...     # TASK 1.1: twice x
    ...     # BEGIN SOLUTION
    ...     return 2 * x
    ...     # END SOLUTION''', "double.py"))
    def double(x):
        # TASK 1.1: twice x
        raise NotImplementedError("Task 1.1: twice x")
    """
    found = blocks(text, where)
    tree = _parsed(text, where, "the solution")
    for block in found:
        _check_whole_statements(tree, block, where)
        _check_inside_function(tree, block, where)
    return _stencil(text, found, where, tasks)


def cut_notebook(text: str, where: str, tasks: Collection[str] | None = None) -> str:
    """Return a percent-format notebook with each solution replaced as in `cut_module`; a block stays in one code cell.

    Raises:
        CourseError: as `cut_module`, and when a block runs over the end of a cell or is in one of text.
    """
    found = blocks(text, where)
    lines = text.split("\n")
    tree = _parsed(text, where, "the solution")
    for block in found:
        if any(_CELL.match(line) for line in lines[block.begin : block.end]):
            raise CourseError(f"{where}:{block.begin}: the block runs over the end of its cell.")
        above = next((m for line in reversed(lines[: block.begin]) if (m := _CELL.match(line))), None)
        if above is not None and re.search(r"\[(markdown|md|raw)\]", above["header"]):
            raise CourseError(
                f"{where}:{block.begin}: a solution must stand in a cell of code, and this is one of text."
            )
        _check_whole_statements(tree, block, where)
    return _stencil(text, found, where, tasks)


def cut_answers(text: str, where: str, lengths: Mapping[str, str]) -> str:
    """Return a Markdown file with each answer replaced by ``*Your answer (3 to 5 sentences).*``.

    A block answers the question whose id stands in the last heading above it.

    Args:
        text: the questions with their answers.
        where: the file's name for the messages.
        lengths: what is expected for each question: ``{"Q1": "3 to 5 sentences"}``.

    Raises:
        CourseError: when a marker is not as it must be, no known question stands above a block, or a question has none.
    """
    found = blocks(text, where, TEXT)
    ids = answer_ids(text, found, where, lengths)
    missing = [id for id in lengths if id not in ids]
    if missing:
        raise CourseError(f"{where}: the question {missing[0]} has no answer between {TEXT.begin} and {TEXT.end}.")
    return _replaced(text, found, [placeholder(lengths[id]) for id in ids])


def answer_ids(text: str, found: Sequence[Block], where: str, known: Collection[str]) -> list[str]:
    """Return the id of the question that each block answers."""
    lines = text.split("\n")
    ids = []
    for block in found:
        heading = next((line for line in reversed(lines[: block.begin]) if line.startswith("#")), "")
        id = next((word for word in re.findall(r"[\w.-]*\w", heading) if word in known), None)
        if id is None:
            raise CourseError(
                f"{where}:{block.begin}: the last heading above an answer must hold the id of its question "
                f"({', '.join(known) or 'the manifest knows none'}). Received: {heading!r}."
            )
        ids.append(id)
    return ids


def placeholder(length: str) -> str:
    """Return what stands in an answer's place."""
    return f"*Your answer ({length}).*"


def to_do(block: Block) -> str:
    """Return the statement that stands in a solution's place."""
    return f"raise NotImplementedError({json.dumps(block.message, ensure_ascii=False)})"


def _stencil(text: str, found: Sequence[Block], where: str, tasks: Collection[str] | None) -> str:
    if tasks is not None:
        known = {block.task for block in found}
        found = [block for block in found if block.task in tasks and block.task in known]
    stencil = _replaced(text, found, [to_do(block) for block in found])
    _parsed(stencil, where, "what is left without the solution")
    return stencil


def _replaced(text: str, found: Sequence[Block], replacements: Sequence[str]) -> str:
    lines = text.split("\n")
    for block, replacement in reversed(list(zip(found, replacements, strict=True))):
        lines[block.begin - 1 : block.end] = [block.indent + replacement]
    return "\n".join(lines)


def _parsed(text: str, where: str, what: str) -> ast.Module:
    try:
        return ast.parse(text)
    except SyntaxError as error:
        line = (error.text or "").strip()
        raise CourseError(f"{where}:{error.lineno}: {what} does not parse: {error.msg} in {line!r}.") from error


def _check_whole_statements(tree: ast.Module, block: Block, where: str) -> None:
    """Demand statements that begin and end in the block, as deep as its marker at least, and no docstring."""
    inside = [node for node in ast.walk(tree) if isinstance(node, ast.stmt) and _within(node.lineno, block)]
    if not inside:
        raise CourseError(f"{where}:{block.begin}: there is no statement in the block.")
    for node in inside:
        if not _within(node.end_lineno or node.lineno, block):
            raise CourseError(f"{where}:{block.end}: the block ends within the statement of line {node.lineno}.")
        if node.col_offset < len(block.indent):
            raise CourseError(
                f"{where}:{node.lineno}: the block of line {block.begin} runs over the end of what it is in."
            )
    for owner in ast.walk(tree):
        # Of a function that is itself part of the solution the docstring is so too.
        if isinstance(owner, _DOCUMENTED) and owner not in inside and ast.get_docstring(owner) is not None:
            line = owner.body[0].lineno
            if _within(line, block):
                raise CourseError(f"{where}:{line}: a docstring stays with the student: move it above the block.")


def _check_inside_function(tree: ast.Module, block: Block, where: str) -> None:
    functions = (node for node in ast.walk(tree) if isinstance(node, _FUNCTION))
    if not any(node.lineno < block.begin and _holds(node, block) for node in functions):
        raise CourseError(
            f"{where}:{block.begin}: a block must be inside a function or method, so that the stencil can be imported."
        )


def _holds(function: ast.FunctionDef | ast.AsyncFunctionDef, block: Block) -> bool:
    return any(_within(node.lineno, block) for statement in function.body for node in _statements(statement))


def _statements(statement: ast.stmt) -> list[ast.stmt]:
    return [node for node in ast.walk(statement) if isinstance(node, ast.stmt)]


def _within(line: int, block: Block) -> bool:
    return block.begin < line < block.end


def check_known(found: Sequence[Block], where: str, known: Collection[str]) -> None:
    """Demand that the manifest knows the task of each block.

    Raises:
        CourseError: with the nearest task that it knows.
    """
    for block in found:
        if block.task not in known:
            raise CourseError(f"{where}:{block.begin - 1}: {unknown_name('task', block.task, known)}")
