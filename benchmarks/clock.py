"""How long one call takes."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

__all__ = ["seconds_per_call"]

#: Loops shorter than this are lost in the clock's and the scheduler's noise.
SHORTEST_LOOP = 0.005


def seconds_per_call(call: Callable[[], Any], budget: float) -> float:
    """Return the median time of a call, over as many loops of calls as fit into ``budget`` seconds, three at least.

    The calls before the first loop, which compile, allocate and fill caches, do not count.
    """
    calls = 1
    while (elapsed := _loop(call, calls)) < SHORTEST_LOOP:
        calls = max(2 * calls, int(calls * SHORTEST_LOOP / max(elapsed, 1e-9)))
    loops: list[float] = []
    begin = perf_counter()
    while len(loops) < 3 or perf_counter() - begin < budget:
        loops.append(_loop(call, calls) / calls)
    return median(loops)


def _loop(call: Callable[[], Any], calls: int) -> float:
    start = perf_counter()
    for _ in range(calls):
        call()
    return perf_counter() - start
