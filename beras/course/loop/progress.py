"""What the student has done so far: ``.beras/progress.json``. It is a memory, and never a grade."""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from beras.course.manifest import Homework
from beras.course.runner import FAILS, PASSES, TO_DO, WAITS, TaskResult
from beras.files import replacing

__all__ = ["Progress", "Record", "code_digest"]

_FILE = ".beras/progress.json"
_VERSION = 1
_STATUS = ("", PASSES, FAILS, TO_DO, WAITS)


@dataclass
class Record:
    """What is remembered of a task."""

    #: What the last check said, or "".
    status: str = ""
    earned: float = 0
    #: The test that the last check spoke about.
    test: str = ""
    #: The digest of the student's files when it was checked.
    code: str = ""
    #: How many hints have been shown.
    hints: int = 0


@dataclass
class Progress:
    """The records of a homework's tasks."""

    path: Path
    records: dict[str, Record] = field(default_factory=dict)
    #: What happened to a file that could not be read; said once.
    note: str = ""

    @classmethod
    def load(cls, homework: Homework) -> Progress:
        """Return what is remembered; of a damaged file nothing is, and it is moved aside."""
        progress = cls(homework.folder / _FILE)
        try:
            content = json.loads(progress.path.read_text(encoding="utf-8"))
            progress.records = {str(id): _record(row) for id, row in content["tasks"].items()}
            if content["version"] != _VERSION:
                raise ValueError("another version")
        except FileNotFoundError:
            pass
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            aside = progress.path.with_name(f"progress-damaged-{time.strftime('%Y%m%d-%H%M%S')}.json")
            os.replace(progress.path, aside)
            progress.records = {}
            progress.note = (
                f"The memory of your progress was damaged; it is kept as {aside.relative_to(homework.folder)}. Your "
                f"code is untouched: beras check --all finds out anew what passes."
            )
        return progress

    def save(self) -> None:
        """Write it, all or nothing."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        rows = {id: asdict(record) for id, record in sorted(self.records.items())}
        with replacing(self.path) as file:
            file.write((json.dumps({"version": _VERSION, "tasks": rows}, indent=1) + "\n").encode())

    def of(self, task: str) -> Record:
        """Return the record of a task."""
        return self.records.setdefault(task, Record())

    def note_result(self, result: TaskResult, code: str) -> None:
        """Remember what a check said."""
        record = self.of(result.id)
        record.status, record.earned, record.code = result.status, result.earned, code
        record.test = result.first.name if result.first is not None else ""


def code_digest(homework: Homework) -> str:
    """Return a digest of all files that the student writes."""
    digest = sha256()
    for file in homework.student_files:
        digest.update(file.encode() + b"\0" + (homework.folder / file).read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _record(row: Any) -> Record:
    record = Record(**row)
    wanted: dict[str, Any] = {"status": str, "earned": (int, float), "test": str, "code": str, "hints": int}
    if any(not isinstance(getattr(record, name), kind) for name, kind in wanted.items()):
        raise ValueError("a value of another type")
    if record.status not in _STATUS or record.hints < 0:
        raise ValueError("a value that is never written")
    return record
