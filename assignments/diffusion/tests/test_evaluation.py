"""Part 6: precision, recall, and thresholds moved, on a small labelled set."""

import math

import numpy as np
import pytest
from evaluation import Confusion, TradeOff, best_threshold, confusion, precision, recall, trade_off
from kit import check_values, raises, untouched
from made import LABELS, SCORES, counts_at


@pytest.mark.task("6.1")
@pytest.mark.points(2)
def test_the_four_boxes():
    flagged = [True, True, True, False, False, False, False, True, True, False]
    labels = [True, True, False, True, True, True, False, True, True, False]
    mistakes = {
        "has false positives and false negatives swapped: negative means not flagged": [4, 3, 1, 2],
        "has positives and negatives swapped: positive means flagged": [2, 3, 1, 4],
        "stands in scikit-learn's order: here it is TP, FP, FN, TN": [2, 1, 3, 4],
    }
    ours = confusion(np.array(flagged), np.array(labels))
    check_values(ours, [4, 1, 3, 2], "table of counts", mistakes=mistakes)
    check_values(confusion(flagged, labels), [4, 1, 3, 2], "table of counts of lists")
    for threshold in (-0.1, 0.0, 0.05):
        flags = np.greater_equal(SCORES, threshold)
        check_values(confusion(flags, LABELS), counts_at(threshold), f"counts at {threshold:g}")


@pytest.mark.task("6.1")
@pytest.mark.points(1)
def test_a_label_for_each_verdict():
    with raises(ValueError, ["(3,)", "(4,)"]):
        confusion(np.zeros(3, bool), np.zeros(4, bool))
    with raises(ValueError, ["(3,)", "(1,)"]):
        confusion(np.zeros(3, bool), np.zeros(1, bool))


COUNTS = Confusion(6, 2, 4, 88)


@pytest.mark.task("6.2")
@pytest.mark.points(2)
def test_precision_and_recall():
    of_precision = {
        "is the recall: precision divides by all that are flagged": 0.6,
        "is the accuracy: the true negatives have no part in it": 0.94,
        "divides by all pictures": 0.06,
    }
    of_recall = {
        "is the precision: recall divides by all that should be flagged": 0.75,
        "is the accuracy: the true negatives have no part in it": 0.94,
        "is the share of the others that are rightly passed": 88 / 90,
    }
    check_values(precision(COUNTS), 0.75, "precision", mistakes=of_precision)
    check_values(recall(COUNTS), 0.6, "recall", mistakes=of_recall)


@pytest.mark.task("6.2")
@pytest.mark.points(1)
def test_a_share_of_nothing():
    for function, counts in ((precision, Confusion(0, 0, 4, 6)), (recall, Confusion(0, 3, 0, 7))):
        try:
            ours = function(counts)
        except ZeroDivisionError:
            pytest.fail(f"{function.__name__} divides by zero where there is nothing to divide by: return math.nan")
        invented = f"{function.__name__} of nothing is {ours}: nobody knows it, and that is NaN"
        assert math.isnan(ours), invented
    check_values(precision(Confusion(0, 3, 1, 0)), 0.0, "precision without a hit")


@pytest.mark.task("6.3")
@pytest.mark.points(4)
def test_the_whole_curve():
    right = sorted(set(SCORES.tolist()), reverse=True)
    boxes = np.array([counts_at(threshold) for threshold in right], float)
    with untouched(scores=SCORES, labels=LABELS):
        curve = trade_off(SCORES, LABELS)
    assert len(curve) == 3, f"return thresholds, precision and recall. Received: {len(curve)} values"
    thresholds, precisions, recalls = map(np.asarray, curve)
    count = len(thresholds)
    assert count != 40, f"40 pictures have {len(right)} different scores, and as many thresholds: keep the last of each"
    check_values(thresholds, right, "row of thresholds", mistakes={"goes up: the highest comes first": right[::-1]})
    above = np.greater(SCORES, np.array(right)[:, None])
    one_more = np.array([LABELS[threshold == SCORES][0] for threshold in right])
    early = (above @ LABELS.astype(int) + one_more) / (above.sum(1) + 1)
    of_precision = {
        "counts only the first of the pictures that share a score: all of them are flagged": early,
        "is the recall": boxes[:, 0] / (boxes[:, 0] + boxes[:, 2]),
        "divides by one too few: place 0 is the first picture": boxes[:, 0] / np.maximum(boxes[:, :2].sum(1) - 1, 1e-9),
    }
    check_values(precisions, boxes[:, 0] / boxes[:, :2].sum(1), "row of precisions", mistakes=of_precision)
    of_recall = {
        "divides by all pictures: divide by those that should be flagged": boxes[:, 0] / len(SCORES),
        "is the share of the false alarms": boxes[:, 1] / boxes[:, 1].max(),
    }
    check_values(recalls, boxes[:, 0] / LABELS.sum(), "row of recalls", mistakes=of_recall)


@pytest.mark.task("6.3")
@pytest.mark.points(1)
def test_all_equal_and_none_to_find():
    thresholds, precisions, recalls = trade_off(np.zeros(4), np.array([True, False, False, False]))
    check_values(thresholds, [0.0], "row of thresholds of equal scores")
    check_values(precisions, [0.25], "row of precisions of equal scores")
    check_values(recalls, [1.0], "row of recalls of equal scores")
    with np.errstate(all="ignore"), raises(ValueError):
        trade_off(SCORES, np.zeros(len(SCORES), bool))


@pytest.mark.task("6.3")
@pytest.mark.points(1)
@pytest.mark.timeout(4)
@pytest.mark.hint("np.argsort once, np.cumsum once, and places where np.diff is not 0")
def test_many_pictures():
    draw = np.random.RandomState(8)
    labels = draw.uniform(size=200_000) < 0.3
    scores = draw.standard_normal(200_000) + labels
    thresholds, precisions, recalls = trade_off(scores, labels)
    place = 70_000
    chosen = scores >= thresholds[place]
    check_values(precisions[place], labels[chosen].mean(), "precision of 70,001 flagged pictures")
    check_values(recalls[place], labels[chosen].sum() / labels.sum(), "recall of 70,001 flagged pictures")


CURVE = TradeOff(
    thresholds=np.array([0.9, 0.7, 0.5, 0.3, 0.2, 0.1]),
    precision=np.array([1.0, 0.5, 0.75, 0.6, 0.75, 0.4]),
    recall=np.array([0.2, 0.4, 0.6, 0.6, 0.8, 1.0]),
)


@pytest.mark.task("6.4")
@pytest.mark.points(3)
def test_the_best_threshold():
    first = {"is the first that finds enough: one further on may be more precise": 0.7}
    check_values(best_threshold(CURVE, 0.0), 0.9, "threshold for any recall")
    only = {"is the most precise of all: it must find enough besides": 0.9, **first}
    check_values(best_threshold(CURVE, 0.3), 0.2, "threshold for a recall of 0.3", mistakes={**only, LOW: 0.5})
    check_values(best_threshold(CURVE, 0.6), 0.2, "threshold for a recall of 0.6", mistakes={LOW: 0.5})
    strict = {"leaves out a recall that is just enough: at least means from there on": 0.1}
    check_values(best_threshold(CURVE, 0.8), 0.2, "threshold for a recall of 0.8", mistakes=strict)
    check_values(best_threshold(CURVE, 1.0), 0.1, "threshold for a recall of 1")
    with raises(ValueError, "1.1"):
        best_threshold(CURVE, 1.1)


LOW = "has the lower recall of two that are equally precise: take the one that finds more"
