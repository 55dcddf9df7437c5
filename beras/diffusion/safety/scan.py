"""Scan a folder of pictures with a safety checker."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from beras.diffusion.checks import whole_number
from beras.diffusion.errors import DiffusionError
from beras.diffusion.progress import bar
from beras.diffusion.safety.checker import check_checker, fingerprint, in_float32, input_size
from beras.diffusion.safety.files import ImageFiles
from beras.diffusion.safety.journal import Journal
from beras.diffusion.safety.picture import pillow_quiet
from beras.diffusion.safety.reading import Reading, readings
from beras.diffusion.safety.report import ScanReport
from beras.diffusion.safety.score import cosines, thresholds
from beras.diffusion.safety.transform import clip_transform
from beras.errors import unknown_name

__all__ = ["ScanInterrupted", "scan"]

_ON_ERROR = ("report", "raise")
#: The way pictures are read and transformed: another number when pixels come out otherwise, so that journals notice.
_READING = 1
_NO_VERDICT = "The checker gives NaN or infinity for it, so there is no verdict."


class ScanInterrupted(KeyboardInterrupt):
    """Ctrl-C in the middle of a scan; ``report`` holds what was done."""

    def __init__(self, report: ScanReport) -> None:
        super().__init__(f"The scan stopped after {report.looked_at} of {report.total} pictures.")
        self.report = report


def scan(
    folder: str | os.PathLike[str] | ImageFiles,
    checker: Any,
    *,
    batch_size: int = 10,
    workers: int = 0,
    progress: bool = True,
    resume: str | os.PathLike[str] | None = None,
    on_error: str = "report",
) -> ScanReport:
    """Look at every picture in a folder with a safety checker; the verdicts are those of the library's own forward.

    The files are only read, and no picture is blacked out. A file that cannot be read is reported and the rest is
    scanned: it has no verdict, and never counts as safe. There are never more than a batch and the pictures that were
    read ahead in memory, besides about 200 bytes for each file.

    Args:
        folder: of pictures, or of one folder for each class; or `ImageFiles`, which says how they are numbered.
        checker: a ``StableDiffusionSafetyChecker``, on any device; one that is not float32 is copied.
        batch_size: pictures per pass through the network, from 1. It does not change the verdicts, save where a score
            lies within float32's rounding of the edge.
        workers: threads that read ahead; 0 reads in this one.
        progress: show a bar, in terminals and notebooks.
        resume: a file that keeps what is done. If it exists, the scan goes on from it. Pictures that have changed since
            and those without a verdict are looked at again, and so is everything when the checker is another one.
        on_error: ``"report"``, or ``"raise"`` to stop at the first file that cannot be read.

    Raises:
        DiffusionError: for a folder without pictures, for a checker that cannot tell pictures apart, for a wrong
            option, and with ``on_error="raise"`` for a file that cannot be read.
        ScanInterrupted: on Ctrl-C; it is a KeyboardInterrupt that holds the report on what was done.
    """
    _check_options(batch_size, workers, on_error)
    check_checker(checker)
    files = folder if isinstance(folder, ImageFiles) else ImageFiles(folder)
    checker = in_float32(checker)
    report = ScanReport(files, *thresholds(checker))
    started = perf_counter()
    try:
        with ExitStack() as stack:
            stack.enter_context(pillow_quiet())
            journal = None
            if resume is not None:
                settings = {"checker": fingerprint(checker), "size": input_size(checker), "reading": _READING}
                journal = stack.enter_context(Journal(Path(resume).expanduser(), settings))
                journal.restore(files, report.cosines, report.looked)
                report.restored = report.looked_at
            advance = stack.enter_context(bar("pictures", report.total - report.restored, progress))
            _Look(report, checker, journal, on_error, advance).at_all(batch_size, workers)
    except KeyboardInterrupt:
        report.interrupted = True
        report.seconds = perf_counter() - started
        raise ScanInterrupted(report) from None
    report.seconds = perf_counter() - started
    return report


class _Look(NamedTuple):
    """The work of a scan: it fills the report with what is not there yet, batch by batch."""

    report: ScanReport
    checker: Any
    journal: Journal | None
    on_error: str
    advance: Callable[[], None]

    def at_all(self, batch_size: int, workers: int) -> None:
        """Read and score every picture that has no verdict."""
        if self.on_error == "raise":
            for place, reason in self.report.files.unreadable.items():
                raise DiffusionError(f"{place}: {reason}")
        transform = clip_transform(input_size(self.checker))
        pending = (int(number) for number in np.flatnonzero(~self.report.looked))
        batch: list[Reading] = []
        with closing(readings(self.report.files, pending, transform, workers, batch_size + 2 * workers)) as source:
            for reading in source:
                if reading.pixels is None:
                    self._fail(reading.number, reading.error)
                    continue
                batch.append(reading)
                if len(batch) == batch_size:
                    self._at(batch)
                    batch = []
        if batch:
            self._at(batch)

    def _at(self, batch: list[Reading]) -> None:
        """Score a batch and write down what came out, in the journal first: what is reported as done must be safe."""
        import torch

        pixels = torch.from_numpy(np.stack([reading.pixels for reading in batch if reading.pixels is not None]))
        try:
            found = np.concatenate(cosines(self.checker, pixels), axis=1)
        except torch.OutOfMemoryError as error:
            raise DiffusionError(
                f"The device has not enough memory for {len(batch)} pictures at once. Use a smaller batch_size."
            ) from error
        finite = np.isfinite(found).all(axis=1)
        good = [(reading, values) for reading, values, ok in zip(batch, found, finite, strict=True) if ok]
        if self.journal is not None and good:
            names = self.report.files.names
            self.journal.add((names[reading.number], reading.stamp, values) for reading, values in good)
        for reading, values in good:
            self.report.cosines[reading.number], self.report.looked[reading.number] = values, True
            self.advance()
        for reading, ok in zip(batch, finite, strict=True):
            if not ok:
                self._fail(reading.number, _NO_VERDICT)

    def _fail(self, number: int, reason: str) -> None:
        if self.on_error == "raise":
            raise DiffusionError(f"{self.report.files.path(number)}: {reason}")
        self.report.errors[number] = reason
        self.advance()


def _check_options(batch_size: int, workers: int, on_error: str) -> None:
    whole_number("batch_size", batch_size, 1)
    whole_number("workers", workers, 0, None, "0 reads in the main thread")
    if on_error not in _ON_ERROR:
        raise DiffusionError(unknown_name("on_error", on_error, _ON_ERROR))
