"""The files that keep a run: ``results.json``, and what was printed."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.report.standing import Standings, ratio
from benchmarks.report.verdicts import Verdict

__all__ = ["RESULTS", "continued", "read", "write"]

RESULTS = "results.json"


def write(
    folder: Path, machine: dict[str, Any], records: list[dict[str, Any]], found: Standings, judged: list[Verdict]
) -> None:
    """Write all there is to ``folder``; the file is complete or the old one."""
    content = {
        "machine": machine,
        "goals": [asdict(verdict) for verdict in judged],
        "standings": {case: {peer: _entry(peers, peer) for peer in peers} for case, peers in found.items()},
        "records": records,
    }
    folder.mkdir(parents=True, exist_ok=True)
    new = folder / f"{RESULTS}.new"
    new.write_text(json.dumps(content, indent=1), encoding="utf-8")
    os.replace(new, folder / RESULTS)


def _entry(peers: dict[str, Any], peer: str) -> dict[str, Any]:
    standing = peers[peer]
    found = ratio(peers.get("beras"), standing)
    numbers = {"median": standing.median, "spread": standing.spread} if standing.values else {}
    return numbers | {
        "accuracy": standing.accuracy,
        "note": standing.note,
        "beras_takes": None if found is None else asdict(found),
    }


def read(folder: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the machine and the records of an earlier run.

    Raises:
        FileNotFoundError: when there is none.
    """
    file = folder / RESULTS
    if not file.exists():
        raise FileNotFoundError(
            f"There are no results in {folder}. Run the benchmark without --report and --add first."
        )
    content = json.loads(file.read_text(encoding="utf-8"))
    return content["machine"], content["records"]


def continued(folder: Path, machine: dict[str, Any], cases: set[str]) -> list[dict[str, Any]]:
    """Return the earlier records except those of ``cases``: rounds of two runs are not compared with each other.

    Raises:
        ValueError: when they were taken in another way.
        FileNotFoundError: when there are none.
    """
    earlier, records = read(folder)
    for name in ("processor", "threads", "is_quick", "versions"):
        if earlier[name] != machine[name]:
            raise ValueError(
                f"The results in {folder} have {name} {earlier[name]}; now it is {machine[name]}. Leave --add out."
            )
    return [record for record in records if record["case"] not in cases]
