"""Every loss against torch: per-sample values and all reductions, first and second derivatives, special values.

Torch's own function stands for a loss where it has one; else the definition is written out in torch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import beras
from beras import losses
from tests.oracle.two_ways import hold

pytestmark = pytest.mark.torch
torch = pytest.importorskip("torch")
F = torch.nn.functional

#: Where Keras keeps probabilities away from 0 and 1.
EPSILON = 1e-7

RNG = np.random.default_rng(5)
SCORES = RNG.normal(0, 3, (6, 4))
PROBABILITIES = np.exp(SCORES) / np.exp(SCORES).sum(-1, keepdims=True)
CLASSES = np.array([0, 3, 1, 1, 2, 0])
ONE_HOT = np.eye(4)[CLASSES]
SOFT = RNG.dirichlet(np.ones(4), 6)
BITS = (RNG.uniform(size=(6, 4)) > 0.5).astype(float)
SIGNS = 2 * BITS - 1
VALUES = RNG.normal(size=(6, 4))
COUNTS = RNG.poisson(2.0, (6, 4)).astype(float)
#: Probabilities that are 0 or 1 exactly, right and wrong, or closer to 0 than the clip.
CERTAIN = np.array([[0, 1, 0, 0], [0, 0, 0, 1], [1e-9, 0.5, 0.5, 0], [0, 1, 0, 0], [0.25, 0, 0.75, 0], [1, 0, 0, 0.0]])
#: Scores of a size at which exp overflows, and ties.
HUGE = np.array([[1e4, -1e4, 0, 0], [-1e4, -1e4, -1e4, 1e4], [0, 0, 0, 0], [0, 1e4, 0, 1e4], [800, 750, 700, 0]])
HUGE = np.concatenate([HUGE, [[-750.0, -800.0, 90.0, 89.0]]])


class Row(NamedTuple):
    """``by_hand(y_true, y_pred)`` gives one value per sample, from tensors."""

    name: str
    params: dict[str, Any]
    by_hand: Callable[..., Any]
    y_true: np.ndarray
    y_pred: np.ndarray
    #: What the numbers were that small differences are made of.
    floor: float = 0.0
    order: int = 2

    @property
    def covers(self) -> Any:
        return getattr(losses, self.name)

    @property
    def function(self) -> Any:
        return getattr(losses, FUNCTIONS[self.name])

    @property
    def counted(self) -> np.ndarray | None:
        ignored = self.params.get("ignore_class")
        return None if ignored is None else self.y_true != ignored

    def __str__(self) -> str:
        return f"{self.name}({', '.join(f'{k}={v}' for k, v in self.params.items())})"


FUNCTIONS = {
    "BinaryCrossentropy": "binary_crossentropy",
    "BinaryFocalCrossentropy": "binary_focal_crossentropy",
    "CategoricalFocalCrossentropy": "categorical_focal_crossentropy",
    "CategoricalGeneralizedCrossEntropy": "categorical_generalized_cross_entropy",
    "Dice": "dice",
    "Tversky": "tversky",
    "CategoricalCrossEntropy": "categorical_crossentropy",
    "CategoricalCrossentropy": "categorical_crossentropy",
    "CategoricalHinge": "categorical_hinge",
    "CosineSimilarity": "cosine_similarity",
    "Hinge": "hinge",
    "Huber": "huber",
    "KLDivergence": "kl_divergence",
    "LogCosh": "log_cosh",
    "MeanAbsoluteError": "mean_absolute_error",
    "MeanAbsolutePercentageError": "mean_absolute_percentage_error",
    "MeanSquaredError": "mean_squared_error",
    "MeanSquaredLogarithmicError": "mean_squared_logarithmic_error",
    "Poisson": "poisson",
    "SparseCategoricalCrossentropy": "sparse_categorical_crossentropy",
    "SquaredHinge": "squared_hinge",
}


def mean(entries: Callable[..., Any]) -> Callable[..., Any]:
    """Return the mean along the last axis of what torch's function gives for each entry."""
    return lambda y, p: entries(p, y, reduction="none").mean(-1)


