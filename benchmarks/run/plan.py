"""What is asked for, turned into jobs: one process each."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.measurements import MEASUREMENTS, Entry
from benchmarks.workloads import FULL, Size

__all__ = ["Job", "Selection", "jobs"]


@dataclass(frozen=True)
class Selection:
    """What is run; an empty choice stands for everything. Variants that belong to no workload are in each choice."""

    measurements: Collection[str] = ()
    workloads: Collection[str] = ()
    peers: Collection[str] = ()
    size: Size = FULL


@dataclass(frozen=True)
class Job:
    """A contender with the variants, ``name -> arguments``, that one process measures."""

    measurement: str
    peer: str
    entry: Entry
    variants: dict[str, dict[str, Any]]

    @property
    def cases(self) -> list[str]:
        """``measurement/variant`` of each."""
        return [f"{self.measurement}/{variant}" for variant in self.variants]


def jobs(selection: Selection) -> list[list[Job]]:
    """Return the jobs, those together that are run in turn and compared."""
    return [
        [Job(name, peer, entry, {v: variants[v] | entry.arguments for v in group}) for peer, entry in entries.items()]
        for name, variants, entries in _chosen(selection)
        for group in ([list(variants)] if MEASUREMENTS[name].share_process else [[v] for v in variants])
    ]


def _chosen(selection: Selection) -> Iterator[tuple[str, dict[str, dict[str, Any]], dict[str, Entry]]]:
    for name, measurement in MEASUREMENTS.items():
        variants = {
            variant: made.arguments
            for variant, made in measurement.variants(selection.size).items()
            if not selection.workloads or made.workload in {None, *selection.workloads}
        }
        entries = {
            peer: entry for peer, entry in measurement.entries.items() if not selection.peers or peer in selection.peers
        }
        if (not selection.measurements or name in selection.measurements) and variants and entries:
            yield name, variants, entries
