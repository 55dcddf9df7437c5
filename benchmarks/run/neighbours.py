"""How much of the machine other programs took while something was measured."""

from __future__ import annotations

import sys
from time import perf_counter

__all__ = ["Neighbours"]


class Neighbours:
    """A block around a child process; ``processors`` is then how many processors worked for somebody else, on average.

    It is None where psutil is not installed, and on Windows, which does not say what children took. Time that the host
    of a virtual machine took away counts as somebody else's.
    """

    processors: float | None = None

    def __enter__(self) -> Neighbours:
        self._start, self._others = perf_counter(), _seconds_of_others()
        return self

    def __exit__(self, *raised: object) -> None:
        others = _seconds_of_others()
        if others is not None and self._others is not None:
            self.processors = max(0.0, (others - self._others) / (perf_counter() - self._start))


def _seconds_of_others() -> float | None:
    """Return what all processors together have worked, less what this process and its ended children have."""
    try:
        import psutil
    except ImportError:
        return None
    if sys.platform == "win32":
        return None
    everybody, us = psutil.cpu_times(), psutil.Process().cpu_times()
    worked = sum(getattr(everybody, name, 0.0) for name in ("user", "nice", "system", "irq", "softirq", "steal"))
    return worked - (us.user + us.system + us.children_user + us.children_system)
