"""What callbacks print: on stdout, messages below an unfinished progress line and never into it."""

from __future__ import annotations

import os
import sys
from typing import Any

__all__ = ["close_line", "is_live", "redraw", "say"]

_line_is_open = False


def is_live() -> bool:
    """Return whether stdout is a terminal in which a line can be drawn anew."""
    return sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def say(message: str) -> None:
    """Print a line of its own."""
    close_line()
    print(message, flush=True)


def redraw(console: Any, text: Any) -> None:
    """Draw the current line of the terminal anew, as ``text``, a ``rich.text.Text``, cut to its width."""
    from rich.control import Control
    from rich.segment import ControlType

    global _line_is_open
    console.control(Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2)))
    console.print(text, end="", no_wrap=True, overflow="ellipsis", crop=True, highlight=False)
    _line_is_open = True


def close_line() -> None:
    """End the line that was drawn last, so that what follows stands below it."""
    global _line_is_open
    if _line_is_open:
        _line_is_open = False
        print(flush=True)
