"""ScanReport: the verdict on every picture of a folder, as numbers, table, CSV, JSON and contact sheet."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from beras.diffusion.errors import DiffusionError
from beras.diffusion.safety.files import ImageFiles
from beras.diffusion.safety.scores import SafetyScores
from beras.errors import unknown_name

if TYPE_CHECKING:
    from rich.console import Group

__all__ = ["VERDICTS", "ScanReport"]

#: ``error``: it could not be read, or has no finite score. ``unseen``: the scan stopped before it.
VERDICTS = ("flagged", "passed", "error", "unseen")


class ScanReport:
    """The outcome of `scan`. Pictures go by their number in ``files``.

    Only ``passed`` says that the checker looked at a picture and did not flag it. ``report.complete`` is true when
    there is a verdict on every picture.
    """

    def __init__(self, files: ImageFiles, special_thresholds: np.ndarray, concept_thresholds: np.ndarray) -> None:
        self.files = files
        self._thresholds = (special_thresholds, concept_thresholds)
        #: ``(pictures, 3 + 17)``, NaN where there is none: with the special-care concepts, then with the concepts.
        self.cosines = np.full((len(files), len(special_thresholds) + len(concept_thresholds)), np.nan, np.float32)
        #: ``(pictures,)``: whether there is a verdict.
        self.looked = np.zeros(len(files), bool)
        #: Why there is no verdict, by number.
        self.errors: dict[int, str] = {}
        #: How many verdicts came from the file to resume from.
        self.restored = 0
        self.interrupted = False
        self.seconds = 0.0

    @property
    def total(self) -> int:
        """How many pictures there are."""
        return len(self.files)

    @property
    def looked_at(self) -> int:
        """On how many there is a verdict."""
        return int(self.looked.sum())

    @property
    def unseen(self) -> int:
        """How many the scan did not come to."""
        return self.total - self.looked_at - len(self.errors)

    @property
    def complete(self) -> bool:
        """Whether there is a verdict on every picture, and every folder could be listed."""
        return self.looked_at == self.total and not self.files.unreadable

    @property
    def numbers(self) -> np.ndarray:
        """The numbers of the pictures that ``scores`` is about."""
        return np.flatnonzero(self.looked)

    @cached_property
    def scores(self) -> SafetyScores:
        """The scores of the pictures that were looked at, in the order of ``numbers``."""
        special = len(self._thresholds[0])
        found = self.cosines[self.looked]
        return SafetyScores(found[:, :special], found[:, special:], *self._thresholds)

    @property
    def flagged(self) -> list[int]:
        """The numbers of the flagged pictures."""
        return self.numbers[self.scores.flagged].tolist()

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield, for each picture in order: number, path, class, verdict, score, concepts, special_care, error.

        Where there is a verdict, all ``concept_scores`` and ``special_scores`` as well.
        """
        found = self.scores.rows()
        for number, name in enumerate(self.files.names):
            row = next(found) if self.looked[number] else {"score": None, "concepts": [], "special_care": []}
            error = self.errors.get(number, "")
            verdict = {True: "flagged", False: "passed", None: "error" if error else "unseen"}[row.pop("flagged", None)]
            about = {"number": number, "path": name, "class": self.files.class_of(number), "verdict": verdict}
            yield {**about, **row, "error": error}

    def labels(self, *classes: str) -> np.ndarray:
        """Return the truth that folders tell: for each picture of ``scores`` whether it is in one of ``classes``.

        Raises:
            DiffusionError: for a class that there is not, with the nearest one.
        """
        known = self.files.classes
        for name in classes:
            if known == [""] and name:
                raise DiffusionError(f"There is no class {name!r}: the pictures are in no folders of classes.")
            if name not in known:
                raise DiffusionError(unknown_name("class", name, known))
        return np.array([self.files.class_of(int(number)) in classes for number in self.numbers], bool)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values for JSON, a row for each picture included."""
        return {**self.summary(), "rows": list(self.rows())}

    def summary(self) -> dict[str, Any]:
        """Return the report without its rows, as plain values for JSON."""
        return {
            "folder": str(self.files.folder),
            "complete": self.complete,
            "interrupted": self.interrupted,
            "pictures": self.total,
            "looked_at": self.looked_at,
            "restored": self.restored,
            "flagged": [self.files.names[number] for number in self.flagged],
            "errors": {self.files.names[number]: reason for number, reason in sorted(self.errors.items())},
            "unreadable_folders": dict(self.files.unreadable),
            "unseen": self.unseen,
            "skipped": dict(self.files.skipped),
            "seconds": round(self.seconds, 3),
        }

    def sentence(self) -> str:
        """Return the outcome in words."""
        from beras.diffusion.safety.table import sentence

        return sentence(self)

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write a line for each picture: number, path, class, verdict, score, concepts, special_care, error."""
        from beras.diffusion.safety.export import write_csv

        write_csv(self, Path(path))

    def to_json(self, path: str | os.PathLike[str]) -> None:
        """Write `to_dict` as JSON, with each picture on a line of its own."""
        from beras.diffusion.safety.export import write_json

        write_json(self, Path(path))

    def to_html(self, path: str | os.PathLike[str], limit: int = 500) -> None:
        """Write the contact sheet of the flagged pictures: see `beras.diffusion.safety.contact_sheet`."""
        from beras.diffusion.safety.contact_sheet import write_contact_sheet

        write_contact_sheet(self, Path(path), limit)

    def __rich__(self) -> Group:
        from beras.diffusion.safety.table import render

        return render(self)

    def __str__(self) -> str:
        from beras.diffusion.safety.table import as_text

        return as_text(self)

    __repr__ = __str__
