"""The tables that are printed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmarks.measurements import MEASUREMENTS, Measurement
from benchmarks.peers import PEERS
from benchmarks.report.standing import Ratio, Standing, Standings, ratio
from benchmarks.report.verdicts import Verdict

__all__ = ["print_report"]

#: Above so many variants the contenders' medians stand side by side in one table.
FEW = 3
#: So many processors may work for others (the system, a clock in a corner) without harm.
BUSY = 0.15
STYLES = {"met": "green", "missed": "red", "not judged": "yellow"}


def print_report(console: Console, machine: dict[str, Any], found: Standings, judged: Iterable[Verdict]) -> None:
    """Print the machine, a table for each measurement, and the goals."""
    _print_machine(console, machine)
    for name, measurement in MEASUREMENTS.items():
        cases = {case: peers for case, peers in found.items() if case.startswith(f"{name}/")}
        if len(cases) > FEW:
            console.print(_side_by_side(measurement, cases))
        else:
            for case, peers in cases.items():
                console.print(_one_case(measurement, case, peers))
    console.print(_goals(judged))


def _print_machine(console: Console, machine: dict[str, Any]) -> None:
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    load = "unknown" if machine["load"] is None else f"{machine['load']:.2f}"
    lines = [
        f"{machine['processor']}, {machine['processors']} processors, {machine['threads']} threads for everybody, "
        f"load {load} at the start",
        f"{machine['system']}, Python {machine['python']}, {versions}, commit {machine['commit'] or 'unknown'}",
        *(f"{pool}: {', '.join(peers)}" for pool, peers in _pools(machine["pools"]).items()),
    ]
    for line in lines:
        console.print(Text(line), style="dim")
    if machine["is_quick"]:
        console.print("A quick run, on little data: it shows that everything runs, and nothing else.", style="yellow")
    if machine["others"] > BUSY:
        console.print(
            f"Other programs kept up to {machine['others']:.1f} processors busy meanwhile. Ratios suffer, above all of "
            f"those whose threads wait for each other (OpenMP: PyTorch, scikit-learn). Measure on a quiet machine.",
            style="yellow",
        )


def _pools(pools: dict[str, dict[str, int]]) -> dict[str, list[str]]:
    """Return who uses each thread pool, ``"openblas 0.3.31 SkylakeX, threads: 2" -> peers``."""
    users: dict[str, list[str]] = {}
    for peer, its in pools.items():
        for name, count in its.items():
            users.setdefault(f"{name}, threads: {count}", []).append(peer)
    return users


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", box=None, padding=(0, 2, 0, 0), pad_edge=False)


def _one_case(measurement: Measurement, case: str, peers: dict[str, Standing]) -> Table:
    name, variant = case.split("/")
    table = _table(f"\n{measurement.title}" + ("" if variant == name else f": {variant}"))
    table.add_column("")
    for heading in (f"median, {measurement.unit}", "spread", _ratio_heading(measurement), "spread"):
        table.add_column(heading, justify="right", no_wrap=True)
    learned = any(standing.accuracy is not None for standing in peers.values())
    if learned:
        table.add_column("accuracy", justify="right")
    table.add_column("")
    base = peers.get(measurement.baseline)
    for peer in _by_median(peers):
        standing = peers[peer]
        accuracy = [] if not learned else ["" if standing.accuracy is None else f"{standing.accuracy:.4f}"]
        label = measurement.entries[peer].label or PEERS[peer].label
        row = [label, *_value(standing, measurement), *_relative(measurement, base, standing), *accuracy]
        table.add_row(*row, Text(standing.note, style="yellow"), style="bold" if peer == "beras" else "")
    return table


def _ratio_heading(measurement: Measurement) -> str:
    return "beras takes" if measurement.baseline == "beras" else f"of {measurement.baseline}"


def _relative(measurement: Measurement, base: Standing | None, standing: Standing) -> list[str]:
    """Return beras's part of what this contender takes; where another is the measure, this one's part of that."""
    if base is standing:
        return ["", ""]
    found = ratio(base, standing) if measurement.baseline == "beras" else ratio(standing, base)
    return ["", ""] if found is None else list(_shown(found))


def _shown(found: Ratio) -> tuple[str, str]:
    return _number(found.value), f"{_number(found.low)} to {_number(found.high)}"


def _value(standing: Standing, measurement: Measurement) -> list[str]:
    if not standing.values:
        return ["-", ""]
    low, high = (_number(end * measurement.factor) for end in standing.spread)
    return [_number(standing.median * measurement.factor), f"{low} to {high}"]


def _side_by_side(measurement: Measurement, cases: dict[str, dict[str, Standing]]) -> Table:
    """Return medians, and in brackets beras's part of each; there are more rows than columns."""
    table = _table(f"\n{measurement.title}, {measurement.unit} (beras's part of it)")
    peers = {peer: PEERS[peer].label for some in cases.values() for peer in some}
    variants = {case: case.split("/")[1] for case in cases}
    rows, columns = (variants, peers) if len(variants) > len(peers) else (peers, variants)
    table.add_column("")
    for heading in columns.values():
        table.add_column(heading, justify="right", max_width=16)
    for row, label in rows.items():
        pairs = [(row, column) if rows is variants else (column, row) for column in columns]
        style = "bold" if row == "beras" else ""
        table.add_row(label, *(_cell(measurement, cases[case], peer) for case, peer in pairs), style=style)
    notes = {peer: dict.fromkeys(some[peer].note for some in cases.values() if peer in some) for peer in peers}
    lines = [f"{peers[peer]}: {'; '.join(filter(None, its))}" for peer, its in notes.items() if any(its)]
    table.caption, table.caption_justify = Text("\n".join(lines), style="yellow") if lines else None, "left"
    return table


def _cell(measurement: Measurement, some: dict[str, Standing], peer: str) -> str:
    standing = some.get(peer)
    if standing is None or not standing.values:
        return "-"
    found = None if peer == "beras" else ratio(some.get("beras"), standing)
    value = _number(standing.median * measurement.factor)
    return value if found is None else f"{value} ({_number(found.value)})"


def _goals(judged: Iterable[Verdict]) -> Table:
    table = _table("\nGoals")
    for heading, justify in (("", "left"), ("found", "right"), ("spread", "right"), ("goal", "right"), ("", "left")):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    for verdict in judged:
        goal = verdict.goal
        found = ("-", "") if verdict.found is None else _shown(verdict.found)
        bound = f"{goal.at_most:g}" + (f" ({goal.wished:g} wished)" if goal.wished else "")
        outcome = Text(": ".join(filter(None, [verdict.state, verdict.reason])), style=STYLES[verdict.state])
        table.add_row(goal.text, *found, bound, outcome)
    return table


def _by_median(peers: dict[str, Standing]) -> list[str]:
    """Return the contenders, the quickest first, those without a value last."""
    return sorted(peers, key=lambda peer: peers[peer].median if peers[peer].values else float("inf"))


def _number(value: float) -> str:
    """Return three significant digits, without an exponent."""
    if value == 0:
        return "0"
    digits = 0
    while abs(value) * 10**digits < 99.95 and digits < 4:
        digits += 1
    return f"{value:,.{digits}f}"
