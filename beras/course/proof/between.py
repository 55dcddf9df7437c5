"""Stencil and reference differ only between the markers."""

from __future__ import annotations

import re

from beras.course.declared import PUBLIC
from beras.course.proof.case import Case
from beras.course.proof.finding import Finding

__all__ = ["between"]

# What takes a solution's place. This file does not use the cutter, which it is to check.
_RAISE = re.compile(
    r'\s+raise NotImplementedError\("Task [^\s:]+: .+"\)|raise NotImplementedError\("Task [^\s:]+: .+"\)'
)
_ANSWER = re.compile(r"\*Your answer \(.+\)\.\*")
_SPELLINGS = {
    ".py": ("# BEGIN SOLUTION", "# END SOLUTION", _RAISE),
    ".md": ("<!-- BEGIN SOLUTION -->", "<!-- END SOLUTION -->", _ANSWER),
}


def between(case: Case) -> Finding:
    """Walk through each file of the reference and its stencil side by side; given files and tests must be equal."""
    problems = []
    for path, text in case.solved.items():
        stencil = case.built.get(path)
        if stencil is None:
            problems.append(f"{path} is not in the assignment.")
        else:
            problems += _compared(path, text.decode().split("\n"), stencil.decode().split("\n"))
    folder = case.homework.folder
    tests = [path for path in case.built if path.startswith(f"{PUBLIC}/") and (folder / path).is_file()]
    for path in (*case.homework.given_files, *tests):
        if path.endswith(("/kit.py", "/conftest.py")):
            continue
        if case.built.get(path) != (folder / path).read_bytes():
            problems.append(f"{path} must be the same file as in the reference.")
    return Finding("markers", "stencil and reference differ only between the markers", tuple(problems))


def _compared(path: str, reference: list[str], stencil: list[str]) -> list[str]:
    begin, end, replacement = _SPELLINGS["." + path.rpartition(".")[2]]
    at = 0
    inside = False
    for number, line in enumerate(reference, 1):
        if line.strip() == begin:
            inside = True
            indent = line[: len(line) - len(line.lstrip())]
            there = stencil[at] if at < len(stencil) else "nothing"
            if not (there.startswith(indent) and replacement.fullmatch(there)):
                return [f"{path}:{number}: in place of the solution stands {there.strip()!r}."]
            at += 1
        elif line.strip() == end:
            inside = False
        elif not inside:
            there = stencil[at] if at < len(stencil) else "nothing"
            if there != line:
                return [f"{path}:{number}: outside of the markers the reference has {line!r}, the stencil {there!r}."]
            at += 1
    if at != len(stencil):
        return [f"{path}: the stencil goes on after the reference's end: {stencil[at]!r}."]
    return []
