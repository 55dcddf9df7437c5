"""``python -m benchmarks``: run, judge, print, keep."""

from __future__ import annotations

import sys
import tempfile
from argparse import Namespace
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks import digits
from benchmarks.measurements import MEASUREMENTS, Band
from benchmarks.options import parse
from benchmarks.peers import PEERS
from benchmarks.report import figures, store
from benchmarks.report.standing import Standings, standings, within_bands
from benchmarks.report.tables import print_report
from benchmarks.report.verdicts import verdicts
from benchmarks.run.machine import describe
from benchmarks.run.plan import Job, Selection, jobs
from benchmarks.run.process import NEEDS_NO_DIGITS, records_of
from benchmarks.run.rounds import run_rounds
from benchmarks.workloads import FULL, QUICK, Size


def main(arguments: list[str] | None = None) -> int:
    """Return 1 when beras itself failed or did not learn what the others did, 2 when nothing could be run or shown.

    A goal missed is no failure.
    """
    options = parse(arguments)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 150)
    try:
        machine, records = store.read(options.out) if options.report else _run(options, console)
    except (OSError, ValueError) as error:
        console.print(str(error), style="red", markup=False)
        return 2
    except KeyboardInterrupt:
        console.print("Stopped. What was measured until now: --report shows it.", style="yellow")
        return 130
    machine["others"] = max((record["others"] or 0.0 for record in records), default=0.0)
    found = _judged(records, machine)
    print_report(console, machine, found, verdicts(found))
    with (options.out / "results.txt").open("w", encoding="utf-8") as file:
        print_report(Console(file=file, width=150), machine, found, verdicts(found))
    for file_ in figures.draw(options.out, found):
        console.print(f"wrote {file_}", style="dim")
    return int(any("beras" in peers and peers["beras"].note for peers in found.values()))


def _run(options: Namespace, console: Console) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Run what is asked for; the file of results is written anew after each job, so that nothing is lost."""
    groups = jobs(Selection(options.only, options.workload, options.peers, options.size))
    cases = {case for group in groups for job in group for case in job.cases}
    if not cases:
        raise ValueError("Nothing is left to run: none of these peers takes part in these measurements.")
    machine = describe(options.threads) | {"is_quick": options.quick, "pools": {}}
    records = store.continued(options.out, machine, cases) if options.add else []
    with tempfile.TemporaryDirectory() as folder:
        if any(job.measurement not in NEEDS_NO_DIGITS for group in groups for job in group):
            digits.lay_out(Path(folder))

        def run(job: Job) -> list[dict[str, Any]]:
            return records_of(job, folder, options.threads, options.limit)

        def heard(record: dict[str, Any]) -> None:
            if threads := record.pop("threads", None):
                machine["pools"].setdefault(record["peer"], threads)
            records.append(record)
            console.print(_line(record), style="dim", markup=False)
            found = _judged(records, machine)
            store.write(options.out, machine, records, found, verdicts(found))

        run_rounds(groups, options.size.rounds, run, heard)
    return machine, records


def _judged(records: list[dict[str, Any]], machine: dict[str, Any]) -> Standings:
    return within_bands(standings(records), _bands(QUICK if machine.get("is_quick") else FULL))


def _bands(size: Size) -> dict[str, Band]:
    return {
        f"{name}/{variant}": made.band
        for name, measurement in MEASUREMENTS.items()
        for variant, made in measurement.variants(size).items()
        if made.band is not None
    }


def _line(record: dict[str, Any]) -> str:
    measurement = MEASUREMENTS[record["case"].split("/")[0]]
    label = measurement.entries[record["peer"]].label or PEERS[record["peer"]].label
    outcome = record.get("missing") or record.get("failed")
    if outcome is None:
        outcome = f"{record['value'] * measurement.factor:.4g} {measurement.unit}"
    return f"round {record['round'] + 1}  {record['case']:24} {label:40} {outcome}"


if __name__ == "__main__":
    sys.exit(main())