def shares(p: Any) -> Any:
    """Return probabilities that sum to 1 and are no closer to 0 and 1 than the clip; a row of zeros has no sum."""
    total = p.sum(-1, keepdim=True)
    return (p / torch.where(total == 0, 1.0, total)).clamp(EPSILON, 1 - EPSILON)


def from_probabilities(y: Any, p: Any, smoothing: float = 0.0) -> Any:
    p = shares(p)
    return -((y * (1 - smoothing) + smoothing / y.shape[-1]) * p.log()).sum(-1)


def from_scores(smoothing: float = 0.0) -> Callable[..., Any]:
    def entropy(y: Any, p: Any) -> Any:
        rows = (each.reshape(-1, p.shape[-1]) for each in (p, y))
        return F.cross_entropy(*rows, reduction="none", label_smoothing=smoothing).reshape(p.shape[:-1])

    return entropy


def sparse(y: Any, p: Any) -> Any:
    return F.nll_loss(shares(p).log(), y.reshape(-1).long(), reduction="none")


def sparse_from_scores(ignore: int = -100) -> Callable[..., Any]:
    def entropy(y: Any, p: Any) -> Any:
        classes = p.shape[-1]
        flat = F.cross_entropy(p.reshape(-1, classes), y.reshape(-1), reduction="none", ignore_index=ignore)
        return flat.reshape(p.shape[:-1])

    return entropy


def binary(y: Any, p: Any, smoothing: float = 0.0) -> Any:
    y = y * (1 - smoothing) + smoothing / 2
    p = p.clamp(EPSILON, 1 - EPSILON)
    return -(y * p.log() + (1 - y) * torch.log1p(-p)).mean(-1)


def binary_from_scores(y: Any, p: Any, smoothing: float = 0.0) -> Any:
    y = y * (1 - smoothing) + smoothing / 2
    # the same as binary_cross_entropy_with_logits, whose second derivative is NaN at 1e4
    return (y * F.softplus(-p, threshold=40.0) + (1 - y) * F.softplus(p, threshold=40.0)).mean(-1)


def kl(y: Any, p: Any) -> Any:
    return F.kl_div(p.clamp(EPSILON, 1).log(), y.clamp(EPSILON, 1), reduction="none").sum(-1)


def logarithmic(y: Any, p: Any) -> Any:
    return (torch.log1p(p.clamp(min=EPSILON)) - torch.log1p(y.clamp(min=EPSILON))).square().mean(-1)


def percentage(y: Any, p: Any) -> Any:
    return 100 * ((y - p).abs() / y.abs().clamp(min=EPSILON)).mean(-1)


def log_cosh(y: Any, p: Any) -> Any:
    error = (p - y).abs()
    return (error + F.softplus(-2 * error, threshold=40.0) - np.log(2.0)).mean(-1)


def margin(y: Any, p: Any) -> Any:
    return F.relu(1 - (2 * y - 1 if bool(((y == 0) | (y == 1)).all()) else y) * p)


def categorical_hinge(y: Any, p: Any) -> Any:
    return F.relu(1 + ((1 - y) * p).amax(-1) - (y * p).sum(-1))


def cosine(axis: int) -> Callable[..., Any]:
    return lambda y, p: -F.cosine_similarity(y, p, axis, eps=EPSILON)


def binary_focal(alpha: float | None, gamma: float, smoothing: float, scores: bool = False) -> Callable[..., Any]:
    def focal(y: Any, p: Any) -> Any:
        y = y * (1 - smoothing) + smoothing / 2
        p = torch.sigmoid(p) if scores else p
        kept = p.clamp(EPSILON, 1 - EPSILON)
        entropy = -(y * kept.log() + (1 - y) * torch.log1p(-kept))
        share = 1.0 if alpha is None else y * alpha + (1 - y) * (1 - alpha)
        return (share * (1 - y * p - (1 - y) * (1 - p)) ** gamma * entropy).mean(-1)

    return focal


def categorical_focal(alpha: float, gamma: float, smoothing: float, scores: bool = False) -> Callable[..., Any]:
    def focal(y: Any, p: Any) -> Any:
        y, p = y * (1 - smoothing) + smoothing / y.shape[-1], shares(torch.softmax(p, -1) if scores else p)
        return (-alpha * (1 - p) ** gamma * y * p.log()).sum(-1)

    return focal


