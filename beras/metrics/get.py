"""Metrics by name; ``"accuracy"`` by loss and shapes."""

from __future__ import annotations

from typing import Any

from beras import losses
from beras.core.lookup import configured, find, from_custom, make
from beras.core.naming import snake_case
from beras.losses.binding import by_name
from beras.metrics.accuracy import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
)
from beras.metrics.auc import AUC
from beras.metrics.confusion import FalseNegatives, FalsePositives, Precision, Recall, TrueNegatives, TruePositives
from beras.metrics.correlations import ConcordanceCorrelation, PearsonCorrelation
from beras.metrics.f_score import F1Score, FBetaScore
from beras.metrics.iou import BinaryIoU, IoU, MeanIoU, OneHotIoU, OneHotMeanIoU
from beras.metrics.loss_means import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    CategoricalHinge,
    CosineSimilarity,
    Hinge,
    KLDivergence,
    LogCoshError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    Poisson,
    RootMeanSquaredError,
    SparseCategoricalCrossentropy,
    SquaredHinge,
)
from beras.metrics.mean import FunctionMetric, Mean, Sum
from beras.metrics.metric import Metric
from beras.metrics.r2_score import R2Score
from beras.metrics.trade_offs import (
    PrecisionAtRecall,
    RecallAtPrecision,
    SensitivityAtSpecificity,
    SpecificityAtSensitivity,
)

__all__ = ["NAMES", "check", "deserialize", "get", "serialize"]

CLASSES: tuple[type[Metric], ...] = (
    *(Accuracy, BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy),
    *(SparseTopKCategoricalAccuracy, TopKCategoricalAccuracy),
    *(FalseNegatives, FalsePositives, Precision, Recall, TrueNegatives, TruePositives, F1Score, FBetaScore),
    *(BinaryCrossentropy, CategoricalCrossentropy, CategoricalHinge, CosineSimilarity, Hinge, KLDivergence),
    *(LogCoshError, MeanAbsoluteError, MeanAbsolutePercentageError, MeanSquaredError, MeanSquaredLogarithmicError),
    *(Poisson, RootMeanSquaredError, SparseCategoricalCrossentropy, SquaredHinge, Mean, Sum),
    *(AUC, SensitivityAtSpecificity, SpecificityAtSensitivity, PrecisionAtRecall, RecallAtPrecision),
    *(BinaryIoU, IoU, MeanIoU, OneHotIoU, OneHotMeanIoU, R2Score, PearsonCorrelation, ConcordanceCorrelation),
)
NAMES: dict[str, type[Metric]] = {
    **{snake_case(cls.__name__): cls for cls in CLASSES},
    "acc": Accuracy,
    "bce": BinaryCrossentropy,
    "kld": KLDivergence,
    "mae": MeanAbsoluteError,
    "mape": MeanAbsolutePercentageError,
    "mse": MeanSquaredError,
    "msle": MeanSquaredLogarithmicError,
}

#: What "accuracy" means for a loss when no shapes are known.
BY_LOSS: dict[type[losses.Loss], type[Metric]] = {
    losses.BinaryCrossentropy: BinaryAccuracy,
    losses.CategoricalCrossentropy: CategoricalAccuracy,
    losses.CategoricalHinge: CategoricalAccuracy,
    losses.KLDivergence: CategoricalAccuracy,
    losses.SparseCategoricalCrossentropy: SparseCategoricalAccuracy,
}

Shape = tuple[int | None, ...] | None


