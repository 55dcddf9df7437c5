"""Where the homeworks lie: ``reference/<homework>`` and ``assignments/<homework>`` in one folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from beras.course.errors import CourseError
from beras.course.manifest import MANIFEST
from beras.errors import unknown_name

__all__ = ["ASSIGNMENTS", "REFERENCE", "find_root", "homeworks"]

REFERENCE, ASSIGNMENTS = "reference", "assignments"


def find_root(start: Path) -> Path:
    """Return the nearest folder, from ``start`` upwards, in which homeworks lie.

    Raises:
        CourseError: when there is none.
    """
    for folder in (start, *start.parents):
        if any((folder / REFERENCE).glob(f"*/{MANIFEST}")):
            return folder
    raise CourseError(
        f"There are no homeworks here: neither {start} nor a folder above it has {REFERENCE}/<homework>/{MANIFEST}."
    )


def homeworks(root: Path, names: Sequence[str] = ()) -> list[Path]:
    """Return the folders of the references with these names, by default of all.

    Raises:
        CourseError: for a name that no homework has, with the nearest.
    """
    there = {path.parent.name: path.parent for path in sorted((root / REFERENCE).glob(f"*/{MANIFEST}"))}
    for name in names:
        if name not in there:
            raise CourseError(unknown_name("homework", name, there))
    return [there[name] for name in dict.fromkeys(names or there)]
