"""A scan's report as CSV and as JSON, written row by row under a temporary name."""

from __future__ import annotations

import csv
import json
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from beras.files import replacing

if TYPE_CHECKING:
    from beras.diffusion.safety.report import ScanReport

__all__ = ["COLUMNS", "write_csv", "write_json"]

COLUMNS = ("number", "path", "class", "verdict", "score", "concepts", "special_care", "error")


def write_csv(report: ScanReport, path: Path) -> None:
    """Write a line for each picture; several concepts have a space between.

    A name that is no text in the system's encoding keeps its odd bytes as escapes (``\\udcff``).
    """
    with replacing(path) as file:
        text = TextIOWrapper(file, encoding="utf-8", errors="backslashreplace", newline="")
        writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore")
        writer.writeheader()
        for row in report.rows():
            lists = {name: " ".join(map(str, row[name])) for name in ("concepts", "special_care")}
            score = "" if row["score"] is None else f"{row['score']:.3f}"
            writer.writerow({**row, **lists, "score": score})
        text.flush()
        text.detach()


def write_json(report: ScanReport, path: Path) -> None:
    """Write the summary, then ``rows``, each on a line of its own."""
    with replacing(path) as file:
        head = json.dumps(report.summary(), indent=1, allow_nan=False)
        file.write(head.removesuffix("\n}").encode("ascii") + b',\n "rows": [')
        for number, row in enumerate(report.rows()):
            file.write((",\n  " if number else "\n  ").encode() + json.dumps(row, allow_nan=False).encode("ascii"))
        file.write(b"\n ]\n}\n")