def generalized(q: float) -> Callable[..., Any]:
    return lambda y, p: (1 - p.gather(-1, y[..., None])[..., 0] ** q) / q


def overlap(alpha: float, beta: float) -> Callable[..., Any]:
    def tversky(y: Any, p: Any) -> Any:
        both, missed, wrong = (part.sum(-1) for part in (y * p, y * (1 - p), (1 - y) * p))
        return 1 - both / (both + alpha * missed + beta * wrong + EPSILON)

    return tversky


def dice(y: Any, p: Any) -> Any:
    return 1 - 2 * (y * p).sum(-1) / (y.sum(-1) + p.sum(-1) + EPSILON)


BALANCED = {"apply_class_balancing": True, "alpha": 0.4, "gamma": 1.5}

ROWS = [
    Row("BinaryFocalCrossentropy", {}, binary_focal(None, 2.0, 0.0), BITS, PROBABILITIES),
    Row("BinaryFocalCrossentropy", BALANCED, binary_focal(0.4, 1.5, 0.0), BITS, PROBABILITIES),
    Row(
        "BinaryFocalCrossentropy",
        {"from_logits": True, "label_smoothing": 0.2},
        binary_focal(None, 2.0, 0.2, True),
        BITS,
        SCORES,
    ),
    Row("BinaryFocalCrossentropy", {"gamma": 3.0}, binary_focal(None, 3.0, 0.0), SOFT, PROBABILITIES),
    Row("CategoricalFocalCrossentropy", {}, categorical_focal(0.25, 2.0, 0.0), ONE_HOT, PROBABILITIES),
    Row(
        "CategoricalFocalCrossentropy",
        {"alpha": 0.4, "gamma": 1.5, "label_smoothing": 0.1},
        categorical_focal(0.4, 1.5, 0.1),
        ONE_HOT,
        PROBABILITIES * 3,
    ),
    Row(
        "CategoricalFocalCrossentropy",
        {"from_logits": True},
        categorical_focal(0.25, 2.0, 0.0, True),
        SOFT,
        SCORES,
    ),
    Row("CategoricalGeneralizedCrossEntropy", {"q": 0.5}, generalized(0.5), CLASSES, PROBABILITIES),
    Row("CategoricalGeneralizedCrossEntropy", {"q": 0.8}, generalized(0.8), CLASSES, PROBABILITIES),
    Row("Dice", {"axis": -1}, dice, BITS, PROBABILITIES),
    Row("Dice", {"axis": -1}, dice, SOFT, CERTAIN),
    Row("Tversky", {"axis": -1}, overlap(0.5, 0.5), BITS, PROBABILITIES),
    Row("Tversky", {"alpha": 0.2, "beta": 0.9, "axis": -1}, overlap(0.2, 0.9), SOFT, PROBABILITIES),
    Row("CategoricalCrossentropy", {}, from_probabilities, ONE_HOT, PROBABILITIES),
    Row("CategoricalCrossentropy", {}, from_probabilities, SOFT, PROBABILITIES * 3),
    Row("CategoricalCrossentropy", {}, from_probabilities, ONE_HOT, CERTAIN),
    Row("CategoricalCrossEntropy", {}, from_probabilities, SOFT, CERTAIN),
    Row("CategoricalCrossentropy", {}, from_probabilities, SOFT, CERTAIN * BITS),
    Row(
        "CategoricalCrossentropy",
        {"label_smoothing": 0.1},
        lambda y, p: from_probabilities(y, p, 0.1),
        ONE_HOT,
        PROBABILITIES,
    ),
    Row("CategoricalCrossentropy", {"from_logits": True}, from_scores(), ONE_HOT, SCORES),
    Row("CategoricalCrossentropy", {"from_logits": True}, from_scores(), SOFT, HUGE, 1.0),
    Row("CategoricalCrossentropy", {"from_logits": True, "label_smoothing": 0.2}, from_scores(0.2), ONE_HOT, SCORES),
    Row(
        "CategoricalCrossentropy",
        {"from_logits": True, "axis": 1},
        lambda y, p: F.cross_entropy(p, y, reduction="none"),
        np.stack([ONE_HOT, SOFT], 2),
        np.stack([SCORES, -SCORES], 2),
    ),
    Row("SparseCategoricalCrossentropy", {}, sparse, CLASSES, PROBABILITIES),
    Row("SparseCategoricalCrossentropy", {}, sparse, CLASSES[:, None], PROBABILITIES * 2),
    Row("SparseCategoricalCrossentropy", {}, sparse, CLASSES, CERTAIN),
    Row("SparseCategoricalCrossentropy", {}, sparse, CLASSES.astype("uint8"), CERTAIN * BITS),
    Row("SparseCategoricalCrossentropy", {}, sparse, CLASSES.astype("float64"), PROBABILITIES),
    Row(
        "SparseCategoricalCrossentropy",
        {"ignore_class": 0},
        lambda y, p: sparse(y, p) * (y != 0),
        CLASSES,
        PROBABILITIES,
    ),
    Row("SparseCategoricalCrossentropy", {"from_logits": True}, sparse_from_scores(), CLASSES, SCORES),
    Row("SparseCategoricalCrossentropy", {"from_logits": True}, sparse_from_scores(), CLASSES, HUGE, 1.0),
    Row(
        "SparseCategoricalCrossentropy",
        {"from_logits": True},
        sparse_from_scores(),
        CLASSES.reshape(3, 2),
        SCORES.reshape(3, 2, 4),
    ),
    Row(
        "SparseCategoricalCrossentropy",
        {"from_logits": True, "axis": 1},
        lambda y, p: F.cross_entropy(p, y, reduction="none"),
        np.stack([CLASSES, CLASSES[::-1]], 1),
        np.stack([SCORES, -SCORES], 2),
    ),
    Row(
        "SparseCategoricalCrossentropy",
        {"from_logits": True, "ignore_class": 1},
        sparse_from_scores(1),
        CLASSES,
        SCORES,
    ),
    Row("BinaryCrossentropy", {}, binary, BITS, PROBABILITIES),
    Row("BinaryCrossentropy", {}, binary, SOFT, CERTAIN),
    Row("BinaryCrossentropy", {}, binary, BITS, CERTAIN),
    Row("BinaryCrossentropy", {}, binary, 1 - CERTAIN.round(), CERTAIN),
    Row("BinaryCrossentropy", {"label_smoothing": 0.3}, lambda y, p: binary(y, p, 0.3), BITS, PROBABILITIES),
    Row("BinaryCrossentropy", {"from_logits": True}, binary_from_scores, BITS, SCORES),
    Row("BinaryCrossentropy", {"from_logits": True}, binary_from_scores, SOFT, HUGE, 1.0),
    Row(
        "BinaryCrossentropy",
        {"from_logits": True, "label_smoothing": 0.3},
        lambda y, p: binary_from_scores(y, p, 0.3),
        BITS,
        SCORES,
    ),
    Row("BinaryCrossentropy", {"axis": 1}, lambda y, p: binary(y.mT, p.mT), BITS[None], PROBABILITIES[None]),
    Row("MeanSquaredError", {}, mean(F.mse_loss), VALUES, SCORES),
    Row("MeanSquaredError", {}, mean(F.mse_loss), VALUES.reshape(3, 2, 4), SCORES.reshape(3, 2, 4)),
    Row("MeanSquaredError", {}, mean(F.mse_loss), VALUES, VALUES),
    Row("MeanAbsoluteError", {}, mean(F.l1_loss), VALUES, SCORES),
    Row("MeanAbsoluteError", {}, mean(F.l1_loss), VALUES, np.where(BITS, VALUES, SCORES)),
    Row("MeanAbsolutePercentageError", {}, percentage, VALUES, SCORES),
    Row("MeanAbsolutePercentageError", {}, percentage, np.where(BITS, VALUES, 0.0), SCORES),
    Row("MeanSquaredLogarithmicError", {}, logarithmic, np.abs(VALUES), np.abs(SCORES)),
    Row("MeanSquaredLogarithmicError", {}, logarithmic, COUNTS, SCORES),
    Row("Huber", {}, mean(F.huber_loss), VALUES, SCORES),
    Row("Huber", {"delta": 0.3}, lambda y, p: F.huber_loss(p, y, reduction="none", delta=0.3).mean(-1), VALUES, SCORES),
    Row("Huber", {}, mean(F.huber_loss), VALUES, VALUES, order=1),
    Row("Huber", {}, mean(F.huber_loss), COUNTS, COUNTS + np.array([1.0, -1.0, 0.5, 2.0]), order=1),
    Row("LogCosh", {}, log_cosh, VALUES, SCORES),
    Row("LogCosh", {}, log_cosh, VALUES, SCORES * 1e4, 1.0),
    Row("KLDivergence", {}, kl, SOFT, PROBABILITIES),
    Row("KLDivergence", {}, kl, ONE_HOT, CERTAIN),
    Row("KLDivergence", {}, kl, SOFT * 5, PROBABILITIES * 3),
    Row(
        "Poisson",
        {},
        mean(lambda p, y, reduction: F.poisson_nll_loss(p, y, False, eps=EPSILON, reduction=reduction)),
        COUNTS,
        np.abs(SCORES),
    ),
    Row(
        "Poisson",
        {},
        mean(lambda p, y, reduction: F.poisson_nll_loss(p, y, False, eps=EPSILON, reduction=reduction)),
        COUNTS,
        CERTAIN,
    ),
    Row("Hinge", {}, lambda y, p: margin(y, p).mean(-1), BITS, SCORES),
    Row("Hinge", {}, lambda y, p: margin(y, p).mean(-1), SIGNS, SCORES),
    Row("Hinge", {}, lambda y, p: margin(y, p).mean(-1), SIGNS, SIGNS),
    Row("SquaredHinge", {}, lambda y, p: margin(y, p).square().mean(-1), SIGNS, SCORES),
    Row("SquaredHinge", {}, lambda y, p: margin(y, p).square().mean(-1), BITS, PROBABILITIES),
    Row("CategoricalHinge", {}, categorical_hinge, ONE_HOT, SCORES),
    Row("CategoricalHinge", {}, categorical_hinge, ONE_HOT, np.round(SCORES)),
    Row("CategoricalHinge", {}, categorical_hinge, ONE_HOT, np.zeros((6, 4))),
    Row("CosineSimilarity", {}, cosine(-1), VALUES, SCORES),
    Row("CosineSimilarity", {"axis": 0}, cosine(0), VALUES, SCORES),
    Row("CosineSimilarity", {"axis": 1}, cosine(1), VALUES.reshape(3, 2, 4), SCORES.reshape(3, 2, 4)),
    Row("CosineSimilarity", {}, cosine(-1), VALUES, VALUES * 1e-3, 1e3),
    Row("CosineSimilarity", {}, cosine(-1), VALUES, VALUES * BITS[:, :1], 1e3, order=1),
]
IDS = [f"{number}-{row}" for number, row in enumerate(ROWS)]
SAMPLES = {"argvalues": ROWS, "ids": IDS}


