"""How far a loop is: a bar in a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from beras.callbacks.console import is_live

__all__ = ["bar"]


@contextmanager
def bar(what: str, total: int, wanted: bool = True) -> Iterator[Callable[[], None]]:
    """Yield what is to be called after each of ``total`` steps; the bar ends with the block, however that ends."""
    if not (wanted and is_live()):
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(file=sys.stdout)) as progress:
        task = progress.add_task(what, total=total)
        yield lambda: progress.advance(task)
