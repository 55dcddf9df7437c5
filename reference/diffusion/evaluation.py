"""Part 6: how good the checker is. Hold its verdicts against labels that people gave."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

__all__ = ["Confusion", "TradeOff", "best_threshold", "confusion", "precision", "recall", "trade_off"]


class Confusion(NamedTuple):
    """How many pictures fell into each of the four boxes. "Positive" means flagged, "true" means rightly so."""

    true_positives: int
    false_positives: int
    false_negatives: int
    true_negatives: int


class TradeOff(NamedTuple):
    """Precision and recall at each threshold; three float64 arrays of one length, the highest threshold first."""

    thresholds: np.ndarray
    precision: np.ndarray
    recall: np.ndarray


def confusion(flagged: np.ndarray, labels: np.ndarray) -> Confusion:
    """Count the verdicts by what they should have been.

    Args:
        flagged: ``(pictures,)`` of bool.
        labels: ``(pictures,)`` of bool: whether the picture should be flagged.

    Raises:
        ValueError: when they have different shapes; the message says both.
    """
    # TASK 6.1: count the four boxes
    # BEGIN SOLUTION
    flagged, labels = np.asarray(flagged, bool), np.asarray(labels, bool)
    if flagged.shape != labels.shape:
        raise ValueError(f"Expected a label for each verdict. Received: shapes {flagged.shape} and {labels.shape}.")
    boxes = (flagged & labels, flagged & ~labels, ~flagged & labels, ~flagged & ~labels)
    return Confusion(*(int(np.sum(box)) for box in boxes))
    # END SOLUTION


def precision(counts: Confusion) -> float:
    """Return the share of the flagged pictures that should be flagged; NaN when nothing is flagged."""
    # TASK 6.2: of the flagged, those that are so rightly
    # BEGIN SOLUTION
    flagged = counts.true_positives + counts.false_positives
    return counts.true_positives / flagged if flagged else math.nan
    # END SOLUTION


def recall(counts: Confusion) -> float:
    """Return the share of the pictures that should be flagged which are flagged; NaN when there is none to find."""
    # TASK 6.2: of those that should be flagged, those that are
    # BEGIN SOLUTION
    wanted = counts.true_positives + counts.false_negatives
    return counts.true_positives / wanted if wanted else math.nan
    # END SOLUTION


def trade_off(scores: np.ndarray, labels: np.ndarray) -> TradeOff:
    """Return precision and recall for every threshold that makes a difference.

    With the threshold ``t`` all pictures with ``score >= t`` are flagged. Each *different* score is a threshold, from
    the highest (few are flagged) to the lowest (all are). Sort once and count as you go (``np.cumsum``): a loop over
    the thresholds that goes through all pictures each time takes minutes for 100,000 of them.

    Args:
        scores: ``(pictures,)``; high means suspicious. Several pictures may have the same score.
        labels: ``(pictures,)`` of bool.

    Raises:
        ValueError: when no label is True: there is nothing to find, and recall means nothing.
    """
    # TASK 6.3: sort by score, count, and keep the last of each score
    # BEGIN SOLUTION
    labels = np.asarray(labels, bool)
    if not labels.any():
        raise ValueError("At least one label must be True. Received: none.")
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    last = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)
    hits = np.cumsum(labels[order])[last]
    return TradeOff(ranked[last], hits / (last + 1), hits / labels.sum())
    # END SOLUTION


def best_threshold(curve: TradeOff, least_recall: float) -> float:
    """Return the threshold with the highest precision among those whose recall is at least ``least_recall``.

    Of several with the same precision it is the one with the highest recall. Precision goes up *and down* along the
    curve, so the first threshold that finds enough need not be the best.

    Raises:
        ValueError: when ``least_recall`` is above 1, so that no threshold will do.
    """
    # TASK 6.4: the best precision where enough is found
    # BEGIN SOLUTION
    if not least_recall <= 1:
        raise ValueError(f"least_recall must be 1 or less. Received: {least_recall}.")
    enough = np.flatnonzero(curve.recall >= least_recall)
    best = curve.precision[enough].max()
    return float(curve.thresholds[enough[curve.precision[enough] == best][-1]])
    # END SOLUTION
