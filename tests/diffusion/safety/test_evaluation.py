"""Precision, recall and the trade-off, against scikit-learn and numbers made by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from beras.diffusion import DiffusionError
from beras.diffusion.safety import Confusion, SafetyScores, confusion, needed_lowering, trade_off


def made(concepts, special=None):
    """Return scores of pictures with these cosines, for thresholds of 0.5 (special care: 0.2)."""
    concepts = np.asarray(concepts, np.float32)
    special = np.full((len(concepts), 1), -1) if special is None else special
    thresholds = np.full(1, 0.2, np.float32), np.full(concepts.shape[1], 0.5, np.float32)
    return SafetyScores(np.asarray(special, np.float32), concepts, *thresholds)


def test_by_hand():
    found = confusion([1, 1, 1, 0, 0, 0, 0], [1, 1, 0, 1, 0, 0, 0])
    assert found == Confusion(true_positives=2, false_positives=1, false_negatives=1, true_negatives=3)
    assert (found.precision, found.recall, found.f1) == (2 / 3, 2 / 3, 2 / 3)
    assert (found.false_alarm_rate, found.accuracy) == (1 / 4, 5 / 7)


@pytest.mark.parametrize("seed", range(5))
def test_as_scikit_learn_has_it(seed):
    metrics = pytest.importorskip("sklearn.metrics")
    flagged, labels = np.random.default_rng(seed).random((2, 50)) < 0.4
    found = confusion(flagged, labels)
    assert [[found.true_negatives, found.false_positives], [found.false_negatives, found.true_positives]] == (
        metrics.confusion_matrix(labels, flagged).tolist()
    )
    assert found.precision == pytest.approx(metrics.precision_score(labels, flagged))
    assert found.recall == pytest.approx(metrics.recall_score(labels, flagged))
    assert found.f1 == pytest.approx(metrics.f1_score(labels, flagged))


def test_a_share_of_nothing_is_nan():
    assert math.isnan(confusion([0, 0], [1, 0]).precision)
    assert math.isnan(confusion([1, 0], [0, 0]).recall)
    assert math.isnan(confusion([1], [1]).false_alarm_rate)
    assert math.isnan(confusion([], []).accuracy)


@pytest.mark.parametrize(
    ("flagged", "labels", "said"),
    [
        ([True, False], [True], "a label for each of 2 pictures. Received: 1"),
        ([0.7, 0.1], [1, 0], "flagged must be True or False"),
        ([1, 0], ["yes", "no"], "labels must be True or False"),
        ([[1, 0]], [1, 0], "in one row"),
        ([1, 0], [1, float("nan")], "labels must be"),
    ],
)
def test_wrong_input_is_named(flagged, labels, said):
    with pytest.raises(DiffusionError, match=said):
        confusion(flagged, labels)


def test_needed_lowering_by_hand():
    # Above by 0.1; below by 0.2; at the edge: 0.0004 above is rounded to 0 and needs a step of 0.001.
    scores = made([[0.6, 0.0], [0.3, 0.1], [0.5004, 0.0]])
    assert needed_lowering(scores).tolist() == [-0.099, 0.201, 0.001]


def test_special_care_counts_in_the_lowering():
    # 0.015 below its threshold. Special care is 0.004 below its own, so that at 0.005 it adds 0.01; the rest is 0.006.
    scores = made([[0.485]], [[0.196]])
    by = needed_lowering(scores)[0]
    assert by == 0.006
    assert scores.lowered(by).flagged.tolist() == [True]
    assert scores.lowered(by - 0.001).flagged.tolist() == [False]


@pytest.mark.parametrize("seed", range(5))
def test_the_needed_lowering_is_where_the_verdict_turns(seed):
    rng = np.random.default_rng(seed)
    scores = SafetyScores(
        rng.uniform(-1, 1, (30, 3)).astype(np.float32),
        rng.uniform(-1, 1, (30, 17)).astype(np.float32),
        rng.uniform(0.5, 1, 3).astype(np.float32),
        rng.uniform(0.5, 1, 17).astype(np.float32),
    )
    for number, by in enumerate(needed_lowering(scores)):
        assert scores[number].lowered(by).flagged[0]
        assert not scores[number].lowered(by - 0.001).flagged[0]


def test_the_trade_off_goes_from_none_to_all():
    scores = made([[0.6], [0.55], [0.3], [0.2]])
    points = trade_off(scores, [True, False, True, False])
    found = [(point.lowered, *point.confusion) for point in points]
    assert found == [
        (-0.1, 0, 0, 2, 2),
        (-0.099, 1, 0, 1, 2),
        (-0.049, 1, 1, 1, 1),
        (0.201, 2, 1, 0, 1),
        (0.301, 2, 2, 0, 0),
    ]


@pytest.mark.parametrize("seed", range(3))
def test_each_point_is_what_the_checker_says_at_those_thresholds(seed):
    rng = np.random.default_rng(seed)
    scores = made(rng.uniform(0.3, 0.7, (25, 4)), rng.uniform(0, 0.4, (25, 1)))
    labels = rng.random(25) < 0.5
    for point in trade_off(scores, labels):
        assert point.confusion == confusion(scores.lowered(point.lowered), labels)


def test_no_pictures_have_no_trade_off():
    empty = made(np.empty((0, 2)), np.empty((0, 1)))
    assert trade_off(empty, []) == []
    assert needed_lowering(empty).tolist() == []
    with pytest.raises(DiffusionError):
        trade_off(made([[0.5]]), [])
