"""Which goals are met."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from textwrap import shorten

from benchmarks.goals import GOALS, Goal
from benchmarks.measurements import MEASUREMENTS
from benchmarks.report.standing import Ratio, Standings, ratio

__all__ = ["Verdict", "verdicts"]


@dataclass(frozen=True)
class Verdict:
    """A goal, what was found, and ``met``, ``missed`` or ``not judged``, that one with its reason."""

    goal: Goal
    found: Ratio | None
    state: str
    reason: str = ""


def verdicts(found: Standings, goals: Iterable[Goal] = GOALS) -> list[Verdict]:
    """Return a verdict on each goal, from the medians; whether noise could turn it is in the spread beside it."""
    return [_verdict(goal, found) for goal in goals]


def _verdict(goal: Goal, found: Standings) -> Verdict:
    peers = found.get(goal.case, {})
    for name in ("beras", *([goal.against] if goal.against else [])):
        if name not in peers or not peers[name].counts:
            why = shorten(peers[name].note, 50, placeholder=" ...") if name in peers else "not measured"
            return Verdict(goal, None, "not judged", f"{name}: {why}")
    value = _absolute(goal, found) if goal.against is None else ratio(peers["beras"], peers[goal.against])
    if value is None:
        return Verdict(goal, None, "not judged", f"beras and {goal.against} share no round")
    return Verdict(goal, value, "met" if value.value <= goal.at_most else "missed")


def _absolute(goal: Goal, found: Standings) -> Ratio:
    standing = found[goal.case]["beras"]
    factor = MEASUREMENTS[goal.case.split("/")[0]].factor
    return Ratio(standing.median * factor, *(end * factor for end in standing.spread))
