"""From an exception to one sentence on stderr and an exit code: 2 for bad usage, 1 for failure, 130 for Ctrl-C."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = [
    "AT_ONCE",
    "INTERRUPTED",
    "NOTHING_SAVED",
    "USAGE",
    "BadUsage",
    "Interrupted",
    "before_training",
    "debugging",
    "report",
    "usage",
]

FAILURE, USAGE, INTERRUPTED = 1, 2, 130
AT_ONCE = "Stopped at once by Ctrl-C."
NOTHING_SAVED = "Stopped before training began; nothing was saved."
# An option is short, so that much of it must agree before a guess is better than none.
_ALIKE = 0.7


class BadUsage(Exception):
    """What was asked for cannot be done by anybody: a wrong option, name or value."""


class Interrupted(Exception):
    """Ctrl-C, with a sentence on what became of the work. Unlike KeyboardInterrupt it passes through typer."""


@contextmanager
def before_training() -> Iterator[None]:
    """Within the block Ctrl-C loses nothing, and says so."""
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(NOTHING_SAVED) from None


@contextmanager
def usage() -> Iterator[None]:
    """Within the block a refused value is bad usage."""
    try:
        yield
    except (ValueError, TypeError, FileExistsError) as error:
        raise BadUsage(str(error)) from error


def report(error: BaseException) -> int:
    """Print the sentence for ``error`` on stderr and return the exit code.

    Where beras has a sentence of its own, that is all. Of an error that nobody foresaw it says so, and how to see where
    it came from.
    """
    from beras.cli.console import warn

    if isinstance(error, KeyboardInterrupt):
        error = Interrupted(AT_ONCE)
    if isinstance(error, Interrupted):
        warn(str(error))
        return INTERRUPTED
    if isinstance(error, BadUsage):
        warn(f"Error: {error}")
        return USAGE
    if hasattr(error, "format_message"):
        return _report_parsing(error)
    if isinstance(error, _foreseen()):
        warn(f"Error: {_sentence(error)}")
        return FAILURE
    warn(
        f"Error: {type(error).__name__}: {_sentence(error)}\n"
        "This was not foreseen. `beras --debug ...` (or BERAS_DEBUG=1) shows where it happened."
    )
    return FAILURE


def debugging() -> bool:
    """Return whether BERAS_DEBUG asks for tracebacks."""
    return os.environ.get("BERAS_DEBUG", "") not in ("", "0")


def _foreseen() -> tuple[type[BaseException], ...]:
    from beras.datasets import DownloadError, IDXError
    from beras.diffusion.errors import DiffusionError
    from beras.training import ImageError, RunFolderError, TrainingDiverged

    return (
        *(RunFolderError, TrainingDiverged, ImageError, IDXError, DownloadError, DiffusionError),
        *(OSError, ImportError, ValueError, MemoryError),
    )


def _sentence(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}{f': {error.filename}' if error.filename else ''}."
    return str(error) or "out of memory." if isinstance(error, MemoryError) else str(error)


def _report_parsing(error: Any) -> int:
    """Report what the command-line parser (typer's, or click below older typers) could not make sense of."""
    from beras.cli.console import warn

    message = str(getattr(error, "message", "") or "")
    if getattr(error, "option_name", None) and "o such option" in message:
        name = error.option_name
        known = [opt for param in error.ctx.command.params for opt in param.opts] if error.ctx else []
        message = f"There is no option {name}.{_nearest_option(name, known)}"
    else:
        message = f"{error.format_message().rstrip('.')}."
    context = getattr(error, "ctx", None)
    help_line = f" See: {context.command_path} --help" if context is not None else ""
    warn(f"Error: {message}{help_line}")
    return int(getattr(error, "exit_code", USAGE))


def _nearest_option(name: str, known: list[str]) -> str:
    """Return the sentence that suggests an option; the dashes, which all have, count for nothing."""
    from difflib import get_close_matches

    by_word = {option.lstrip("-"): option for option in known}
    close = get_close_matches(name.lstrip("-").lower(), by_word, n=1, cutoff=_ALIKE)
    return f" Did you mean {by_word[close[0]]!r}?" if close else ""
