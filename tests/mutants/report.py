"""The report: a table by area, and every mutant that escaped."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from tests.mutants.equivalents import EQUIVALENT
from tests.mutants.mutant import Mutant
from tests.mutants.pool import Verdict


class Report(NamedTuple):
    """What was planted and what became of it; ``failing`` tests were left out, ``stale`` equivalents are wrong."""

    mutants: dict[str, Mutant]
    verdicts: dict[str, Verdict]
    failing: list[str]
    stale: dict[str, str]
    seconds: float

    def outcome(self, name: str) -> str:
        status = self.verdicts[name].status
        return "equivalent" if status == "escaped" and name in EQUIVALENT else status

    def counts(self) -> dict[str, Counter[str]]:
        found: dict[str, Counter[str]] = {}
        for name, mutant in self.mutants.items():
            found.setdefault(mutant.area, Counter())[self.outcome(name)] += 1
        return found

    def with_outcome(self, outcome: str) -> list[Mutant]:
        return [mutant for name, mutant in self.mutants.items() if self.outcome(name) == outcome]

    @property
    def is_clean(self) -> bool:
        return not (self.with_outcome("escaped") or self.with_outcome("not planted") or self.stale or self.failing)


OUTCOMES = ("caught", "equivalent", "escaped", "not planted")


def as_json(report: Report) -> dict[str, Any]:
    """Return the report as plain values."""
    return {
        "seconds": round(report.seconds, 1),
        "areas": {
            area: {"planted": counts.total(), **{outcome: counts[outcome] for outcome in OUTCOMES}}
            for area, counts in report.counts().items()
        },
        "escaped": [_entry(report, mutant) for mutant in report.with_outcome("escaped")],
        "not_planted": [_entry(report, mutant) for mutant in report.with_outcome("not planted")],
        "equivalent": {mutant.name: EQUIVALENT[mutant.name] for mutant in report.with_outcome("equivalent")},
        "stale_equivalents": report.stale,
        "failing_tests": report.failing,
    }


def _entry(report: Report, mutant: Mutant) -> dict[str, Any]:
    verdict = report.verdicts[mutant.name]
    return {
        "name": mutant.name,
        "place": mutant.place,
        "change": mutant.change,
        "tests": verdict.ran,
        "why": verdict.test,
    }


def show(report: Report) -> None:
    """Print the table and what is wrong."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(soft_wrap=True)
    table = Table("area", title=f"Mutants, judged in {report.seconds:.0f} s")
    for column in ("planted", *OUTCOMES):
        table.add_column(column, justify="right")
    total: Counter[str] = Counter()
    for area, counts in report.counts().items():
        total += counts
        table.add_row(area, str(counts.total()), *(str(counts[outcome]) for outcome in OUTCOMES))
    table.add_section()
    table.add_row("all", str(total.total()), *(str(total[outcome]) for outcome in OUTCOMES))
    console.print(table)
    for outcome in ("escaped", "not planted"):
        for mutant in report.with_outcome(outcome):
            verdict = report.verdicts[mutant.name]
            tests = verdict.test or (f"{verdict.ran} tests pass" if verdict.ran else "no test uses it")
            console.print(escape(f"{outcome}: {mutant.place}  {mutant.name}  ({tests})"))
    for name, wrong in report.stale.items():
        console.print(escape(f"not an equivalent: {name}: {wrong}"))
    if report.failing:
        shown = ", ".join(report.failing[:5]) + (" ..." if len(report.failing) > 5 else "")
        console.print(escape(f"left out, since they fail without a fault ({len(report.failing)}): {shown}"))
