"""Files that the student's code must not write: noticed, and put back."""

from __future__ import annotations

import os
import time
from hashlib import sha256
from pathlib import Path

from beras.course.manifest import MANIFEST
from beras.files import replacing

__all__ = ["ASIDE", "Guarded"]

#: Where what was written instead is kept.
ASIDE = ".beras/aside"
_KINDS = {".py", ".json", ".toml", ".ini", ".cfg"}


class Guarded:
    """The tests and the manifest of a homework, as they were when this was made."""

    def __init__(self, folder: Path, tests: str = "tests") -> None:
        self._folder, self._tests = folder, tests
        self._before = {name: (folder / name).read_bytes() for name in self._names()}

    @property
    def digests(self) -> dict[str, str]:
        """The SHA-256 of each file."""
        return {name: sha256(content).hexdigest() for name, content in self._before.items()}

    def put_back(self) -> list[str]:
        """Undo every change, and return the files that were changed, removed or added.

        What stood there instead is kept in ``.beras/aside``.
        """
        now = self._names()
        changed = []
        for name in sorted({*now, *self._before}):
            path, old = self._folder / name, self._before.get(name)
            new = path.read_bytes() if name in now else None
            if new == old:
                continue
            changed.append(name)
            if new is not None:
                self._keep(name)
            if old is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                with replacing(path) as file:
                    file.write(old)
        return changed

    def _keep(self, name: str) -> None:
        to = self._folder / ASIDE / f"{time.strftime('%Y%m%d-%H%M%S')}-{name.replace('/', '-')}"
        to.parent.mkdir(parents=True, exist_ok=True)
        os.replace(self._folder / name, to)

    def _names(self) -> set[str]:
        files = [self._folder / MANIFEST, *(self._folder / self._tests).rglob("*")]
        return {
            path.relative_to(self._folder).as_posix()
            for path in files
            if path.is_file() and path.suffix in _KINDS and "__pycache__" not in path.parts
        }
