"""The rule of Stable Diffusion's safety checker: from cosines and thresholds to verdicts, in NumPy.

The checker compares the embedding of a picture with 17 concepts and 3 that need special care. A cosine above a
concept's threshold flags the picture; when one of the special three is above its own, every later threshold, of the
special ones too, is 0.01 lower. Scores are rounded to three decimals before they are held against 0, so that a cosine
up to 0.0005 above its threshold does not count.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

__all__ = ["ADJUSTMENT", "DECIMALS", "Verdicts", "judge"]

#: By how much every later threshold is lower once a special-care concept was found.
ADJUSTMENT = 0.01
#: To how many decimals a score is rounded.
DECIMALS = 3


class Verdicts(NamedTuple):
    """What `judge` finds for each picture; a score above 0 counts."""

    #: ``(pictures, special)`` and ``(pictures, concepts)``: rounded cosine - threshold + adjustment.
    special_scores: np.ndarray
    concept_scores: np.ndarray
    #: ``(pictures,)``: 0.01 where a special-care concept was found, else 0.
    adjustment: np.ndarray


def judge(
    special_cosines: np.ndarray,
    concept_cosines: np.ndarray,
    special_thresholds: np.ndarray,
    concept_thresholds: np.ndarray,
) -> Verdicts:
    """Return the scores that decide about each picture.

    ``score = round(cosine - threshold + adjustment, 3)``, in float32 and from left to right, as the checker of
    diffusers computes it one number at a time (``StableDiffusionSafetyChecker.forward``). The adjustment is 0 until a
    special-care score is above 0, and 0.01 from the next special-care concept on. All are float32.

    Args:
        special_cosines: ``(pictures, special)``.
        concept_cosines: ``(pictures, concepts)``.
        special_thresholds: ``(special,)``.
        concept_thresholds: ``(concepts,)``.

    >>> f = lambda *values: np.array(values, "float32")
    >>> judge(f([0.2], [0.4]), f([0.305], [0.305]), f(0.3), f(0.31)).concept_scores
    array([[-0.005],
           [ 0.005]], dtype=float32)
    """
    adjustment = np.zeros(len(concept_cosines), np.float32)
    special_scores = np.empty_like(special_cosines, dtype=np.float32)
    for number, threshold in enumerate(special_thresholds):
        special_scores[:, number] = np.round(special_cosines[:, number] - threshold + adjustment, DECIMALS)
        adjustment[special_scores[:, number] > 0] = ADJUSTMENT
    concept_scores = np.round(concept_cosines - concept_thresholds + adjustment[:, None], DECIMALS)
    return Verdicts(special_scores, concept_scores, adjustment)
