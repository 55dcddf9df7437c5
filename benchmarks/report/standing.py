"""What a contender's rounds come to, and how two contenders compare."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

from benchmarks.measurements import Band

__all__ = ["Ratio", "Standing", "Standings", "ratio", "standings", "within_bands"]


@dataclass(frozen=True)
class Standing:
    """A contender in one case: its value in each round, in seconds or bytes.

    ``note`` says why there is none, or why it does not count; ``accuracy`` is the median over the rounds, None for who
    learns nothing.
    """

    values: dict[int, float] = field(default_factory=dict)
    accuracy: float | None = None
    note: str = ""

    @property
    def counts(self) -> bool:
        """Whether the value may be compared."""
        return bool(self.values) and not self.note

    @property
    def median(self) -> float:
        return median(self.values.values())

    @property
    def spread(self) -> tuple[float, float]:
        """The smallest and the largest value."""
        return min(self.values.values()), max(self.values.values())


#: ``case -> peer -> standing``
Standings = dict[str, dict[str, Standing]]


@dataclass(frozen=True)
class Ratio:
    """The ratio of two medians, and the smallest and largest of the ratios of single rounds; it lies between them."""

    value: float
    low: float
    high: float


def standings(records: Iterable[dict[str, Any]]) -> Standings:
    """Return the standings of all records. One failure in any round is named, for its contender cannot be trusted."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for record in records:
        found.setdefault(record["case"], {}).setdefault(record["peer"], []).append(record)
    return {case: {peer: _standing(some) for peer, some in peers.items()} for case, peers in found.items()}


def _standing(records: list[dict[str, Any]]) -> Standing:
    notes = [record[kind] for record in records for kind in ("missing", "failed") if kind in record]
    accuracies = [record["accuracy"] for record in records if "accuracy" in record]
    return Standing(
        {record["round"]: record["value"] for record in records if "value" in record},
        median(accuracies) if accuracies else None,
        notes[0] if notes else "",
    )


def within_bands(found: Standings, bands: dict[str, Band]) -> Standings:
    """Return the standings with a note on everyone who did not learn what the others did; their times do not count."""
    return {case: _judged(peers, bands[case]) if case in bands else peers for case, peers in found.items()}


def _judged(peers: dict[str, Standing], band: Band) -> dict[str, Standing]:
    accuracies = [s.accuracy for s in peers.values() if s.accuracy is not None]
    if not accuracies:
        return peers
    middle = median(accuracies)
    low, high = max(band.floor, middle - band.tolerance), middle + band.tolerance
    return {
        peer: replace(s, note=f"accuracy {s.accuracy:.4f} is outside {low:.4f} to {high:.4f}")
        if s.accuracy is not None and not s.note and not low <= s.accuracy <= high
        else s
        for peer, s in peers.items()
    }


def ratio(ours: Standing | None, theirs: Standing | None) -> Ratio | None:
    """Return how many times theirs ours is, from the rounds that both have; None where one does not count."""
    if ours is None or theirs is None or not ours.counts or not theirs.counts:
        return None
    rounds = sorted(ours.values.keys() & theirs.values.keys())
    if not rounds:
        return None
    single = [ours.values[r] / theirs.values[r] for r in rounds]
    medians = median(ours.values[r] for r in rounds) / median(theirs.values[r] for r in rounds)
    return Ratio(medians, min(single), max(single))
