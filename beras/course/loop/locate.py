"""Where the homework is: the student's folder, and what was handed out."""

from __future__ import annotations

from pathlib import Path

import beras
from beras.course.errors import CourseError
from beras.course.manifest import MANIFEST, Homework, read
from beras.errors import unknown_name

__all__ = ["handed_out", "handed_out_names", "student_homework"]


def student_homework(start: Path | None = None) -> Homework:
    """Return the homework in ``start``, by default the working directory, or in the nearest folder above it.

    Raises:
        CourseError: when there is none.
    """
    start = (Path.cwd() if start is None else Path(start)).resolve()
    for folder in (start, *start.parents):
        if (folder / MANIFEST).is_file():
            return read(folder)
    names = ", ".join(handed_out_names()) or "NAME"
    raise CourseError(
        f"There is no homework here: neither {start} nor a folder above it has a {MANIFEST}. Go to yours with cd, or "
        f"begin one: beras start {names}"
    )


def handed_out_names() -> list[str]:
    """Return the names of the homeworks that can be begun."""
    return sorted(path.parent.name for root in _roots() for path in root.glob(f"*/{MANIFEST}"))


def handed_out(name: str) -> Path:
    """Return the folder of an assignment, as every student gets it.

    Raises:
        CourseError: when there is none of this name, with the nearest.
    """
    for root in _roots():
        if (root / name / MANIFEST).is_file():
            return root / name
    names = handed_out_names()
    if not names:
        raise CourseError(
            "This beras comes without the homeworks. Get the folder assignments/ from the repository of beras: each "
            "folder in it works where it lies."
        )
    raise CourseError(unknown_name("homework", name, names))


def _roots() -> list[Path]:
    """Return the folders with assignments: in the installed package, and in a checkout."""
    package = Path(beras.__file__).resolve().parent
    return [root for root in (package / "course" / "assignments", package.parent / "assignments") if root.is_dir()]