def in_dtype(row: Row, dtype: str) -> tuple[np.ndarray, np.ndarray]:
    y_true = row.y_true if row.y_true.dtype.kind == "i" else row.y_true.astype(dtype)
    return y_true, row.y_pred.astype(dtype)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("row", **SAMPLES)
def test_the_loss_of_each_sample(row, dtype):
    y_true, y_pred = in_dtype(row, dtype)
    loss, y = row.covers(**row.params, reduction=None), torch.tensor(y_true)
    hold(lambda p: loss(y_true, p), [y_pred], lambda p: row.by_hand(y, p), order=row.order, floor=row.floor)


@pytest.mark.parametrize("row", **SAMPLES)
def test_the_function_form(row):
    y = torch.tensor(row.y_true)
    hold(
        lambda p: row.function(row.y_true, p, **row.params),
        [row.y_pred],
        lambda p: row.by_hand(y, p),
        order=row.order,
        floor=row.floor,
    )


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.y_true.shape == (6, 4) and "axis" not in row.params], ids=str
)
def test_samples_of_several_rows(row):
    """``(batch, rows, classes)`` gives ``(batch, rows)``."""
    y_true, y_pred = row.y_true.reshape(3, 2, 4), row.y_pred.reshape(3, 2, 4)
    y, loss = torch.tensor(y_true), row.covers(**row.params, reduction=None)

    def by_hand(p: Any) -> Any:
        return row.by_hand(y, p)

    found = hold(lambda p: loss(y_true, p), [y_pred], by_hand, order=row.order, floor=row.floor)
    assert found.values[0].shape == (3, 2)
    hold(lambda p: row.function(y_true, p, **row.params), [y_pred], by_hand, order=1, floor=row.floor)


