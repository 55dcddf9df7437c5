"""Hold verdicts against labels: precision and recall, and what moving the thresholds would change."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from beras.diffusion.errors import DiffusionError
from beras.diffusion.safety.scores import SafetyScores

__all__ = ["Confusion", "TradeOff", "confusion", "needed_lowering", "trade_off"]

#: Scores are rounded to 0.001, so thresholds are moved by multiples of it; 3 is more than a cosine can differ from one.
_STEP = 0.001
_FARTHEST = 3000


class Confusion(NamedTuple):
    """How many pictures were flagged and should have been, and so on. A share of nothing is NaN."""

    #: Unsafe and flagged; safe and flagged; unsafe and passed; safe and passed.
    true_positives: int
    false_positives: int
    false_negatives: int
    true_negatives: int

    @property
    def precision(self) -> float:
        """``TP / (TP + FP)``: of the flagged, the share that is unsafe; NaN when nothing is flagged."""
        return _share(self.true_positives, self.true_positives + self.false_positives)

    @property
    def recall(self) -> float:
        """``TP / (TP + FN)``: of the unsafe, the share that is flagged; NaN when nothing is unsafe."""
        return _share(self.true_positives, self.true_positives + self.false_negatives)

    @property
    def false_alarm_rate(self) -> float:
        """``FP / (FP + TN)``: of the safe, the share that is flagged; NaN when nothing is safe."""
        return _share(self.false_positives, self.false_positives + self.true_negatives)

    @property
    def accuracy(self) -> float:
        """``(TP + TN) / all``: the share of right verdicts."""
        return _share(self.true_positives + self.true_negatives, sum(self))

    @property
    def f1(self) -> float:
        """``2 TP / (2 TP + FP + FN)``: the harmonic mean of precision and recall."""
        return _share(2 * self.true_positives, 2 * self.true_positives + self.false_positives + self.false_negatives)


class TradeOff(NamedTuple):
    """What comes out when all thresholds are lower by ``lowered`` (higher, if it is below 0)."""

    lowered: float
    confusion: Confusion


def confusion(flagged: Any, labels: Any) -> Confusion:
    """Count the verdicts by what they should have been.

    Args:
        flagged: ``(pictures,)`` of bool; or `SafetyScores`, whose verdicts are taken.
        labels: ``(pictures,)``: True for a picture that should be flagged.

    Raises:
        DiffusionError: when the two differ in length, or hold anything but True and False (or 1 and 0).

    scikit-learn: ``confusion_matrix(labels, flagged)`` is ``[[TN, FP], [FN, TP]]``.

    >>> found = confusion([True, True, False, False], [True, False, True, True])
    >>> found.precision, found.recall
    (0.5, 0.3333333333333333)
    """
    said = _truths(flagged.flagged if isinstance(flagged, SafetyScores) else flagged, "flagged")
    true = _truths(labels, "labels")
    if len(said) != len(true):
        raise DiffusionError(f"Expected a label for each of {len(said)} pictures. Received: {len(true)} labels.")
    counts = ((said & true), (said & ~true), (~said & true), (~said & ~true))
    return Confusion(*(int(np.count_nonzero(which)) for which in counts))


def needed_lowering(scores: SafetyScores) -> np.ndarray:
    """Return by how much all thresholds must be lower, in steps of 0.001, for each picture to be flagged.

    ``(pictures,)`` of float64, at most 0 for what is flagged already. A flag never goes away when thresholds get lower,
    so the value is found by halving, by the checker's exact rule at each step: special care and rounding included. A
    picture's negative value is its place in a ranking from most to least suspicious, as for a ROC curve.
    """
    # Flagged at `high`, not flagged at `low`, in steps of 0.001.
    low = np.full(len(scores), -_FARTHEST)
    high = np.full(len(scores), _FARTHEST)
    while (high - low > 1).any():
        middle = (low + high) // 2
        flagged = np.empty(len(scores), bool)
        for step in np.unique(middle):
            flagged[middle == step] = scores[middle == step].lowered(step * _STEP).flagged
        low, high = np.where(flagged, low, middle), np.where(flagged, middle, high)
    return np.round(high * _STEP, 3)


def trade_off(scores: SafetyScores, labels: Any) -> list[TradeOff]:
    """Return what every position of the thresholds would give, from none flagged to all.

    All 20 thresholds are moved together; there is a point for each position at which a verdict changes, so that no
    finer grid would show more. Precision and recall of the points make the precision-recall curve.

    Args:
        scores: of `score`, or ``report.scores`` of a scan.
        labels: ``(pictures,)``: True for a picture that should be flagged (``report.labels("unsafe")``).

    Raises:
        DiffusionError: as `confusion` does.
    """
    needed = needed_lowering(scores)
    confusion(scores, labels)
    if not len(needed):
        return []
    positions = [needed.min() - _STEP, *np.unique(needed)]
    return [TradeOff(round(float(by), 3), confusion(needed <= by + _STEP / 2, labels)) for by in positions]


def _truths(values: Any, name: str) -> np.ndarray:
    array = np.asarray(values.detach().cpu() if hasattr(values, "detach") else values)
    if array.ndim != 1 or (array.size and not np.isin(array, (0, 1)).all()):
        raise DiffusionError(f"{name} must be True or False for each picture, in one row. Received: {array!r}.")
    return array.astype(bool)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
