"""Every metric against the same number computed in torch, over several batches, weighted and not; and scikit-learn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

from beras import metrics
from tests.oracle import test_losses as of_losses

pytestmark = pytest.mark.torch
torch = pytest.importorskip("torch")

#: What an F score adds to its denominators, as Keras does.
EPSILON = 1e-7

RNG = np.random.default_rng(11)
SCORES = RNG.normal(0, 2, (20, 7))
PROBABILITIES = np.exp(SCORES) / np.exp(SCORES).sum(-1, keepdims=True)
CLASSES = RNG.integers(0, 6, 20)  # class 6 does not occur
ONE_HOT = np.eye(7)[CLASSES]
SOFT = RNG.dirichlet(np.ones(7), 20)
BITS = (RNG.uniform(size=(20, 7)) > 0.5).astype(float)
CHANCES = RNG.uniform(size=(20, 7))
VALUES = RNG.normal(size=(20, 7))
COUNTS = RNG.poisson(2.0, (20, 7)).astype(float)
#: Rounded, so that some are equal to each other and to the thresholds, 0 and 1.
TIED = np.round(CHANCES * 4) / 4
WEIGHTS = RNG.choice([0.0, 0.5, 1.0, 2.0], 20)
BATCHES = [slice(0, 6), slice(6, 14), slice(14, 15), slice(15, 20)]


class Row(NamedTuple):
    """``by_hand(y_true, y_pred)`` gives values of which the metric is the mean; or, with ``whole``, the metric itself.

    In the latter case it is given the samples' weights as well.
    """

    name: str
    params: dict[str, Any]
    by_hand: Callable[..., Any]
    y_true: np.ndarray
    y_pred: np.ndarray
    whole: bool = False

    @property
    def covers(self) -> Any:
        return getattr(metrics, self.name)

    def expected(self, weights: np.ndarray) -> Any:
        y, p, w = torch.tensor(self.y_true), torch.tensor(self.y_pred), torch.tensor(weights)
        if self.whole:
            return self.by_hand(y, p, w)
        values = self.by_hand(y, p).double()
        return (values.reshape(len(w), -1).mean(-1) * w).sum() / w.sum()

    def __str__(self) -> str:
        return f"{self.name}({', '.join(f'{k}={v}' for k, v in self.params.items() if not callable(v))})"


def first_largest(p: Any) -> Any:
    return torch.sort(p, dim=-1, descending=True, stable=True).indices[..., 0]


def in_top(k: int) -> Callable[..., Any]:
    """Say whether fewer than ``k`` scores are above that of the class ``y``."""

    def hit(y: Any, p: Any) -> Any:
        own = p.gather(-1, y[..., None])
        return (p > own).sum(-1) < k

    return hit


def decided(y: Any, p: Any, w: Any, threshold: float) -> tuple[Any, Any, Any, Any]:
    """Return the weighted numbers of true positives, false positives, true negatives and false negatives."""
    w = w.reshape(-1, *[1] * (p.ndim - 1)).expand(p.shape)
    yes, is_one = p > threshold, y == 1
    return tuple(w[mask].sum() for mask in (yes & is_one, yes & ~is_one, ~yes & ~is_one, ~yes & is_one))


def count(number: int, *thresholds: float) -> Callable[..., Any]:
    return lambda y, p, w: torch.stack([decided(y, p, w, t)[number] for t in thresholds]).squeeze()


def share(missed: int, *thresholds: float) -> Callable[..., Any]:
    """Return true positives out of these and another count; 0 out of 0 is 0."""

    def ratio(y: Any, p: Any, w: Any) -> Any:
        found = [decided(y, p, w, t) for t in thresholds]
        return torch.stack([torch.nan_to_num(f[0] / (f[0] + f[missed])) for f in found]).squeeze()

    return ratio


def among_top(k: int, missed: int, column: int | None = None) -> Callable[..., Any]:
    """Like `share`, where only the ``k`` largest predictions of a sample count as predicted."""

    def ratio(y: Any, p: Any, w: Any) -> Any:
        order = torch.sort(p, dim=-1, descending=True, stable=True).indices[..., :k]
        yes = torch.zeros_like(p).scatter_(-1, order, 1.0)
        if column is not None:
            y, yes = y[:, column, None], yes[:, column, None]
        return share(missed, 0.5)(y, yes, w)

    return ratio


def f_score(beta: float, average: str | None, threshold: float | None) -> Callable[..., Any]:
    def score(y: Any, p: Any, w: Any) -> Any:
        yes = (p == p.amax(-1, keepdim=True)) if threshold is None else p > threshold
        yes, w = yes.double(), w[:, None]
        dims = (0, 1) if average == "micro" else (0,)
        tp, fp, fn = ((w * part).sum(dims) for part in (yes * y, yes * (1 - y), (1 - yes) * y))
        precision, recall = tp / (tp + fp + EPSILON), tp / (tp + fn + EPSILON)
        scores = (1 + beta**2) * precision * recall / (beta**2 * precision + recall + EPSILON)
        if average == "weighted":
            support = (w * y).sum(0)
            return (scores * support / (support.sum() + EPSILON)).sum()
        return scores if average is None else scores.mean()

    return score


def classes(y: Any, p: Any) -> Any:
    return first_largest(y) == first_largest(p)


def numbered(y: Any, p: Any) -> Any:
    return y.reshape(p.shape[:-1]) == first_largest(p)


def root(y: Any, p: Any, w: Any) -> Any:
    return (((y - p).square().mean(-1) * w).sum() / w.sum()).sqrt()


def smooth(s: float) -> Callable[..., Any]:
    return lambda y, p: of_losses.from_probabilities(y, p, s)


def counts_at(y: Any, p: Any, w: Any, thresholds: list[float]) -> Any:
    """Return true positives, false positives, true negatives and false negatives, a row of each over the thresholds."""
    return torch.stack([torch.stack(decided(y, p, w, t)) for t in thresholds]).T


def over(x: Any, y: Any) -> Any:
    return torch.where(y == 0, 0.0, x / torch.where(y == 0, 1.0, y))


def area(curve: str, method: str, thresholds: list[float]) -> Callable[..., Any]:
    """Return the area under a curve, from the counts at each threshold."""
    ends = [-EPSILON, *sorted(thresholds), 1 + EPSILON]

    def total(y: Any, p: Any, w: Any) -> Any:
        tp, fp, tn, fn = counts_at(y, p, w, ends)
        if (curve, method) == ("PR", "interpolation"):
            found = torch.zeros(())
            for left in range(len(ends) - 1):
                gained, called = tp[left] - tp[left + 1], (tp + fp)[left] - (tp + fp)[left + 1]
                slope = over(gained, called)
                start = tp[left + 1] - slope * (tp + fp)[left + 1]
                both = min((tp + fp)[left], (tp + fp)[left + 1]) > 0
                growth = ((tp + fp)[left] / (tp + fp)[left + 1]).log() if both else torch.zeros(())
                found = found + over(slope * (gained + start * growth), (tp + fn)[left + 1])
            return found
        if curve == "PRGAIN":
            odds = over(tp + fn, tn + fp)
            across = torch.where(tp == 0, 0.0, 1 - odds * over(fn, tp)).clamp(min=0)
            up = torch.where(tp == 0, 1.0, 1 - odds * over(fp, tp))
        else:
            across, up = (
                (over(fp, fp + tn), over(tp, tp + fn)) if curve == "ROC" else (over(tp, tp + fn), over(tp, tp + fp))
            )
        pairs = torch.stack([up[:-1], up[1:]])
        heights = {"interpolation": pairs.mean(0), "minoring": pairs.amin(0), "majoring": pairs.amax(0)}[method]
        return ((across[:-1] - across[1:]) * heights).sum()

    return total


def of_labels(weights: list[float] | None, curve: str = "ROC") -> Callable[..., Any]:
    """Return the mean of the areas of the columns."""
    one = area(curve, "interpolation", [0.25, 0.5, 0.75])

    def mean_area(y: Any, p: Any, w: Any) -> Any:
        areas = torch.stack([one(y[:, k, None], p[:, k, None], w) for k in range(p.shape[1])])
        each = torch.ones(len(areas)) if weights is None else torch.tensor(weights)
        return (areas * each).sum() / each.sum()

    return mean_area


def best(bounded: str, wanted: str, least: float, number: int, column: int | None = None) -> Callable[..., Any]:
    """Return the largest share of one kind at the thresholds where another is at least ``least``."""

    def found(y: Any, p: Any, w: Any) -> Any:
        y, p = (y, p) if column is None else (y[:, column, None], p[:, column, None])
        thresholds = [0.5] if number == 1 else [i / (number - 1) for i in range(number)]
        tp, fp, tn, fn = counts_at(y, p, w, thresholds)
        kinds = {"recall": over(tp, tp + fn), "precision": over(tp, tp + fp), "specificity": over(tn, tn + fp)}
        return torch.where(kinds[bounded] >= least, kinds[wanted], 0.0).amax()

    return found


def explained(average: str | None, regressors: int = 0) -> Callable[..., Any]:
    def score(y: Any, p: Any, w: Any) -> Any:
        w = w[:, None]
        spread = (w * (y - (w * y).sum(0) / w.sum()) ** 2).sum(0)
        scores = 1 - (w * (y - p) ** 2).sum(0) / spread
        if average is not None:
            scores = scores.mean() if average == "uniform_average" else (scores * spread).sum() / spread.sum()
        n = y.numel()
        return scores if not regressors else 1 - (1 - scores) * (n - 1) / (n - regressors - 1)

    return score


def correlation(y: Any, p: Any) -> Any:
    return torch.stack([torch.corrcoef(torch.stack(pair))[0, 1] for pair in zip(y, p, strict=True)])


def concordance(y: Any, p: Any) -> Any:
    y_mean, p_mean = y.mean(-1), p.mean(-1)
    together = ((y - y_mean[:, None]) * (p - p_mean[:, None])).mean(-1)
    spread = y.var(-1, correction=0) + p.var(-1, correction=0) + (y_mean - p_mean) ** 2
    return 2 * together / (spread + EPSILON)


def covered(targets: list[int], classes: int, ignored: int | None = None) -> Callable[..., Any]:
    """Return the mean over the targets that occur of the weight of both over that of either."""

    def shares(y: Any, p: Any, w: Any) -> Any:
        counted = (y < classes) & (p < classes) & (y != (-1 if ignored is None else ignored))
        y, p, w = y[counted], p[counted], w[counted]
        pairs = [(w[(y == k) & (p == k)].sum(), w[(y == k) | (p == k)].sum()) for k in targets]
        found = [both / (either + EPSILON) for both, either in pairs if either > 0]
        return sum(found) / (len(found) + EPSILON)

    return shares


def largest(by_hand: Callable[..., Any], of_truth: bool = False) -> Callable[..., Any]:
    """Return the same of scores, whose largest is the class."""
    return lambda y, p, w: by_hand(y.argmax(-1) if of_truth else y, first_largest(p), w)


GUESSED = RNG.integers(0, 7, 20)

ROWS = [
    *(
        Row(
            "AUC",
            {"curve": c, "summation_method": m, "thresholds": [0.9, 0.2, 0.5]},
            area(c, m, [0.9, 0.2, 0.5]),
            BITS,
            p,
            True,
        )
        for c in ("ROC", "PR", "PRGAIN")
        for m in ("interpolation", "minoring", "majoring")
        for p in (CHANCES, TIED)
    ),
    Row("AUC", {"num_thresholds": 9}, area("ROC", "interpolation", [i / 8 for i in range(1, 8)]), BITS, TIED, True),
    Row("AUC", {}, area("ROC", "interpolation", [i / 199 for i in range(1, 199)]), BITS[:, :1], CHANCES[:, :1], True),
    Row("AUC", {"multi_label": True, "thresholds": [0.25, 0.5, 0.75]}, of_labels(None), BITS, TIED, True),
    Row(
        "AUC",
        {
            "multi_label": True,
            "num_labels": 7,
            "num_thresholds": 5,
            "curve": "PR",
            "label_weights": [1, 2, 0, 1, 1, 3, 1.0],
        },
        of_labels([1, 2, 0, 1, 1, 3, 1.0], "PR"),
        BITS,
        CHANCES,
        True,
    ),
    Row(
        "AUC",
        {"from_logits": True, "num_thresholds": 5},
        lambda y, p, w: area("ROC", "interpolation", [0.25, 0.5, 0.75])(y, torch.sigmoid(p), w),
        BITS,
        SCORES,
        True,
    ),
    Row("SensitivityAtSpecificity", {"specificity": 0.4}, best("specificity", "recall", 0.4, 200), BITS, CHANCES, True),
    Row(
        "SensitivityAtSpecificity",
        {"specificity": 0.4, "num_thresholds": 1},
        best("specificity", "recall", 0.4, 1),
        BITS,
        TIED,
        True,
    ),
    Row(
        "SpecificityAtSensitivity",
        {"sensitivity": 0.6, "num_thresholds": 9, "class_id": 2},
        best("recall", "specificity", 0.6, 9, 2),
        BITS,
        TIED,
        True,
    ),
    Row("PrecisionAtRecall", {"recall": 0.3}, best("recall", "precision", 0.3, 200), BITS, CHANCES, True),
    Row("RecallAtPrecision", {"precision": 0.5}, best("precision", "recall", 0.5, 200), BITS, CHANCES, True),
    Row("RecallAtPrecision", {"precision": 1.0}, best("precision", "recall", 1.0, 200), BITS, CHANCES, True),
    *(
        Row("R2Score", {"class_aggregation": a, "num_regressors": r}, explained(a, r), VALUES, CHANCES, True)
        for a in (None, "uniform_average", "variance_weighted_average")
        for r in (0, 5)
    ),
    Row("PearsonCorrelation", {}, correlation, VALUES, CHANCES),
    Row("ConcordanceCorrelation", {}, concordance, VALUES, CHANCES),
    Row("IoU", {"num_classes": 7, "target_class_ids": [0, 3]}, covered([0, 3], 7), CLASSES, GUESSED, True),
    Row("IoU", {"num_classes": 5, "target_class_ids": [1]}, covered([1], 5), CLASSES, GUESSED, True),
    Row(
        "BinaryIoU",
        {"threshold": 0.25},
        lambda y, p, w: covered([0, 1], 2)(y.long(), (p >= 0.25).long(), w),
        BITS[:, 0],
        TIED[:, 0],
        True,
    ),
    Row("MeanIoU", {"num_classes": 7, "ignore_class": 2}, covered([*range(7)], 7, 2), CLASSES, GUESSED, True),
    Row(
        "MeanIoU",
        {"num_classes": 7, "sparse_y_pred": False},
        largest(covered([*range(7)], 7)),
        CLASSES,
        PROBABILITIES,
        True,
    ),
    Row(
        "OneHotIoU",
        {"num_classes": 7, "target_class_ids": [0, 3]},
        largest(covered([0, 3], 7), True),
        ONE_HOT,
        PROBABILITIES,
        True,
    ),
    Row("OneHotMeanIoU", {"num_classes": 7}, largest(covered([*range(7)], 7), True), ONE_HOT, PROBABILITIES, True),
    Row("Accuracy", {}, lambda y, p: y == p, CLASSES, RNG.integers(0, 3, 20)),
    Row("Accuracy", {}, lambda y, p: y == p, BITS, TIED),
    *(Row("BinaryAccuracy", {}, lambda y, p: (p > 0.5) == (y > 0), BITS, p) for p in (CHANCES, TIED)),
    Row("BinaryAccuracy", {"threshold": 0.25}, lambda y, p: (p > 0.25) == (y > 0), BITS, TIED),
    Row("BinaryAccuracy", {}, lambda y, p: (p[:, 0] > 0.5) == (y > 0), BITS[:, 0], CHANCES[:, :1]),
    *(Row("CategoricalAccuracy", {}, classes, ONE_HOT, p) for p in (PROBABILITIES, TIED, np.zeros((20, 7)))),
    Row("CategoricalAccuracy", {}, classes, ONE_HOT[:, None], PROBABILITIES[:, None]),
    *(Row("SparseCategoricalAccuracy", {}, numbered, CLASSES, p) for p in (PROBABILITIES, TIED)),
    Row("SparseCategoricalAccuracy", {}, numbered, CLASSES[:, None], PROBABILITIES),
    *(
        Row("TopKCategoricalAccuracy", {"k": k}, lambda y, p, k=k: in_top(k)(y.argmax(-1), p), ONE_HOT, p)
        for k in (1, 3, 7)
        for p in (PROBABILITIES, TIED)
    ),
    Row("TopKCategoricalAccuracy", {}, lambda y, p: in_top(5)(y.argmax(-1), p), ONE_HOT, SCORES),
    *(Row("SparseTopKCategoricalAccuracy", {"k": 2}, in_top(2), CLASSES, p) for p in (PROBABILITIES, TIED)),
    Row("SparseTopKCategoricalAccuracy", {}, in_top(5), CLASSES, SCORES),
    # the means of losses
    Row("MeanSquaredError", {}, lambda y, p: (y - p) ** 2, VALUES, CHANCES),
    Row("MeanSquaredError", {}, lambda y, p: (y - p[:, 0]) ** 2, VALUES[:, 0], CHANCES[:, :1]),
    Row("RootMeanSquaredError", {}, root, VALUES, CHANCES, True),
    Row("RootMeanSquaredError", {}, root, VALUES, VALUES, True),
    Row("MeanAbsoluteError", {}, lambda y, p: (y - p).abs(), VALUES, CHANCES),
    Row("MeanAbsolutePercentageError", {}, of_losses.percentage, VALUES, CHANCES),
    Row("MeanSquaredLogarithmicError", {}, of_losses.logarithmic, np.abs(VALUES), VALUES),
    Row("CosineSimilarity", {}, lambda y, p: -of_losses.cosine(-1)(y, p), VALUES, CHANCES),
    Row("CosineSimilarity", {"axis": 1}, lambda y, p: -of_losses.cosine(1)(y, p), VALUES, CHANCES),
    Row("LogCoshError", {}, of_losses.log_cosh, VALUES, SCORES * 100),
    Row("KLDivergence", {}, of_losses.kl, SOFT, PROBABILITIES),
    Row("Poisson", {}, lambda y, p: p - y * torch.log(p + 1e-7), COUNTS, TIED),
    *(Row("Hinge", {}, of_losses.margin, y, SCORES) for y in (2 * BITS - 1, np.ones((20, 7)))),
    Row("SquaredHinge", {}, lambda y, p: of_losses.margin(y, p) ** 2, 2 * BITS - 1, SCORES),
    Row("CategoricalHinge", {}, of_losses.categorical_hinge, ONE_HOT, SCORES),
    *(Row("BinaryCrossentropy", {}, of_losses.binary, BITS, p) for p in (CHANCES, TIED)),
    Row(
        "BinaryCrossentropy",
        {"from_logits": True, "label_smoothing": 0.1},
        lambda y, p: of_losses.binary_from_scores(y, p, 0.1),
        BITS,
        SCORES,
    ),
    Row("CategoricalCrossentropy", {}, smooth(0.0), ONE_HOT, PROBABILITIES),
    Row("CategoricalCrossentropy", {"label_smoothing": 0.2}, smooth(0.2), ONE_HOT, PROBABILITIES),
    Row("CategoricalCrossentropy", {"from_logits": True}, of_losses.from_scores(), ONE_HOT, SCORES * 1e3),
    Row("SparseCategoricalCrossentropy", {}, of_losses.sparse, CLASSES, PROBABILITIES),
    Row("SparseCategoricalCrossentropy", {"from_logits": True}, of_losses.sparse_from_scores(), CLASSES, SCORES),
    Row(
        "SparseCategoricalCrossentropy",
        {"from_logits": True, "ignore_class": 2},
        of_losses.sparse_from_scores(2),
        CLASSES,
        SCORES,
    ),
    # decisions
    *(
        Row(name, {}, count(number, 0.5), BITS, p, True)
        for number, name in enumerate(["TruePositives", "FalsePositives", "TrueNegatives", "FalseNegatives"])
        for p in (CHANCES, TIED)
    ),
    *(
        Row(name, {"thresholds": [0.0, 0.25, 1.0]}, count(number, 0.0, 0.25, 1.0), BITS, TIED, True)
        for number, name in enumerate(["TruePositives", "FalsePositives", "TrueNegatives", "FalseNegatives"])
    ),
    *(
        Row(name, params, by_hand, BITS, TIED, True)
        for missed, name in ((1, "Precision"), (3, "Recall"))
        for params, by_hand in (
            ({}, share(missed, 0.5)),
            ({"thresholds": 0.75}, share(missed, 0.75)),
            ({"thresholds": [0.0, 0.25, 1.0]}, share(missed, 0.0, 0.25, 1.0)),
            ({"class_id": 3}, lambda y, p, w, missed=missed: share(missed, 0.5)(y[:, 3, None], p[:, 3, None], w)),
            ({"top_k": 2}, among_top(2, missed)),
            ({"top_k": 3, "class_id": 1}, among_top(3, missed, 1)),
        )
    ),
    Row("Precision", {}, share(1, 0.5), BITS[:, 0], np.zeros(20), True),
    Row("Recall", {}, share(3, 0.5), np.zeros(20), CHANCES[:, 0], True),
    *(
        Row("F1Score", {"average": a, "threshold": t}, f_score(1.0, a, t), y, p, True)
        for a in (None, "micro", "macro", "weighted")
        for t, y, p in ((None, ONE_HOT, PROBABILITIES), (None, ONE_HOT, TIED), (0.5, BITS, TIED))
    ),
    *(
        Row("FBetaScore", {"beta": b, "average": a}, f_score(b, a, None), ONE_HOT, PROBABILITIES, True)
        for b in (0.5, 2.0)
        for a in (None, "micro", "macro", "weighted")
    ),
    Row("FBetaScore", {"beta": 2.0, "threshold": 0.25}, f_score(2.0, None, 0.25), BITS, TIED, True),
    # what gathers numbers
    Row("MeanMetricWrapper", {"fn": lambda y, p: np.abs(y - p)}, lambda y, p: (y - p).abs(), VALUES, CHANCES),
]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("row", ROWS, ids=[f"{number}-{row}" for number, row in enumerate(ROWS)])
def test_the_result_over_batches(row, weighted):
    weights = WEIGHTS if weighted else np.ones(20)
    metric = row.covers(**row.params)
    for _ in range(2):  # the second time after a reset
        for batch in BATCHES:
            metric.update_state(row.y_true[batch], row.y_pred[batch], WEIGHTS[batch] if weighted else None)
        np.testing.assert_allclose(metric.result(), row.expected(weights).numpy(), rtol=1e-12, atol=1e-14)
        metric.reset_state()
    assert np.all(np.asarray(metric.result()) == 0)


# The functions, which say it of each sample


FUNCTIONS = {
    "binary_accuracy": (lambda y, p: (p > 0.5) == (y > 0), BITS, TIED),
    "categorical_accuracy": (classes, ONE_HOT, TIED),
    "sparse_categorical_accuracy": (numbered, CLASSES, TIED),
    "top_k_categorical_accuracy": (lambda y, p: in_top(5)(y.argmax(-1), p), ONE_HOT, TIED),
    "sparse_top_k_categorical_accuracy": (in_top(5), CLASSES, TIED),
    "pearson_correlation": (correlation, VALUES, CHANCES),
    "concordance_correlation": (concordance, VALUES, CHANCES),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_functions(name):
    by_hand, y_true, y_pred = FUNCTIONS[name]
    expected = by_hand(torch.tensor(y_true), torch.tensor(y_pred)).numpy()
    np.testing.assert_allclose(getattr(metrics, name)(y_true, y_pred), expected, rtol=1e-12)


GATHERED = {"values": VALUES[:, 0], "rows": VALUES, "stacks": VALUES.reshape(20, 7, 1)}


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("values", GATHERED)
@pytest.mark.parametrize("name", ["Mean", "Sum"])
def test_what_gathers_numbers(name, values, weighted):
    values, metric = GATHERED[values], getattr(metrics, name)()
    for batch in BATCHES:
        metric.update_state(values[batch], WEIGHTS[batch] if weighted else None)
    each, w = torch.tensor(values).reshape(20, -1), torch.tensor(WEIGHTS if weighted else np.ones(20))
    expected = (each * w[:, None]).sum() if name == "Sum" else (each.mean(-1) * w).sum() / w.sum()
    np.testing.assert_allclose(metric.result(), expected.item(), rtol=1e-12)
    metric.reset_state()
    metric.update_state(3.0)
    metric.update_state(5.0, sample_weight=2.0)
    assert metric.result() == (13.0 if name == "Sum" else pytest.approx(13 / 3, rel=1e-15))


class Largest(metrics.Metric):
    """A metric of a user's own, which stands for the base class."""

    def __init__(self):
        super().__init__(name="largest")
        self.largest = self.add_variable((), "zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.largest.assign(max(self.largest.value, np.max(np.abs(y_true - y_pred))))

    def result(self):
        return float(self.largest)


def test_a_metric_of_ones_own():
    metric = Largest()
    for batch in BATCHES:
        metric.update_state(VALUES[batch], CHANCES[batch])
    expected = (torch.tensor(VALUES) - torch.tensor(CHANCES)).abs().max().item()
    assert metric.result() == pytest.approx(expected, rel=1e-6)
    metric.reset_state()
    assert metric.result() == 0


# Another implementation, with other conventions: scikit-learn


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", ["Precision", "Recall", "BinaryAccuracy"])
def test_decisions_of_scikit_learn(name, weighted):
    sklearn_metrics = pytest.importorskip("sklearn.metrics")
    theirs = {"Precision": "precision_score", "Recall": "recall_score", "BinaryAccuracy": "accuracy_score"}[name]
    weights = WEIGHTS if weighted else None
    y, p = BITS[:, 2], CHANCES[:, 2]
    expected = getattr(sklearn_metrics, theirs)(y, p > 0.5, sample_weight=weights)
    assert getattr(metrics, name)()(y, p, sample_weight=weights) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("beta", [1.0, 2.0])
@pytest.mark.parametrize("average", [None, "micro", "macro", "weighted"])
def test_f_scores_of_scikit_learn(average, beta):
    sklearn_metrics = pytest.importorskip("sklearn.metrics")
    expected = sklearn_metrics.fbeta_score(
        CLASSES, PROBABILITIES.argmax(-1), beta=beta, average=average, labels=range(7), zero_division=0
    )
    np.testing.assert_allclose(
        metrics.FBetaScore(average, beta)(ONE_HOT, PROBABILITIES), expected, rtol=1e-6, atol=1e-6
    )


def test_top_k_of_scikit_learn():
    sklearn_metrics = pytest.importorskip("sklearn.metrics")
    expected = sklearn_metrics.top_k_accuracy_score(CLASSES, SCORES, k=3, labels=range(7))
    assert metrics.SparseTopKCategoricalAccuracy(3)(CLASSES, SCORES) == pytest.approx(expected, rel=1e-12)