#: Shapes of truth and prediction of which one has an axis of length 1 more, and that at which they meet.
MEETING = [((6,), (6, 1), (6, 1)), ((6, 1), (6,), (6, 1)), ((6, 4), (6, 4, 1), (6, 4)), ((6, 4, 1), (6, 4), (6, 4))]
SAME_SHAPE = sorted(
    {"MeanSquaredError", "MeanAbsoluteError", "Huber", "LogCosh", "Poisson", "Hinge", "BinaryCrossentropy"}
)


@pytest.mark.parametrize(("of_truth", "of_prediction", "common"), MEETING, ids=str)
@pytest.mark.parametrize("name", SAME_SHAPE)
def test_shapes_that_differ_by_an_axis_do_not_broadcast(name, of_truth, of_prediction, common):
    row = next(row for row in ROWS if row.name == name)
    n = int(np.prod(common))
    y_true = np.resize(row.y_true, n).reshape(of_truth)
    y_pred = np.resize(row.y_pred, n).reshape(of_prediction)
    y = torch.tensor(y_true).reshape(common)
    loss = row.covers()
    hold(lambda p: loss(y_true, p), [y_pred], lambda p: row.by_hand(y, p.reshape(common)).mean())
    hold(lambda p: row.function(y_true, p), [y_pred], lambda p: row.by_hand(y, p.reshape(common)), order=1)


