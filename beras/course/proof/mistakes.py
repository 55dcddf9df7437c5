"""Typical mistakes are caught by the public tests, each with a message that names it."""

from __future__ import annotations

from dataclasses import dataclass

from beras.course.proof.bank import Mistake
from beras.course.proof.case import Case
from beras.course.proof.finding import Finding, first_lines

__all__ = ["LEAST", "Caught", "caught", "mistakes"]

#: So many a homework must have.
LEAST = 12


@dataclass(frozen=True)
class Caught:
    """What became of one mistake: the message that it gets, or why it is not caught."""

    mistake: Mistake
    message: str
    problem: str = ""


def mistakes(case: Case, least: int = LEAST) -> Finding:
    """Check that there are enough mistakes in the bank, and that each is caught."""
    problems = [f"{found.mistake.name}: {found.problem}" for found in caught(case) if found.problem]
    if len(case.bank) < least:
        problems.append(f"the bank holds {len(case.bank)} mistakes, and {least} are the least.")
    return Finding("mistakes", "typical mistakes are caught, and named", tuple(problems))


def caught(case: Case) -> list[Caught]:
    """Return what became of each mistake in the bank."""
    return [_caught(case, mistake) for mistake in case.bank]


def _caught(case: Case, mistake: Mistake) -> Caught:
    problem = mistake.problem(case.homework)
    if problem:
        return Caught(mistake, "", problem)
    run = case.run(f"mistake: {mistake.name}")
    if run.problems:
        return Caught(mistake, "", first_lines(run.problems[0], 3))
    failed = [outcome for outcome in run.outcomes if outcome.outcome == "failed"]
    passing = [id for id in mistake.tasks if not any(outcome.task == id for outcome in failed)]
    if passing:
        return Caught(mistake, "", f"the public tests of task {' and '.join(passing)} pass: add a test.")
    named = [outcome for outcome in failed if _plain(mistake.says) in _plain(outcome.message)]
    if not named:
        message = first_lines(failed[0].message, 2)
        return Caught(mistake, message, f"no message says {mistake.says!r}. The first: {message!r}.")
    return Caught(mistake, named[0].message)


def _plain(text: str) -> str:
    return " ".join(text.lower().split())
