"""Tables in Markdown that are also easy to read as plain text."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["markdown_table"]


def markdown_table(headings: Sequence[str], lines: Sequence[Sequence[str]], to_the_right: Sequence[bool]) -> str:
    """Return the table, each column as wide as its widest cell.

    >>> print(markdown_table(["name", "size"], [["cat", "1,500"]], [False, True]))
    | name |  size |
    |:-----|------:|
    | cat  | 1,500 |
    """
    widths = [max(map(len, column)) for column in zip(headings, *lines, strict=True)]
    columns = list(zip(widths, to_the_right, strict=True))

    def line(cells: Sequence[str]) -> str:
        padded = (f"{cell:>{w}}" if right else f"{cell:<{w}}" for cell, (w, right) in zip(cells, columns, strict=True))
        return f"| {' | '.join(padded)} |"

    rule = "|".join(f"{'-' * (w + 1)}:" if right else f":{'-' * (w + 1)}" for w, right in columns)
    return "\n".join([line(headings), f"|{rule}|", *map(line, lines)])