def get(identifier: Any, loss: Any = None, y_true_shape: Shape = None, y_pred_shape: Shape = None) -> Metric:
    """Return the metric that ``identifier`` means.

    It may be a name in any spelling, a class, an instance, a config, or a function ``f(y_true, y_pred)`` that gives one
    value per sample, of which the mean is taken. A name given as a string is the metric's name.

    ``"accuracy"`` or ``"acc"`` is found by the shapes as in Keras: `BinaryAccuracy` for one output,
    `SparseCategoricalAccuracy` for class numbers, `CategoricalAccuracy` otherwise; without shapes by the ``loss``. With
    a `BinaryCrossentropy` of logits its threshold is 0 (Keras keeps 0.5).

    Raises:
        ValueError: for an unknown name, with the nearest known one; for "accuracy" when nothing tells which.
        TypeError: for a loss, an optimizer, and anything else.

    >>> get("accuracy", y_true_shape=(8,), y_pred_shape=(8, 10))
    <SparseCategoricalAccuracy name=accuracy>
    """
    if _is_accuracy(identifier):
        return _accuracy_for(identifier, loss, y_true_shape, y_pred_shape)
    if isinstance(identifier, str):
        metric = find("metric", identifier, NAMES)()
        metric.name = identifier
        return metric
    _refuse_others(identifier)
    made = make("metric", identifier, NAMES, Metric)
    if made is not None:
        return made
    if not callable(identifier):
        raise TypeError(
            f"A metric is a name such as 'accuracy', a Metric, or a function f(y_true, y_pred). "
            f"Received: {identifier!r} of type {type(identifier).__name__}."
        )
    return FunctionMetric(by_name(identifier), getattr(identifier, "__name__", type(identifier).__name__))


def check(identifier: Any) -> None:
    """Raise what `get` would raise for an identifier that cannot be a metric, before any shapes are known."""
    if not _is_accuracy(identifier):
        get(identifier)


def serialize(metric: Metric) -> dict[str, Any] | None:
    """Return the config from which `get` makes an equal metric."""
    return configured(metric)


def deserialize(config: Any, custom_objects: Any = None) -> Metric:
    """Return the metric that `serialize` (or ``keras.metrics.serialize``) wrote.

    ``custom_objects`` maps the names of the user's own classes to the classes.
    """
    return get(from_custom(config, custom_objects))


def _is_accuracy(identifier: Any) -> bool:
    return isinstance(identifier, str) and identifier.lower() in ("accuracy", "acc")


def _accuracy_for(name: str, loss: Any, y_true_shape: Shape, y_pred_shape: Shape) -> Metric:
    loss = losses.get(loss) if isinstance(loss, (str, type)) else loss
    if y_true_shape is not None and y_pred_shape is not None:
        kind = _accuracy_by_shape(tuple(y_true_shape), tuple(y_pred_shape))
    else:
        found = next((metric for cls, metric in BY_LOSS.items() if isinstance(loss, cls)), None)
        if found is None:
            raise ValueError(
                f"Which accuracy {name!r} means cannot be told from the loss {loss!r}. Name it: 'binary_accuracy', "
                f"'categorical_accuracy' or 'sparse_categorical_accuracy'."
            )
        kind = found
    if kind is BinaryAccuracy and isinstance(loss, losses.BinaryCrossentropy) and loss.from_logits:
        return BinaryAccuracy(name, threshold=0.0)
    metric = kind()
    metric.name = name
    return metric


def _accuracy_by_shape(y_true: tuple[int | None, ...], y_pred: tuple[int | None, ...]) -> type[Metric]:
    if len(y_pred) < 2 or y_pred[-1] == 1:
        return BinaryAccuracy
    if len(y_true) < len(y_pred) or y_true[-1] == 1:
        return SparseCategoricalAccuracy
    return CategoricalAccuracy


def _refuse_others(identifier: Any) -> None:
    kind = identifier if isinstance(identifier, type) else type(identifier)
    if issubclass(kind, losses.Loss):
        twin = NAMES.get(snake_case(kind.__name__))
        hint = f"beras.metrics.{twin.__name__}()" if twin else "the function f(y_true, y_pred) itself"
        raise TypeError(f"Expected a metric. Received: {kind.__name__}, which is a loss. Pass {hint}.")
    if hasattr(kind, "apply_gradients"):
        raise TypeError(f"Expected a metric. Received: {kind.__name__}, an optimizer. It goes first in compile(...).")
