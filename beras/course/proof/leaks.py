"""No line of a solution is in any file that the student gets."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from beras.course.markers import blocks
from beras.course.proof.bytecode import UnreadableError, lines_of, read_pyc
from beras.course.proof.case import Case
from beras.course.proof.finding import Finding, each_once
from beras.course.proof.secrets import Secret, outside, secrets
from beras.course.proof.tokens import Stream, live_code, text_of_notebook

__all__ = ["leaks"]

#: A line of fewer instructions says nothing by itself.
_LEAST_INSTRUCTIONS = 6


def leaks(case: Case) -> Finding:
    """Look for every secret in every file of the assignment, as built and as committed.

    Text is compared token by token, so that spacing, line breaks, comment signs and quotes hide nothing; of notebooks
    every text, outputs and metadata too; of bytecode the instructions of each line.
    """
    looked_for = secrets(case)
    instructions = _secret_instructions(case)
    problems: list[str] = []
    for name, files in _places(case).items():
        for path, content in files.items():
            if path.endswith(".pyc"):
                problems += [f"{name}{path}{line}" for line in _in_bytecode(content, instructions)]
            else:
                problems += [f"{name}{path}{line}" for line in _in_text(path, content, looked_for)]
    return Finding("leaks", "no line of a solution is in a student file", each_once(problems))


def _places(case: Case) -> dict[str, dict[str, bytes]]:
    """Return the files to look through: those of the build, and what lies in the committed folder besides."""
    places = {"": dict(case.built)}
    if case.committed is not None:
        there = {
            path.relative_to(case.committed).as_posix(): path.read_bytes()
            for path in case.committed.rglob("*")
            if path.is_file() and ".venv" not in path.relative_to(case.committed).parts
        }
        different = {path: content for path, content in there.items() if case.built.get(path) != content}
        places[f"{case.committed}/"] = different
    return places


def _in_text(path: str, content: bytes, looked_for: Iterable[Secret]) -> Iterator[str]:
    code = list(_streams(path, content))
    prose = [stream.lowered() for stream in code]
    for secret in looked_for:
        for stream in prose if secret.is_prose else code:
            line = stream.find(secret.tokens)
            if line is not None:
                yield f":{line}: has a line of {secret.source}: {secret.text}"
                break


def _streams(path: str, content: bytes) -> Iterator[Stream]:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return  # a picture, an archive of numbers
    if path.endswith(".ipynb"):
        with suppress(ValueError):
            text = "\n".join(text_of_notebook(text))
    yield Stream(text)
    if path.endswith(".py"):
        with suppress(SyntaxError):
            yield Stream(live_code(text))  # so that a comment in between hides no block


# Bytecode


def _secret_instructions(case: Case) -> Mapping[tuple[str, ...], str]:
    """Return the instructions of the solutions' lines, with where they come from, without those of given lines."""
    found: dict[tuple[str, ...], str] = {}
    given: set[tuple[str, ...]] = set()
    for path, content in case.solved.items():
        if not path.endswith(".py"):
            continue
        text = content.decode()
        inside = [range(block.begin, block.end) for block in blocks(text, path)]
        given.update(words for _, words in lines_of(compile(ast.parse(outside(path, text)), path, "exec")))
        for number, words in lines_of(compile(ast.parse(text), path, "exec")):
            if len(words) >= _LEAST_INSTRUCTIONS and any(number in lines for lines in inside):
                found[words] = f"{path}:{number}"
    return {words: source for words, source in found.items() if words not in given}


def _in_bytecode(content: bytes, instructions: Mapping[tuple[str, ...], str]) -> Iterator[str]:
    try:
        code = read_pyc(content)
    except UnreadableError as error:
        yield f": {error}, in which nobody can see whether it holds a solution: remove it."
        return
    for number, words in lines_of(code):
        if words in instructions:
            yield f": its line {number} is bytecode of {instructions[words]}."
