"""Confusion, precision, recall and the trade-off, against scikit-learn."""

import numpy as np
import pytest

metrics = pytest.importorskip("sklearn.metrics")


@pytest.mark.parametrize("seed", range(4))
def test_the_counts_and_shares(seed):
    from evaluation import confusion, precision, recall

    draw = np.random.default_rng(seed)
    flagged, labels = draw.random((2, 200)) < [[0.2], [0.3]]
    counts = confusion(flagged, labels)
    [tn, fp], [fn, tp] = metrics.confusion_matrix(labels, flagged).tolist()
    assert tuple(counts) == (tp, fp, fn, tn)
    assert precision(counts) == pytest.approx(metrics.precision_score(labels, flagged))
    assert recall(counts) == pytest.approx(metrics.recall_score(labels, flagged))


@pytest.mark.parametrize("decimals", [0, 1, 8])
def test_the_curve(decimals):
    from evaluation import trade_off

    draw = np.random.default_rng(decimals)
    labels = draw.random(500) < 0.25
    scores = np.round(draw.normal(size=500) + labels, decimals)
    curve = trade_off(scores, labels)
    precision, recall, thresholds = metrics.precision_recall_curve(labels, scores)
    # scikit-learn goes from the lowest threshold up, and adds a last point (1, 0) that has none.
    np.testing.assert_array_equal(curve.thresholds, thresholds[::-1])
    np.testing.assert_allclose(curve.precision, precision[:-1][::-1])
    np.testing.assert_allclose(curve.recall, recall[:-1][::-1])
    assert (np.diff(curve.recall) >= 0).all()


def test_the_curve_is_that_of_moved_thresholds(solution):
    """The same curve as beras.diffusion's, which moves the thresholds of the checker's own rule."""
    from evaluation import trade_off

    from beras.diffusion.safety.evaluation import needed_lowering
    from beras.diffusion.safety.evaluation import trade_off as of_beras
    from beras.diffusion.safety.scores import SafetyScores

    draw = np.random.default_rng(5)
    cosines = [draw.uniform(0.1, 0.3, (80, n)).astype(np.float32) for n in (3, 17)]
    limits = [draw.uniform(0.29, 0.31, n).astype(np.float32) for n in (3, 17)]
    scores, labels = SafetyScores(*cosines, *limits), draw.random(80) < 0.3
    curve = trade_off(-needed_lowering(scores), labels)
    points = [point for point in of_beras(scores, labels) if np.isfinite(point.confusion.precision)]
    np.testing.assert_allclose(-curve.thresholds, [point.lowered for point in points], atol=1e-9)
    np.testing.assert_allclose(curve.precision, [point.confusion.precision for point in points])
    np.testing.assert_allclose(curve.recall, [point.confusion.recall for point in points])


def test_the_best_threshold_by_trying_all():
    from evaluation import best_threshold, trade_off

    draw = np.random.default_rng(6)
    labels = draw.random(120) < 0.3
    curve = trade_off(np.round(draw.normal(size=120) + labels, 1), labels)
    for least in np.linspace(0, 1, 21):
        rows = [row for row in zip(*curve) if row[2] >= least]
        assert best_threshold(curve, least) == max(rows, key=lambda row: (row[1], row[2]))[0]
