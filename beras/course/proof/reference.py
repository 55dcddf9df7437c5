"""The reference scores all points, and hears no word of blame."""

from __future__ import annotations

from beras.course.proof.case import Case
from beras.course.proof.finding import Finding, told

__all__ = ["reference"]


def reference(case: Case) -> Finding:
    """Check that every test, public and hidden, passes on the solved reference: a right answer gets no message."""
    run = case.run("reference")
    problems = [*run.problems, *(told(o) for o in run.outcomes if o.outcome == "failed")]
    if not problems and run.score() != case.homework.points:
        problems.append(f"the reference scores {run.score()} of {case.homework.points} points.")
    return Finding("reference", "the reference scores all points", tuple(problems))
