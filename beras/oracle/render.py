"""How a Report looks: a table, what was recognised, and one line that says it all."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Group

    from beras.oracle.report import Agreement, Report, Row

__all__ = ["as_text", "render"]

_WIDTH = 120
#: What stands at the edges and between two columns, and to how many letters names may be shortened.
_EDGES, _GAP, _SHORTEST = 2, 3, 12
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
        if not row.ok and not report.parts and not (row.ours is None and report.complaint):
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
    longest = max((len(row.label) for row in report.rows), default=0)
    table.add_column("", overflow="fold", min_width=min(longest, _SHORTEST))  # rather wrapped than a number cut off
    table.add_column("shape", no_wrap=True)
    headings = {"torch": "torch\n{}", "numerical": "numerical", "reference": "reference"}
    for oracle, dtype in shown:
        table.add_column(headings[oracle].format(dtype), justify="right", no_wrap=True)
    table.add_column("difference", justify="right", no_wrap=True)
    table.add_column("at", no_wrap=True)
    table.add_column("ours", justify="right", no_wrap=True)
    table.add_column("theirs", justify="right", no_wrap=True)
    lines = []
    for row in report.rows:
        cells = [_verdict(_asked(row, oracle, dtype), row) for oracle, dtype in shown]
        worst = _worst(row)
        last = ["", "", "", ""]
        if worst is not None and worst.entries:
            place = ", ".join(map(str, worst.place))
            last = [f"{worst.absolute:.1e}", f"[{place}]", _number(worst.ours), _number(worst.theirs)]
        lines.append([_plain(str(row.shape)), *cells, *map(_plain, last)])
    room = _room([str(column.header) for column in table.columns[1:]], lines)
    for row, line in zip(report.rows, lines, strict=True):
        table.add_row(_plain(_short(row.label, room)), *line)
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


def _room(headings: list[str], lines: list[list[Any]]) -> int:
    """Return how long a name may be, so that no number need be cut off."""
    columns = zip(*lines, strict=True)
    widths = [
        max(len(word) for word in [*heading.splitlines(), *map(str, column)])
        for heading, column in zip(headings, columns, strict=True)
    ]
    return max(_WIDTH - _EDGES - sum(width + _GAP for width in widths), _SHORTEST)


def _short(label: str, room: int) -> str:
    """Return a name without its middle, if it is too long: the ends are what tells names apart."""
    return label if len(label) <= room else f"{label[: (room - 1) // 2]}…{label[-(room // 2) :]}"


def _number(value: float) -> str:
    return f"{value:.6g}"


def _explained(row: Row) -> list[Any]:
    from rich.text import Text

    if row.diagnosis is None and row.ours is None:
        return [Text(f"✗ {row.label} is missing.", style="red")]
    failing = {a.dtype for a in row.deciding if not a.ok}
    if row.diagnosis is None and failing == {"float32"}:
        advice = "Is a dtype asked for, is a constant too small for float32, or does it overflow there?"
        return [Text(f"✗ {row.label} is wrong in float32 only.", style="red"), Text(f"  → {advice}")]
    if row.diagnosis is None:
        return [Text(f"✗ {row.label} is wrong; it is none of the mistakes that beras knows.", style="red")]
    seen, fix = row.diagnosis.sentence, row.diagnosis.fix
    return [Text(f"✗ {seen[:1].upper()}{seen[1:]}.", style="red"), Text(f"  → {fix[:1].upper()}{fix[1:]}")]


def _summary(report: Report) -> str:
    count = len(report.rows)
    if report.ok:
        replayed = f" {report.operations} operations replayed in torch." if report.operations else ""
        return f"✓ All {count} rows agree.{replayed}"
    wrong = sum(not row.ok for row in report.rows)
    faulty = ", ".join(dict.fromkeys(part.title for part in report.parts))
    if not wrong and faulty:
        return f"✗ All {count} rows agree here, and yet there is a fault, which may show elsewhere, in {faulty}."
    return f"✗ {wrong} of {count} rows differ.{f' The fault is in {faulty}.' if faulty else ''}"
