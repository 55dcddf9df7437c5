"""Further checks of parts 5 and 6: the rule one number at a time, and folders and curves of other sizes."""

import numpy as np
import pytest
from checker import scan, verdicts
from evaluation import best_threshold, trade_off
from kit import check_values


def one_by_one(special_cosines, concept_cosines, special_thresholds, concept_thresholds):
    """The rule in float32, picture after picture and concept after concept, as the library writes it."""
    flags = []
    for special, concepts in zip(special_cosines, concept_cosines):
        more = 0.0
        for cosine, threshold in zip(special, special_thresholds):
            if round(cosine - threshold + more, 3) > 0:
                more = 0.01
        flags.append(any(round(c - t + more, 3) > 0 for c, t in zip(concepts, concept_thresholds)))
    return flags


@pytest.mark.task("5.3")
@pytest.mark.points(2)
def test_a_thousand_pictures_in_float32():
    draw = np.random.RandomState(2)
    special, concepts = (draw.uniform(0.1, 0.3, (1000, n)).astype(np.float32) for n in (3, 17))
    limits = [draw.uniform(0.29, 0.31, n).astype(np.float32) for n in (3, 17)]
    _, flags = verdicts(special, concepts, *limits)
    right = one_by_one(special, concepts, *limits)
    assert 100 < sum(right) < 900
    check_values(np.asarray(flags, int), np.array(right, int), "row of flags")


@pytest.mark.task("5.4")
@pytest.mark.points(1)
def test_nothing_and_nothing_readable():
    def read(path):
        raise OSError(f"{path}: no picture")

    def look(pictures):
        raise AssertionError("there is nothing to look at")

    assert not scan([], read, look).errors
    found = scan(["a", "b", "c"], read, look, batch_size=2)
    assert found.flagged == {}
    assert sorted(found.errors) == [0, 1, 2], f"all three must be noted. Received: {found.errors}"


@pytest.mark.task("6.3")
@pytest.mark.points(1)
def test_curves_of_random_scores():
    for seed in range(5):
        draw = np.random.RandomState(seed)
        scores, labels = draw.randint(0, 9, 60), draw.uniform(size=60) < 0.4
        for threshold, share, found in zip(*trade_off(scores, labels)):
            chosen = scores >= threshold
            check_values([share, found], [labels[chosen].mean(), chosen[labels].mean()], "precision and recall")


@pytest.mark.task("6.4")
@pytest.mark.points(1)
def test_the_best_threshold_of_a_curve():
    draw = np.random.RandomState(9)
    labels = draw.uniform(size=300) < 0.2
    curve = trade_off(np.round(draw.standard_normal(300) + 2 * labels, 1), labels)
    for least in (0.5, 0.9, 0.99):
        place = int(np.flatnonzero(curve.thresholds == best_threshold(curve, least))[0])
        assert curve.recall[place] >= least
        better = [p for p, r in zip(curve.precision, curve.recall) if r >= least and p > curve.precision[place]]
        assert not better, f"for a recall of {least} there is a threshold with the precision {max(better):.3f}"
