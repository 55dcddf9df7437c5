"""A small labelled set: scores of a checker that is good and not perfect, and what people said of the pictures."""

import numpy as np

DRAW = np.random.RandomState(7)
#: 40 pictures, 12 of which should be flagged; scores with two decimals, so that some are equal.
LABELS = np.arange(40) % 10 < 3
SCORES = np.round(DRAW.normal(np.where(LABELS, 0.06, -0.04), 0.06), 2)


def counts_at(threshold):
    """Return true and false positives, false and true negatives, one picture after the other."""
    boxes = {(True, True): 0, (True, False): 0, (False, True): 0, (False, False): 0}
    for score, label in zip(SCORES.tolist(), LABELS.tolist()):
        boxes[score >= threshold, label] += 1
    return list(boxes.values())
