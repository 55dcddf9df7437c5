"""What the command prints: plain lines and tables on stdout, and, as the very last line, JSON."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext, redirect_stdout
from typing import Any

__all__ = ["keep_for_json", "print_json", "print_table", "say", "survive_narrow_encodings", "warn"]


def survive_narrow_encodings() -> None:
    """Let a character that a terminal cannot show become a question mark rather than an error."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def say(text: str, style: str = "") -> None:
    """Print lines on stdout, as they are; ``style`` shows in terminals only."""
    from rich.console import Console

    Console(file=sys.stdout, highlight=False, soft_wrap=True).print(text, style=style, markup=False)


def warn(text: str) -> None:
    """Print a line on stderr."""
    from rich.console import Console

    Console(file=sys.stderr, highlight=False, soft_wrap=True).print(text, markup=False)


def print_table(rows: Mapping[str, str], title: str = "") -> None:
    """Print names and what belongs to them in two columns, wrapped to the terminal's width."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows.items():
        table.add_row(Text(name), Text(value))
    console = Console(file=sys.stdout, highlight=False)
    if title:
        console.print(title, style="bold cyan", markup=False)
    console.print(table)


def keep_for_json(as_json: bool) -> AbstractContextManager[Any]:
    """Within the block, if JSON was asked for, what is printed goes to stderr: stdout is for the document alone."""
    return redirect_stdout(sys.stderr) if as_json else nullcontext()


def print_json(content: Any) -> None:
    """Print ``content`` as one line of JSON; numbers that are not finite become null."""
    print(json.dumps(_finite(content), allow_nan=False), flush=True)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
