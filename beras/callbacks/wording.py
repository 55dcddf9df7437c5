"""How numbers and times are written in lines of progress, as Keras writes them."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["WIDTH", "clock", "duration", "filled", "line_character", "named_values", "shown"]

#: Characters of a bar.
WIDTH = 20


def filled(seen: int, target: int, width: int = WIDTH) -> int:
    """Return how many characters of the bar are filled.

    >>> filled(3, 4)
    15
    """
    return width * min(seen, target) // max(1, target)


def named_values(logs: Any) -> list[str]:
    """Return ``name: value`` for each metric of ``logs``, or of what it returns if it is a function."""
    found = logs() if callable(logs) else logs or {}
    return [f"{name}: {shown(value)}" for name, value in found.items()]


def shown(value: Any) -> str:
    """Return a metric as Keras shows it.

    >>> shown(0.25), shown(0.00012), shown(float("nan"))
    ('0.2500', '1.2000e-04', 'nan')
    """
    if getattr(value, "ndim", 0) > 0:
        value = value.mean()
    return f"{float(value):.4e}" if abs(value) <= 1e-3 else f"{float(value):.4f}"


def duration(seconds: float, unit: str = "step") -> str:
    """Return the time of a step.

    >>> duration(2.0), duration(0.034), duration(0.00056)
    ('2s/step', '34ms/step', '560us/step')
    """
    if seconds >= 1:
        return f"{seconds:.0f}s/{unit}"
    return f"{seconds * 1e3:.0f}ms/{unit}" if seconds >= 1e-3 else f"{seconds * 1e6:.0f}us/{unit}"


def clock(seconds: float) -> str:
    """Return a time as Keras shows it.

    >>> clock(7.2), clock(65), clock(3661)
    ('7s', '1:05', '1:01:01')
    """
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02d}:{rest:02d}"
    return f"{minutes}:{rest:02d}" if minutes else f"{rest}s"


def line_character() -> str:
    """Return the character of the bar, one that stdout can encode."""
    try:
        "━".encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return "="
    return "━"
