"""What a user must hear of a generation that went well, and not as one might expect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from beras.diffusion.plan import Plan

__all__ = ["about_pictures", "about_plan"]


def about_plan(plan: Plan, truncated: Sequence[str], truncated_negatives: Sequence[str]) -> list[str]:
    """Return what is said before the first step: the guidance is off, or words were cut off."""
    sentences = []
    if not plan.is_guided:
        unused = " The negative prompt is not used." if any(plan.negatives) else ""
        sentences.append(f"There is no guidance, since guidance={plan.guidance:g} is not above 1.{unused}")
    for name, texts in (("prompt", truncated), ("negative prompt", truncated_negatives)):
        for number, text in enumerate(texts, start=1):
            if text:
                which = f"The {name}" if len(texts) == 1 else f"{name.capitalize()} {number}"
                sentences.append(f"{which} is too long for the text encoder, which never saw its end: {text!r}.")
    return sentences


def about_pictures(flagged: Sequence[bool] | None) -> list[str]:
    """Return what is said at the end: which pictures are black, and why.

    >>> about_pictures([False]), about_pictures(None)
    ([], ['No safety checker looked at the pictures: this pipeline has none.'])
    """
    if flagged is None:
        return ["No safety checker looked at the pictures: this pipeline has none."]
    if not any(flagged):
        return []
    numbers = [str(number) for number, is_flagged in enumerate(flagged, start=1) if is_flagged]
    which = "The picture is" if len(flagged) == 1 else f"Of {len(flagged)} pictures, {', '.join(numbers)} are"
    if len(flagged) > 1 and len(numbers) == 1:
        which = f"Picture {numbers[0]} of {len(flagged)} is"
    return [f"{which} black, because the safety checker flagged it. Another prompt or seed gives another picture."]
