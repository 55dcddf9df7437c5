"""The tests say the same with torch and without: each value that torch gives has a frozen twin."""

from __future__ import annotations

from importlib.util import find_spec

from beras.course.proof.case import Case
from beras.course.proof.finding import Finding, told
from beras.course.testrun import Outcome

__all__ = ["without_torch"]


def without_torch(case: Case) -> Finding:
    """Compare how each test ends on the reference where torch is installed, and where it cannot be imported."""
    if find_spec("torch") is None:
        problems = ['torch is not installed, so only half of this was run: pip install "beras[oracle]".']
        return Finding("torch", _CLAIM, tuple(problems))
    with_torch, without = case.run("reference"), case.run("reference without torch")
    problems = [*with_torch.problems, *without.problems]
    before = {(outcome.file, outcome.case): outcome for outcome in with_torch.outcomes}
    after = {(outcome.file, outcome.case): outcome for outcome in without.outcomes}
    problems += [f"without torch, {told(o)}" for key, o in after.items() if key in before and _differ(o, before[key])]
    problems += [f"only with torch: {'::'.join(key)}" for key in before if key not in after]
    problems += [f"only without torch: {'::'.join(key)}" for key in after if key not in before]
    return Finding("torch", _CLAIM, tuple(problems))


_CLAIM = "the tests say the same with torch and without"


def _differ(one: Outcome, other: Outcome) -> bool:
    return (one.outcome, one.points, one.task) != (other.outcome, other.points, other.task)
