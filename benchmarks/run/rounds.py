"""All jobs, round after round, so that what slows the machine for a while slows everybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.run.plan import Job

__all__ = ["run_rounds", "turns"]

Record = dict[str, Any]


def turns(groups: list[list[Job]], rounds: int) -> Iterator[tuple[int, Job]]:
    """Yield ``(round, job)``: in each round all groups, in each group every contender, another one first each time."""
    for number in range(rounds):
        for group in groups:
            first = number % len(group)
            for job in group[first:] + group[:first]:
                yield number, job


def run_rounds(
    groups: list[list[Job]], rounds: int, run: Callable[[Job], list[Record]], heard: Callable[[Record], None]
) -> None:
    """Call ``run`` with each job in its turn, and ``heard`` with each record; who is not there is not asked again."""
    absent: set[str] = set()
    for number, job in turns(groups, rounds):
        if number and job.peer in absent:
            continue
        for record in run(job):
            if "missing" in record:
                absent.add(job.peer)
            heard({**record, "round": number})
