"""CSVLogger: the logs of every epoch as a line of a file."""

from __future__ import annotations

import os
import warnings
from typing import Any

from beras.callbacks.callback import Callback

__all__ = ["CSVLogger"]


class CSVLogger(Callback):
    """Write the logs of every epoch as one line, under ``epoch`` and the names of the logs in alphabetical order.

    The file is begun anew when training begins, or with ``append=True`` carried on under the header that it has. Each
    line is on the disk when its epoch ends. Names that are missing in an epoch are written as ``NA``.

    Warns:
        UserWarning: with ``append=True``, for logs that the file has no column for.

    The Keras equivalent is ``keras.callbacks.CSVLogger``.
    """

    def __init__(self, filename: Any, separator: str = ",", append: bool = False):
        self.filename = os.fspath(filename)
        self.sep = separator
        self.append = append
        self.keys: list[str] | None = None

    def on_train_begin(self, logs: Any = None) -> None:
        self.keys = None
        if self.append and os.path.exists(self.filename):
            with open(self.filename, encoding="utf-8", newline="") as file:
                header = file.readline().rstrip("\r\n")
            self.keys = header.split(self.sep)[1:] if header else None
        else:
            self._write("w")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        logs = logs or {}
        rows: list[list[Any]] = []
        if self.keys is None:
            self.keys = sorted(logs)
            if not any(name.startswith("val_") for name in self.keys):
                self.keys += [f"val_{name}" for name in self.keys]
            rows.append(["epoch", *self.keys])
        elif epoch_has_more := sorted(set(logs) - set(self.keys)):
            warnings.warn(f"{self.filename} has no column for {', '.join(epoch_has_more)}.", stacklevel=2)
        rows.append([epoch, *(_cell(logs.get(name, "NA")) for name in self.keys)])
        self._write("a", rows)

    def _write(self, mode: str, rows: list[list[Any]] | None = None) -> None:
        import csv

        with open(self.filename, mode, encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=self.sep).writerows(rows or [])


def _cell(value: Any) -> Any:
    return f"[{', '.join(map(str, value))}]" if getattr(value, "ndim", 0) else value
