"""RunFolder: the files of one run, written whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import math
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from beras.errors import did_you_mean
from beras.files import replacing

__all__ = ["RunFolder", "RunFolderError"]


_SHOWN = 5  # of the runs that there are, where one is named that there is not


class RunFolderError(Exception):
    """A run folder cannot be written, or is not one."""


class RunFolder:
    """The files of one run.

    ``config.json`` (what was trained, on what, with which versions), ``history.csv`` (the metrics of every epoch, from
    1, written anew after each), ``model.safetensors``, ``result.json``, ``summary.txt`` and ``figures/*.png``. Each is
    written under a temporary name that is renamed when it is complete.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self.config = self.path / "config.json"
        self.history = self.path / "history.csv"
        self.model = self.path / "model.safetensors"
        self.result = self.path / "result.json"
        self.summary = self.path / "summary.txt"
        self.figures = self.path / "figures"

    def __fspath__(self) -> str:
        return str(self.path)

    def __str__(self) -> str:
        return str(self.path)

    # Finding a place

    @classmethod
    def new(cls, dataset: str, parent: str | Path = "runs") -> RunFolder:
        """Return a folder ``<parent>/<dataset>-<date>-<time>`` that does not exist yet; nothing is made."""
        stem = Path(parent) / f"{dataset}-{datetime.now():%Y%m%d-%H%M%S}"
        taken, path = 1, stem
        while path.exists():
            taken += 1
            path = stem.with_name(f"{stem.name}-{taken}")
        return cls(path)

    def refuse_if_used(self) -> None:
        """Raise FileExistsError when there is something in the folder."""
        if self.path.is_dir() and any(self.path.iterdir()):
            raise FileExistsError(
                f"{self.path} is not empty, so nothing was done. Name another folder, or add --overwrite."
            )

    def prepare(self, n_bytes: int) -> None:
        """Make the folder, remove the files of an earlier run in it, and see that ``n_bytes`` can be written.

        Raises:
            RunFolderError: when it cannot be made, cannot be written into, or the disk is too full.
        """
        with _explained(f"{self.path} cannot be used as a run folder"):
            self.path.mkdir(parents=True, exist_ok=True)
            for file in (self.config, self.history, self.model, self.result, self.summary):
                file.unlink(missing_ok=True)
            for figure in sorted(self.figures.glob("*.png")):
                figure.unlink()
            free = shutil.disk_usage(self.path).free
        if free < n_bytes:
            raise RunFolderError(
                f"The disk of {self.path} has {free / 1e6:,.1f} MB left, and the run needs {n_bytes / 1e6:,.1f} MB. "
                f"Make room, or name a folder on another disk: --out FOLDER."
            )

    # Writing

    def write_config(self, content: Mapping[str, Any]) -> None:
        """Write ``config.json``."""
        self._write(self.config, _as_json(content))

    def write_result(self, content: Mapping[str, Any]) -> None:
        """Write ``result.json``; numbers that are not finite become null."""
        self._write(self.result, _as_json(content))

    def write_summary(self, text: str) -> None:
        """Write ``summary.txt``."""
        self._write(self.summary, text)

    def write_history(self, history: Mapping[str, Sequence[float]]) -> None:
        """Write ``history.csv``: a line per epoch, from 1, with all digits of every value."""
        names = sorted(history, key=lambda name: (name.startswith("val_"), name))
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["epoch", *names])
        for row, values in enumerate(zip(*(history[name] for name in names), strict=True), start=1):
            writer.writerow([row, *(repr(float(value)) for value in values)])
        self._write(self.history, text.getvalue())

    def write_model(self, model: Any) -> None:
        """Write ``model.safetensors``: layers, weights, and the optimizer's state."""
        with _explained(f"{self.model} could not be written"):
            model.save(self.model)

    def write_figure(self, name: str, figure: Any, title: str) -> None:
        """Write a matplotlib figure to ``figures/<name>.png``."""
        from beras.viz import save_figure

        path = self.figures / f"{name}.png"
        with _explained(f"{path} could not be written"):
            self.figures.mkdir(exist_ok=True)
            save_figure(figure, path, title)

    def _write(self, path: Path, text: str) -> None:
        with _explained(f"{path} could not be written"), replacing(path) as file:
            file.write(text.encode("utf-8"))

    # Reading

    @classmethod
    def open(cls, path: str | Path) -> RunFolder:
        """Return the folder of a run that was saved.

        Raises:
            RunFolderError: when there is none, with the nearest name.
        """
        folder = cls(path)
        if not folder.path.is_dir():
            parent = folder.path.parent
            runs = _saved_runs(parent)
            newest = f"The newest in {parent}: {', '.join(runs[:_SHOWN])}." if runs else "`beras train` makes one."
            raise RunFolderError(
                f"There is no run folder {folder.path}.{did_you_mean(folder.path.name, runs)} {newest}"
            )
        missing = [file.name for file in (folder.config, folder.model) if not file.is_file()]
        if missing:
            raise RunFolderError(
                f"{folder.path} holds no saved run: {' and '.join(missing)} "
                f"{'is' if len(missing) == 1 else 'are'} missing."
            )
        return folder

    def read_config(self) -> dict[str, Any]:
        """Return the content of ``config.json``.

        Raises:
            RunFolderError: when it is damaged.
        """
        try:
            content = json.loads(self.config.read_text(encoding="utf-8"))
            content["data"]["name"], content["run"]["dataset"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise RunFolderError(f"{self.config} cannot be read ({type(error).__name__}: {error}).") from None
        return content

    def read_result(self) -> dict[str, Any] | None:
        """Return the content of ``result.json``, or None where there is none."""
        try:
            return json.loads(self.result.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise RunFolderError(f"{self.result} cannot be read ({error}).") from None

    def read_model(self) -> Any:
        """Return the model, compiled."""
        from beras.saving import load_model

        return load_model(self.model)


def _saved_runs(parent: Path) -> list[str]:
    """Return the names of the folders in ``parent`` that hold a model, the newest first."""
    dated = []
    for path in parent.glob("*/"):
        with suppress(OSError):  # one that has no model, or is removed meanwhile
            dated.append((RunFolder(path).model.stat().st_mtime_ns, path.name))
    return [name for _, name in sorted(dated, reverse=True)]


@contextmanager
def _explained(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RunFolderError(f"{what}: {error.strerror or error}.") from error


def _as_json(content: Mapping[str, Any]) -> str:
    finite = {key: None if isinstance(v, float) and not math.isfinite(v) else v for key, v in content.items()}
    return json.dumps(finite, indent=2, allow_nan=False, ensure_ascii=False) + "\n"
