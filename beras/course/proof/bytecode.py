"""Bytecode as lines of instructions, so that a solution is found in a ``.pyc`` too."""

from __future__ import annotations

import dis
import importlib.util
import marshal
from collections.abc import Iterator
from types import CodeType

__all__ = ["UnreadableError", "lines_of", "read_pyc"]

_HEADER = 16


class UnreadableError(ValueError):
    """The bytecode is of another Python, or damaged."""


def read_pyc(content: bytes) -> CodeType:
    """Return the code in a ``.pyc`` file.

    Raises:
        UnreadableError: when this Python cannot read it.
    """
    if content[:4] != importlib.util.MAGIC_NUMBER:
        raise UnreadableError("bytecode of another Python")
    try:
        code = marshal.loads(content[_HEADER:])
    except (ValueError, EOFError, TypeError) as error:
        raise UnreadableError(f"damaged bytecode ({error})") from error
    if not isinstance(code, CodeType):
        raise UnreadableError("bytecode without code")
    return code


def lines_of(code: CodeType) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield, for each source line, its number and its instructions, without what depends on their place."""
    found: dict[int, list[str]] = {}
    line = 0
    for instruction in dis.get_instructions(code):
        position = instruction.positions.lineno if instruction.positions is not None else None
        line = position or line
        if isinstance(instruction.argval, CodeType):
            continue
        moves = instruction.opcode in dis.hasjrel or instruction.opcode in dis.hasjabs
        word = instruction.opname if moves else f"{instruction.opname} {instruction.argval!r}"
        if instruction.opname not in ("CACHE", "RESUME", "NOP"):
            found.setdefault(line, []).append(word)
    yield from ((number, tuple(words)) for number, words in found.items())
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from lines_of(constant)
