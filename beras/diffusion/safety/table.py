"""A scan's report as a table for the terminal: the flagged pictures and the failures, and a sentence on the rest."""

from __future__ import annotations

from io import StringIO
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Group

    from beras.diffusion.safety.report import ScanReport

__all__ = ["as_text", "render", "sentence"]

_MOST_ROWS = 50
_WIDTH = 120
_STYLES = {"flagged": "bold red", "error": "yellow"}


def as_text(report: ScanReport) -> str:
    """Return the report as plain text."""
    from rich.console import Console

    out = StringIO()
    Console(file=out, width=_WIDTH, color_system=None, legacy_windows=False).print(render(report))
    return "\n".join(line.rstrip() for line in out.getvalue().rstrip().splitlines())


def render(report: ScanReport) -> Group:
    """Return the report for rich to print."""
    from rich import box
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    parts: list[Any] = []
    wanted = (row for row in report.rows() if row["verdict"] in _STYLES)
    rows = list(islice(wanted, _MOST_ROWS))
    if rows:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        table.add_column("number", justify="right", no_wrap=True)
        table.add_column("picture", overflow="fold")
        table.add_column("verdict", no_wrap=True)
        table.add_column("score", justify="right", no_wrap=True)
        table.add_column("concepts", overflow="fold")
        for row in rows:
            score = "" if row["score"] is None else f"{row['score']:.3f}"
            verdict = Text(row["verdict"], style=_STYLES[row["verdict"]])
            table.add_row(str(row["number"]), Text(printable(row["path"])), verdict, score, Text(_reason(row)))
        parts.append(table)
    more = sum(1 for _ in wanted)
    if more:
        parts.append(Text(f"... and {more:,} more; the CSV and the JSON hold all.", style="dim"))
    parts += [Text(f"{place}: {reason}", style="yellow") for place, reason in report.files.unreadable.items()]
    style = "bold red" if report.flagged else "bold green" if report.complete else "bold yellow"
    return Group(*parts, Text(sentence(report), style=style))


def sentence(report: ScanReport) -> str:
    """Return the outcome in words; what has no verdict is never passed over."""
    said = [f"{len(report.flagged):,} of {_counted(report.looked_at, 'picture')} flagged"]
    if report.errors:
        said.append(f"{len(report.errors):,} could not be checked")
    if report.files.unreadable:
        said.append(f"{_counted(len(report.files.unreadable), 'folder')} could not be read")
    if report.unseen:
        said.append(f"{report.unseen:,} not looked at: the scan was stopped")
    if report.files.skipped:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in report.files.skipped.most_common(4))
        said.append(f"left out: {kinds}")
    restored = f" ({report.restored:,} of them in an earlier scan)" if report.restored else ""
    return f"{'; '.join(said)}. {report.seconds:.1f} s{restored}."


def printable(name: str) -> str:
    """Return a file name with what no terminal, CSV or HTML file could hold written as escapes."""
    safe = name.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in safe)


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _reason(row: dict[str, Any]) -> str:
    if row["error"]:
        return row["error"]
    special = f" (special care {', '.join(map(str, row['special_care']))})" if row["special_care"] else ""
    return f"{', '.join(map(str, row['concepts']))}{special}"
