"""The graded file is the student's, whatever else is on the path."""

from __future__ import annotations

from pathlib import Path

from beras.course.proof.case import Case
from beras.course.proof.finding import Finding, told
from beras.course.proof.stencil import is_to_do

__all__ = ["own_file"]


def own_file(case: Case) -> Finding:
    """Run the stencil where the solved reference and a kit that finds all right stand first on PYTHONPATH.

    Every test must still end at what the stencil raises, and every module must come from the student's folder.
    """
    run = case.run("poisoned")
    known = [task.id for task in case.homework.tasks]
    problems = list(run.problems)
    problems += [
        f"with the reference on the path, {told(outcome)}"
        for outcome in run.outcomes
        if not is_to_do(outcome, known) and (outcome.outcome == "passed" or not _is_local(outcome.raised_in))
    ]
    loaded = {name: file for name, file in run.files.items() if file is not None}
    problems += [f"module {name} was loaded from {file}." for name, file in loaded.items() if not _is_local(file)]
    if not problems and not set(loaded) - {"kit"}:
        problems.append("the tests import none of the student's modules.")
    return Finding("own file", "the graded file is the student's own", tuple(problems))


def _is_local(file: str) -> bool:
    """Say whether a file lies in the folder that is graded: then its path is relative to it."""
    return not Path(file).is_absolute()
