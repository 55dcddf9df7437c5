"""How a Report looks: a table, what was recognised, and one line that says it all."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Group

    from beras.oracle.report import Agreement, Report, Row

__all__ = ["as_text", "render"]

_WIDTH = 120
_COLOURS = {"exact": "green", "happy": "green", "fine": "green", "uncomfortable": "yellow", "wrong": "red"}


def as_text(report: Report) -> str:
    """Return the report as plain text, at most 120 columns wide."""
    from rich.console import Console

    out = StringIO()
    Console(file=out, width=_WIDTH, color_system=None, legacy_windows=False).print(render(report))
    return "\n".join(line.rstrip() for line in out.getvalue().rstrip().splitlines())


def render(report: Report, is_part: bool = False) -> Group:
    """Return the report for rich to print; a part has no closing line of its own."""
    from rich.console import Group
    from rich.text import Text

    parts: list[Any] = [Text(report.title, style="bold"), _table(report)]
    if report.complaint:
        parts.append(Text(f"✗ {report.complaint}", style="red"))
    for row in report.rows:
        if not row.ok and not report.parts:
            parts += _explained(row)
    parts += [Text(f"· {note}", style="dim") for note in report.notes]
    for part in report.parts:
        parts += [Text(), render(part, is_part=True)]
    if not is_part:
        parts += [Text(_summary(report), style="bold green" if report.ok else "bold red")]
    return Group(*parts)


def _table(report: Report) -> Any:
    from rich import box
    from rich.table import Table

    oracles = [("torch", "float64"), ("torch", "float32"), ("numerical", "float64"), ("reference", "float64")]
    shown = [(o, d) for o, d in oracles if any(_asked(row, o, d) for row in report.rows)]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("", no_wrap=True)
    table.add_column("shape", no_wrap=True)
    headings = {"torch": "torch\n{}", "numerical": "numerical", "reference": "reference"}
    for oracle, dtype in shown:
        table.add_column(headings[oracle].format(dtype), justify="right", no_wrap=True)
    table.add_column("difference", justify="right", no_wrap=True)
    table.add_column("at", no_wrap=True)
    table.add_column("ours", justify="right", no_wrap=True)
    table.add_column("theirs", justify="right", no_wrap=True)
    for row in report.rows:
        cells = [_verdict(_asked(row, oracle, dtype), row) for oracle, dtype in shown]
        worst = _worst(row)
        last = ["", "", "", ""]
        if worst is not None and worst.entries:
            place = ", ".join(map(str, worst.place))
            last = [f"{worst.absolute:.1e}", f"[{place}]", _number(worst.ours), _number(worst.theirs)]
        table.add_row(row.label, str(row.shape), *cells, *[_plain(cell) for cell in last])
    return table


def _asked(row: Row, oracle: str, dtype: str) -> Agreement | None:
    return row.numerical if oracle == "numerical" else row.by(oracle, dtype)


def _worst(row: Row) -> Agreement | None:
    """Return the agreement that the last columns are about: the first that fails, else that with torch in float64."""
    failing = [a for a in row.deciding if not a.ok]
    return next(iter([*failing, *row.deciding, *row.agreements]), None)


def _verdict(agreement: Agreement | None, row: Row) -> Any:
    from rich.text import Text

    if agreement is None:
        return Text("-", style="dim")
    if row.lacking:
        return Text(row.lacking, style="red")
    word = agreement.verdict
    return Text(f"{agreement.relative:.0e} {word}" if agreement.relative else word, style=_COLOURS.get(word, ""))


def _plain(text: str) -> Any:
    from rich.text import Text

    return Text(text)


def _number(value: float) -> str:
    return f"{value:.6g}"


def _explained(row: Row) -> list[Any]:
    from rich.text import Text

    if row.diagnosis is None and row.ours is None:
        return [Text(f"✗ {row.label} is missing.", style="red")]
    if row.diagnosis is None:
        return [Text(f"✗ {row.label} is wrong; it is none of the mistakes that beras knows.", style="red")]
    seen, fix = row.diagnosis.sentence, row.diagnosis.fix
    return [Text(f"✗ {seen[:1].upper()}{seen[1:]}.", style="red"), Text(f"  → {fix[:1].upper()}{fix[1:]}")]


def _summary(report: Report) -> str:
    count = len(report.rows)
    if report.ok:
        replayed = f" {report.operations} operations replayed in torch." if report.operations else ""
        return f"✓ All {count} rows agree.{replayed}"
    wrong = len(report.wrong)
    where = f" The fault is in {', '.join(part.title for part in report.parts)}." if report.parts else ""
    if report.parts:
        wrong = len([row for row in report.rows if not row.ok])
    return f"✗ {wrong} of {count} rows differ.{where}"
