"""The journal of a scan: what was scored so far, in a file that grows, so that a killed scan can go on.

It is text, one JSON object a line. A line with ``"beras"`` opens a section: the lines below it are of that checker and
those settings. Every other line is a picture: its name, its stamp (size and times of the file when it was read), and
its cosines as base64 of little-endian float32, so that they come back to the bit. Nothing is ever overwritten: another
checker opens another section, a changed picture gets another line, and the last line of a picture counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import numpy as np

from beras.diffusion.errors import DiffusionError
from beras.diffusion.safety.files import ImageFiles
from beras.diffusion.safety.reading import Stamp, stamp

__all__ = ["Journal"]

_KIND = "safety scan"
_FORMAT = 1
_START = b'{"beras": "safety scan"'


class Journal:
    """An open journal, at a section that matches ``settings``; use it in a ``with``.

    Args:
        path: made if there is none; its folder must exist.
        settings: all that a verdict depends on besides the picture, as plain values.

    Raises:
        DiffusionError: when the file is something else, which is then left as it is.
        OSError: when it cannot be read or written.
    """

    def __init__(self, path: Path, settings: dict[str, Any]) -> None:
        self.path = path
        self._heading = {"beras": _KIND, "format": _FORMAT, **settings}
        if path.is_dir():
            raise DiffusionError(f"resume must be a file, which need not exist yet. Received: the folder {path}.")
        if not path.parent.is_dir():
            raise DiffusionError(f"resume: there is no folder {path.parent} for the file {path.name}. Make it first.")
        self._file: BinaryIO = open(path, "r+b" if path.exists() else "x+b")  # noqa: SIM115  (closed by close)
        try:
            self._in_section = self._prepare()
        except BaseException:
            self._file.close()
            raise

    def restore(self, files: ImageFiles, cosines: np.ndarray, looked: np.ndarray) -> None:
        """Fill in the rows of ``cosines``, and mark in ``looked``, the pictures that are here and have not changed."""
        numbers = {name: number for number, name in enumerate(files.names)}
        ours = False
        self._file.seek(0)
        for line in self._file:
            row = _parsed(line)
            if "beras" in row:
                ours = row == self._heading
            elif ours and row.get("file") in numbers:
                number = numbers[row["file"]]
                values = _decoded(row.get("cosines"), cosines.shape[1])
                # A stamp that differs may be followed by a line that was written after the change.
                if values is not None and list(stamp(files.path(number))) == row.get("stamp"):
                    cosines[number], looked[number] = values, True

    def add(self, rows: Iterable[tuple[str, Stamp, np.ndarray]]) -> None:
        """Append pictures: name, stamp, cosines. When this returns, the end of the process does not lose them."""
        lines = [] if self._in_section else [self._heading]
        lines += [{"file": name, "stamp": list(when), "cosines": _encoded(values)} for name, when, values in rows]
        self._file.seek(0, 2)
        self._file.write("".join(f"{json.dumps(line)}\n" for line in lines).encode("ascii"))
        self._file.flush()
        self._in_section = True

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _prepare(self) -> bool:
        """Cut off a last line that was not finished, and say whether the last section is ours."""
        length = 0
        last: dict[str, Any] = {}
        for line in self._file:
            if not length and not (line.startswith(_START) or _START.startswith(line)):
                raise DiffusionError(
                    f"{self.path} is not the journal of a safety scan, and was left as it is. Name another file to "
                    "resume from, or one that does not exist yet."
                )
            if not line.endswith(b"\n"):
                break
            length += len(line)
            row = _parsed(line)
            last = row if "beras" in row else last
        self._file.truncate(length)
        return last == self._heading


def _parsed(line: bytes) -> dict[str, Any]:
    """Return a line's object; an empty one for a damaged line, whose picture is then scanned again."""
    try:
        row = json.loads(line)
    except ValueError:
        return {}
    return row if isinstance(row, dict) else {}


def _encoded(cosines: np.ndarray) -> str:
    from base64 import b64encode

    return b64encode(cosines.astype("<f4").tobytes()).decode("ascii")


def _decoded(text: Any, count: int) -> np.ndarray | None:
    from base64 import b64decode

    try:
        values = np.frombuffer(b64decode(text, validate=True), "<f4")
    except (TypeError, ValueError):
        return None
    return values if len(values) == count and np.isfinite(values).all() else None
