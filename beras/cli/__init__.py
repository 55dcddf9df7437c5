"""The command ``beras``: a thin layer of verbs over the library, one file for each."""

from __future__ import annotations

from typing import NoReturn

__all__ = ["main"]


def main() -> NoReturn:
    """Run the command with the arguments of this process, and exit."""
    from beras.cli.app import app
    from beras.cli.console import survive_narrow_encodings

    survive_narrow_encodings()
    app(prog_name="beras")
    raise SystemExit(0)
