"""Freeze torch's values: run the reference's tests where torch is installed and keep what it says."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from beras.course.build import contents
from beras.course.declared import HIDDEN, PUBLIC
from beras.course.errors import CourseError
from beras.course.kit.kit import checksum
from beras.course.manifest import Homework
from beras.course.proof.case import hidden_tests
from beras.course.proof.finding import told
from beras.course.proof.pool import lay_out
from beras.course.stencil import solved
from beras.course.testrun import run_tests
from beras.files import replacing
from beras.oracle.torch_module import torch_module

__all__ = ["FROZEN", "freeze"]

FROZEN = "frozen.json"


def freeze(homework: Homework) -> dict[Path, int]:
    """Write ``tests/frozen.json`` and ``hidden/frozen.json`` of a reference; return how many values each holds.

    The tests run on the solved reference; each call of the kit's ``oracle`` computes its value with torch and notes it.
    A file is written only when every test passed, so that no value is missing; without a value there is no file.

    Raises:
        ImportError: without torch.
        CourseError: when a test fails, or one name has two values.
    """
    version = torch_module().__version__.partition("+")[0]
    with tempfile.TemporaryDirectory(prefix="beras-freeze-", ignore_cleanup_errors=True) as temporary:
        folder, notes = Path(temporary) / "homework", Path(temporary) / "notes"
        reference = {path: text.encode() for path, text in solved(homework).items()}
        lay_out({**contents(homework), **hidden_tests(homework), **reference}, folder)
        run = run_tests(folder, environment={"BERAS_ORACLE": "freeze", "BERAS_FREEZE_TO": str(notes)})
        failed = [told(outcome) for outcome in run.outcomes if outcome.outcome != "passed"]
        if run.problems or failed:
            raise CourseError("Nothing was frozen, since not every test passes: " + "\n".join([*run.problems, *failed]))
        noted = notes.read_text(encoding="utf-8").splitlines() if notes.exists() else []
    written = {}
    for place, is_hidden in ((PUBLIC, False), (HIDDEN, True)):
        values = _values(map(json.loads, noted), is_hidden, homework)
        path = homework.folder / place / FROZEN
        if values:
            with replacing(path) as file:
                file.write(_text(values, f"torch {version}").encode())
            written[path] = len(values)
        elif path.exists():
            path.unlink()
    return written


def _values(notes: Iterable[Mapping[str, Any]], hidden: bool, homework: Homework) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for note in notes:
        if note["test"].startswith(f"{PUBLIC}/{HIDDEN}/") == hidden:
            name = note["name"]
            if values.setdefault(name, note["value"]) != note["value"]:
                raise CourseError(
                    f"{homework.folder}: the oracle's {name!r} has two values; one of them is from {note['test']}."
                )
    return dict(sorted(values.items()))


def _text(values: Mapping[str, Any], made_by: str) -> str:
    """Return the file: one line for each value, the checksum of all of them last."""
    entries = ",\n".join(f"  {json.dumps(name)}: {json.dumps(value, sort_keys=True)}" for name, value in values.items())
    return (
        f'{{\n "made_by": {json.dumps(made_by)},\n "values": {{\n{entries}\n }},\n '
        f'"sha256": {json.dumps(checksum(values))}\n}}\n'
    )
