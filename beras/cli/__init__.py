"""The command ``beras``: a thin layer of verbs over the library, one file for each."""

from __future__ import annotations

import sys
from typing import NoReturn

__all__ = ["main"]


def main() -> NoReturn:
    """Run the command with the arguments of this process, and exit."""
    try:
        # Here, because reading the library takes long enough for a Ctrl-C.
        from beras.cli.app import app
        from beras.cli.console import survive_narrow_encodings

        survive_narrow_encodings()
        app(prog_name="beras")
    except KeyboardInterrupt:
        training = "train" in sys.argv[1:]
        print(
            "Stopped before training began; nothing was saved." if training else "Stopped at once by Ctrl-C.",
            file=sys.stderr,
        )
        raise SystemExit(130) from None
    raise SystemExit(0)
