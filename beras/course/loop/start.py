"""Begin a homework: copy the assignment."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from beras.course.build import is_litter
from beras.course.errors import CourseError
from beras.course.loop.locate import handed_out
from beras.course.manifest import Homework, read

__all__ = ["start"]


def start(name: str, folder: Path | None = None) -> Homework:
    """Copy the assignment ``name`` to ``folder``, by default ``beras-hw-<name>``, and return it.

    Raises:
        CourseError: for an unknown name, and when something is in the folder: nothing is ever overwritten.
    """
    source = handed_out(name)
    target = Path(f"beras-hw-{name}") if folder is None else Path(folder)
    _refuse_what_is_there(name, target)
    target.parent.mkdir(parents=True, exist_ok=True)
    # Copied whole or not at all.
    half = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        shutil.copytree(source, half, ignore=_litter)
        if target.exists():
            target.rmdir()
        os.replace(half, target)
    finally:
        shutil.rmtree(half, ignore_errors=True)
    return read(target)


def _refuse_what_is_there(name: str, target: Path) -> None:
    if not target.exists() and not target.is_symlink():
        return
    if not target.is_dir():
        raise CourseError(f"{target} is there already, and is no folder. Choose another: beras start {name} FOLDER")
    files = sorted(path.name for path in target.iterdir())
    if files:
        some = ", ".join(files[:4]) + (", ..." if len(files) > 4 else "")
        raise CourseError(
            f"{target} is there already and holds {len(files)} files and folders ({some}); nothing was copied. Go on "
            f"in it with cd {target}, or choose another folder: beras start {name} FOLDER"
        )


def _litter(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if is_litter(Path(name))]
