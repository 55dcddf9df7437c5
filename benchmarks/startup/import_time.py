"""Seconds of an import in an interpreter that has imported nothing."""

from __future__ import annotations

import subprocess
import sys
from statistics import median

__all__ = ["seconds_of_import"]

PROBE = "from time import perf_counter; t = perf_counter(); import {}; print(perf_counter() - t)"


def seconds_of_import(module: str, *, interpreters: int) -> dict[str, float]:
    """Return the median over so many fresh interpreters; one more goes first, to write and cache the bytecode."""
    times = [_once(module) for _ in range(interpreters + 1)][1:]
    return {"value": median(times), "fastest": min(times)}


def _once(module: str) -> float:
    run = subprocess.run([sys.executable, "-c", PROBE.format(module)], capture_output=True, text=True, check=True)
    return float(run.stdout)
