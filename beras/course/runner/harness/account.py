"""What an exception was, as plain data: its kind, its message, where in the student's code, the stack."""

from __future__ import annotations

import os
import re
import traceback
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any

__all__ = ["account", "innermost"]

_TO_DO = re.compile(r"Task (\S+): ")
_LONGEST_MESSAGE, _LONGEST_STACK = 4_000, 20_000
_HERE = str(Path(__file__).parent)
#: Frames of these say nothing to a student.
_MACHINERY = tuple(f"{os.sep}{name}{os.sep}" for name in ("_pytest", "pluggy", "importlib"))
_GLUE = tuple(f"{os.sep}tests{os.sep}{name}.py" for name in ("conftest", "kit"))

#: The first class that fits gives the kind; ``judged`` is what a test itself says.
_KINDS: tuple[tuple[str, str], ...] = (
    ("OracleError", "broken test"),
    ("XFailed", "skipped"),
    ("Skipped", "skipped"),
    ("Failed", "judged"),
    ("AssertionError", "judged"),
    ("StepsSpent", "steps"),
    ("OutputSpent", "output"),
    ("SyntaxError", "syntax"),
    ("ImportError", "import"),
    ("MemoryError", "memory"),
    ("RecursionError", "recursion"),
    ("SystemExit", "exit"),
    ("Exit", "exit"),
    ("KeyboardInterrupt", "interrupt"),
    ("EOFError", "input"),
)


def account(error: BaseException, folder: Path) -> dict[str, Any]:
    """Return the account of an exception that came out of a test, or out of an import.

    Keys: ``kind``; ``task``, the id in a message of a task that is to do; ``type``; ``message``; ``place`` and
    ``test_place``, each with ``file``, ``line`` and ``function``, or None; ``stack``, as text.
    """
    places = _places(error.__traceback__)
    place = innermost(places, folder)
    found: dict[str, Any] = {
        "kind": _kind(error),
        "task": "",
        "type": type(error).__name__,
        "message": _message(error)[:_LONGEST_MESSAGE],
        "place": place,
        "test_place": innermost(places, folder, in_tests=True),
        "stack": _stack(error, folder)[-_LONGEST_STACK:],
    }
    if isinstance(error, NotImplementedError) and (match := _TO_DO.match(found["message"])):
        found |= {"kind": "to do", "task": match[1]}
    elif isinstance(error, SyntaxError) and error.filename:
        inside = _inside(error.filename, folder)
        found |= {"message": error.msg, "place": {"file": inside, "line": error.lineno or 0, "function": ""}}
    elif isinstance(error, AssertionError) and found["kind"] == "judged" and _raised_by_student(places, folder):
        found["kind"] = "error"
    return found


def innermost(places: Iterable[tuple[str, int, str]], folder: Path, in_tests: bool = False) -> dict[str, Any] | None:
    """Return the last of ``places`` (file, line, function) that is in the student's code, or else in the tests."""
    last = None
    for file, line, function in places:
        inside = _inside(file, folder)
        if inside is not None and inside.startswith("tests/") == in_tests and not inside.startswith("hidden/"):
            last = {"file": inside, "line": line, "function": function.replace(".<locals>", "")}
    return last


def _kind(error: BaseException) -> str:
    names = [cls.__name__ for cls in type(error).__mro__]
    return next((kind for name, kind in _KINDS if name in names), "error")


def _message(error: BaseException) -> str:
    try:
        return str(getattr(error, "msg", None) or error)
    except BaseException:
        return ""


def _places(trace: TracebackType | None) -> list[tuple[str, int, str]]:
    found = []
    while trace is not None:
        code = trace.tb_frame.f_code
        found.append((code.co_filename, trace.tb_lineno, code.co_qualname))
        trace = trace.tb_next
    return found


def _raised_by_student(places: list[tuple[str, int, str]], folder: Path) -> bool:
    return bool(places) and innermost(places[-1:], folder) is not None


def _inside(file: str, folder: Path) -> str | None:
    """Return the file relative to the homework, with slashes; None where it is elsewhere."""
    try:
        relative = os.path.relpath(os.path.realpath(file), folder)
    except (ValueError, OSError):
        return None
    return None if relative.startswith("..") or file.startswith("<") else relative.replace(os.sep, "/")


def _stack(error: BaseException, folder: Path) -> str:
    whole = traceback.TracebackException.from_exception(error, compact=True)
    part: traceback.TracebackException | None = whole
    seen: set[int] = set()
    while part is not None and id(part) not in seen:
        seen.add(id(part))
        kept = [frame for frame in part.stack if not _is_machinery(frame.filename)]
        part.stack = traceback.StackSummary.from_list(kept)
        part = part.__cause__ or part.__context__
    return "".join(whole.format()).replace(f"{folder}{os.sep}", "")


def _is_machinery(file: str) -> bool:
    return file.startswith((_HERE, "<frozen")) or file.endswith(_GLUE) or any(name in file for name in _MACHINERY)
