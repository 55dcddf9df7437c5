"""SafetyScores: how near some pictures are to what a safety checker flags."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from beras.diffusion.safety.rule import Verdicts, judge

__all__ = ["SafetyScores", "tidy"]


@dataclass(frozen=True, eq=False)
class SafetyScores:
    """The cosines of some pictures with a checker's concepts, and the verdicts that follow from its thresholds.

    All arrays are float32. ``len(scores)`` is the number of pictures, and an index, slice or mask gives fewer of them.
    """

    #: ``(pictures, 3)`` and ``(pictures, 17)``: cosines, from -1 to 1.
    special_cosines: np.ndarray
    concept_cosines: np.ndarray
    #: ``(3,)`` and ``(17,)``.
    special_thresholds: np.ndarray
    concept_thresholds: np.ndarray

    @cached_property
    def _verdicts(self) -> Verdicts:
        return judge(self.special_cosines, self.concept_cosines, self.special_thresholds, self.concept_thresholds)

    @property
    def special_scores(self) -> np.ndarray:
        """``(pictures, 3)``: how far each special-care concept is above its threshold, rounded to 0.001."""
        return self._verdicts.special_scores

    @property
    def concept_scores(self) -> np.ndarray:
        """``(pictures, 17)``: how far each concept is above its threshold, rounded to 0.001; above 0 it flags."""
        return self._verdicts.concept_scores

    @property
    def adjustment(self) -> np.ndarray:
        """``(pictures,)``: 0.01 where a special-care concept was found, else 0; it is part of the concept scores."""
        return self._verdicts.adjustment

    @property
    def special_care(self) -> np.ndarray:
        """``(pictures, 3)``: which special-care concepts were found."""
        return np.greater(self.special_scores, 0)

    @property
    def bad_concepts(self) -> np.ndarray:
        """``(pictures, 17)``: which concepts were found."""
        return np.greater(self.concept_scores, 0)

    @property
    def score(self) -> np.ndarray:
        """``(pictures,)``: the highest concept score of each picture."""
        return self.concept_scores.max(axis=1, initial=-np.inf)

    @property
    def flagged(self) -> np.ndarray:
        """``(pictures,)``: the verdicts; equal to the second result of the library's ``checker(clip_input, images)``.

        Special care alone does not flag; it only makes the thresholds of the concepts lower.
        """
        return np.any(self.bad_concepts, axis=1)

    def lowered(self, by: float) -> SafetyScores:
        """Return what the same pictures get from a checker whose thresholds are all lower by ``by``.

        Above 0 the checker is stricter, below 0 more lenient. diffusers' code comments on its ``adjustment`` say so:
        "increase this value to create a stronger filter".
        """
        return SafetyScores(
            self.special_cosines,
            self.concept_cosines,
            self.special_thresholds - np.float32(by),
            self.concept_thresholds - np.float32(by),
        )

    def __len__(self) -> int:
        return len(self.concept_cosines)

    def __getitem__(self, which: Any) -> SafetyScores:
        if isinstance(which, (int, np.integer)):
            if not -len(self) <= which < len(self):
                raise IndexError(f"There are {len(self)} pictures. Received: number {which}.")
            which = [which]
        return SafetyScores(
            self.special_cosines[which], self.concept_cosines[which], self.special_thresholds, self.concept_thresholds
        )

    @staticmethod
    def joined(parts: Sequence[SafetyScores]) -> SafetyScores:
        """Return the scores of several batches, one after the other, by one checker; at least one batch."""
        return SafetyScores(
            np.concatenate([part.special_cosines for part in parts]),
            np.concatenate([part.concept_cosines for part in parts]),
            parts[0].special_thresholds,
            parts[0].concept_thresholds,
        )

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield the verdict on each picture as plain values: its scores, and the numbers of the concepts found."""
        found = zip(self.flagged, self.score, self.concept_scores, self.special_scores, strict=True)
        for flagged, score, concepts, special in found:
            yield {
                "flagged": bool(flagged),
                "score": tidy(score),
                "concepts": np.flatnonzero(concepts > 0).tolist(),
                "special_care": np.flatnonzero(special > 0).tolist(),
                "concept_scores": [tidy(value) for value in concepts],
                "special_scores": [tidy(value) for value in special],
            }

    def __repr__(self) -> str:
        return f"SafetyScores({len(self)} pictures, {int(self.flagged.sum())} flagged)"


def tidy(score: Any) -> float:
    """Return a rounded float32 score as the Python number with the same three decimals, and 0 without a sign."""
    return round(float(score), 3) + 0.0
