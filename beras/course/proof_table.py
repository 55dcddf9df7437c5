"""A proof as the lines that ``beras course prove`` prints."""

from __future__ import annotations

from collections.abc import Iterator

from beras.course.prove import Proof

__all__ = ["lines"]

#: So many problems of a property are shown.
_SHOWN = 12


def lines(proof: Proof, messages: bool = False) -> Iterator[str]:
    """Yield what is printed of a proof: two lines of numbers, then each property that does not hold, and why.

    With ``messages`` every typical mistake follows with the message that it gets.
    """
    yield f"{proof.name}: {'proven' if proof.ok else 'NOT PROVEN'} in {proof.seconds:.1f} s"
    if proof.score is not None:
        yield from _numbers(proof)
    missed = [found.mistake.name for found in proof.mistakes if found.problem]
    if missed:
        yield f"  NOT CAUGHT: {', '.join(missed)} -> add a test"
    for finding in proof.findings:
        if not finding.ok:
            yield f"  DOES NOT HOLD: {finding.claim}"
            for problem in finding.problems[:_SHOWN]:
                yield "    " + problem.replace("\n", "\n    ")
            if len(finding.problems) > _SHOWN:
                yield f"    ... and {len(finding.problems) - _SHOWN} more (--json shows all)"
    if messages:
        for found in proof.mistakes:
            yield f"  {found.mistake.name}  (task {', '.join(found.mistake.tasks)})"
            yield "    " + (found.message or found.problem).replace("\n", "\n    ")


def _numbers(proof: Proof) -> Iterator[str]:
    score = proof.score
    assert score is not None
    raising = str(score.tasks) if score.raising == score.tasks else f"{score.raising} of {score.tasks}"
    leaking = len(proof.finding("leaks").problems)
    own = "yes" if proof.finding("own file").ok else "NO"
    same = "yes" if proof.finding("torch").ok else "NO"
    hit = sum(not found.problem for found in proof.mistakes)
    yield (
        f"  reference {score.reference}/{score.points} points   stencil {score.stencil}/{score.points} "
        f"({raising} tasks raise NotImplementedError)   leaks {leaking}   skipped {score.skipped}"
    )
    yield (
        f"  the student's own file was graded: {own}    with and without torch the same: {same}    "
        f"typical mistakes caught {hit}/{len(proof.mistakes)}"
    )