@pytest.mark.parametrize("given", [list, np.int64, np.uint8, np.float64, bool])
@pytest.mark.parametrize("name", [*SAME_SHAPE, "CategoricalCrossentropy", "KLDivergence", "CategoricalHinge"])
def test_a_truth_of_another_dtype(name, given):
    """The prediction's dtype is that of the loss, whatever the truth is given as."""
    y_true = ONE_HOT.tolist() if given is list else ONE_HOT.astype(given)
    y_pred = PROBABILITIES.astype("float32")
    row = next(row for row in ROWS if row.name == name)
    y, loss = torch.tensor(ONE_HOT.astype("float32")), row.covers()
    hold(lambda p: loss(y_true, p), [y_pred], lambda p: row.by_hand(y, p).mean())
    hold(lambda p: row.function(y_true, p), [y_pred], lambda p: row.by_hand(y, p), order=1)


WEIGHTED = {
    "vector": ((6, 4), np.array([1.0, 0.0, 2.0, 0.5, 3.0, 1.0])),
    "column": ((6, 4), np.array([[1.0], [0.0], [2.0], [0.5], [3.0], [1.0]])),
    "one for all": ((6, 4), np.array(2.5)),
    "of each row": ((3, 2, 4), np.array([[1.0, 0.0], [2.0, 0.5], [3.0, 1.0]])),
    "of each sample of rows": ((3, 2, 4), np.array([1.0, 0.0, 2.0])),
}


@pytest.mark.parametrize("weights", WEIGHTED)
@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "mean_with_sample_weight", "none"])
def test_shapes_of_weights(weights, reduction):
    shape, weights = WEIGHTED[weights]
    y_true, y_pred = VALUES.reshape(shape), SCORES.reshape(shape)
    loss = losses.MeanSquaredError(reduction=reduction)

    def by_hand(p: Any) -> Any:
        values = F.mse_loss(p, torch.tensor(y_true), reduction="none").mean(-1)
        each = torch.tensor(weights)
        each = each[:, 0] if weights.shape == (6, 1) else each[:, None] if weights.shape == (3,) else each
        each = each.expand(values.shape)
        return REDUCTIONS[reduction](values, each, torch.ones_like(values))

    hold(lambda p: loss(y_true, p, weights), [y_pred], by_hand)


