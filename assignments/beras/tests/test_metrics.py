"""Task 1.3: CategoricalAccuracy."""

import numpy as np
import pytest
from Beras.metrics import CategoricalAccuracy
from kit import check_values, untouched

PROBS = np.array([[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.5, 0.1, 0.4], [0.1, 0.2, 0.7], [0.3, 0.4, 0.3]])
LABELS = np.eye(3)[[0, 1, 2, 2, 1]]


@pytest.mark.task("1.3")
@pytest.mark.points(1)
def test_accuracy_counts_samples():
    along_the_batch = np.mean(np.argmax(PROBS, axis=0) == np.argmax(LABELS, axis=0))
    with untouched(probs=PROBS, labels=LABELS):
        check_values(
            CategoricalAccuracy()(PROBS, LABELS),
            0.8,
            "accuracy",
            mistakes={
                "looks for the largest entry over the batch: the classes are the last axis": along_the_batch,
                "is a number of samples, and not a share": 4,
                "is the share of wrong answers": 0.2,
                "compares numbers, and not places: what counts is where the largest entry stands": 0.0,
            },
        )


@pytest.mark.task("1.3")
@pytest.mark.points(1)
def test_accuracy_of_all_right_and_all_wrong():
    check_values(CategoricalAccuracy()(PROBS, np.eye(3)[np.argmax(PROBS, axis=1)]), 1.0, "accuracy of right answers")
    check_values(CategoricalAccuracy()(PROBS, np.eye(3)[np.argmin(PROBS, axis=1)]), 0.0, "accuracy of wrong answers")
