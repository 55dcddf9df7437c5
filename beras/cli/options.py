"""Options that several verbs share, and what text on the command line means."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["AsJson", "DataFolder", "Run", "hidden_layers"]

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON, in one last line.")]
DataFolder = Annotated[
    Path | None,
    typer.Option(
        "--data",
        help="The folder with the data set's files, and no other. [default: BERAS_DATA_DIR, data/, the user's cache]",
    ),
]
Run = Annotated[Path, typer.Argument(metavar="RUN", help="A run's folder, as `beras train` wrote it.")]


def hidden_layers(text: str) -> tuple[int, ...]:
    """Return the units in ``text``.

    Raises:
        ValueError: for anything but whole numbers with commas between.

    >>> hidden_layers("256,128"), hidden_layers("")
    ((256, 128), ())
    """
    if text.strip().lower() in ("", "none"):
        return ()
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise ValueError(
            f'--layers takes whole numbers with commas between, such as 256,128, or "". Received: {text!r}.'
        ) from None