@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "sum", "mean_with_sample_weight"])
def test_a_batch_of_the_ignored_class_alone(reduction, from_logits):
    """It is zero, and so is its gradient, where torch divides 0 by 0."""
    loss = losses.SparseCategoricalCrossentropy(from_logits, ignore_class=2, reduction=reduction)
    hold(lambda p: loss(np.full(6, 2), p), [PROBABILITIES], lambda p: (p * 0).sum())


#: How torch reduces ``values`` with the ``weights`` of the samples; ``counted`` are those not ignored.
REDUCTIONS: dict[Any, Callable[..., Any]] = {
    "sum_over_batch_size": lambda values, weights, counted: (values * weights).sum() / counted.sum(),
    "mean": lambda values, weights, counted: (values * weights).sum() / counted.sum(),
    "sum": lambda values, weights, counted: (values * weights).sum(),
    "mean_with_sample_weight": lambda values, weights, counted: (values * weights).sum() / (weights * counted).sum(),
    "none": lambda values, weights, counted: values * weights,
}


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("row", **SAMPLES)
def test_reductions(row, weighted, reduction):
    """The reduced loss; its local Jacobian too, which `input_gradients` gives."""
    loss, y = row.covers(**row.params, reduction=reduction), torch.tensor(row.y_true)
    weights = np.random.default_rng(2).choice([0.0, 0.5, 1.0, 3.0], len(loss_shape(row))) if weighted else None

    def by_hand(p: Any) -> Any:
        values = row.by_hand(y, p)
        counted = torch.ones_like(values) if row.counted is None else torch.tensor(row.counted).to(values)
        each = torch.ones(len(values), dtype=values.dtype) if weights is None else torch.tensor(weights)
        each = each.reshape(-1, *[1] * (values.ndim - 1)).expand(values.shape)
        return REDUCTIONS[reduction](values, each, counted)

    hold(lambda p: loss(row.y_true, p, weights), [row.y_pred], by_hand, order=1, floor=row.floor)
    loss(row.y_true, row.y_pred, weights)
    p = torch.tensor(row.y_pred, requires_grad=True)
    by_hand(p).sum().backward()
    expected = p.grad.numpy()
    scale = max(np.abs(expected).max(), row.floor)
    np.testing.assert_allclose(loss.input_gradients(), expected, rtol=1e-12, atol=1e-12 * scale)


def loss_shape(row: Row) -> Any:
    return row.by_hand(torch.tensor(row.y_true), torch.tensor(row.y_pred))


#: Those whose truth may be differentiated by, as in distillation.
OF_THE_TRUTH = [
    "CategoricalCrossentropy",
    "BinaryCrossentropy",
    "KLDivergence",
    "MeanSquaredError",
    "MeanAbsoluteError",
]
OF_THE_TRUTH += ["Huber", "LogCosh", "Poisson", "CosineSimilarity", "MeanSquaredLogarithmicError", "CategoricalHinge"]


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.name in OF_THE_TRUTH and row.order > 1 and not row.floor], ids=str
)
def test_derivatives_by_the_truth(row):
    if row.name in ("CategoricalCrossentropy", "KLDivergence", "BinaryCrossentropy"):
        y_true = np.resize(SOFT, row.y_true.shape)
    else:
        y_true = row.y_true
    hold(lambda y, p: row.function(y, p, **row.params), [y_true, row.y_pred], row.by_hand)


# The base class, and functions and modules of a user's own


class Squared(losses.Loss):
    def call(self, y_true, y_pred):
        return np.mean((y_true - y_pred) ** 2, axis=-1)


class SquaredByHand(beras.Diffable):
    """One number for the batch, with a gradient written by hand, and the parameters in the course's order."""

    def forward(self, y_pred, y_true):
        self.error = y_pred - y_true
        return np.mean(self.error**2)

    def input_gradients(self):
        return 2 * self.error / self.error.size


def squared_error(labels, probs):
    return np.sum((labels - probs) ** 2, axis=-1) / labels.shape[-1]


@pytest.mark.parametrize("given", [Squared(), SquaredByHand(), squared_error], ids=["class", "diffable", "function"])
def test_losses_of_ones_own(given):
    loss = losses.get(given)
    hold(lambda p: loss(VALUES, p), [SCORES], lambda p: F.mse_loss(p, torch.tensor(VALUES)))
