"""Losses by name."""

from __future__ import annotations

from typing import Any

from beras.core import Diffable
from beras.core.lookup import configured, from_custom, make
from beras.losses.binary import BinaryCrossentropy, binary_crossentropy
from beras.losses.binding import DiffableLoss, by_name
from beras.losses.categorical import CategoricalCrossentropy, categorical_crossentropy
from beras.losses.divergence import KLDivergence, Poisson, kl_divergence, poisson
from beras.losses.focal import (
    BinaryFocalCrossentropy,
    CategoricalFocalCrossentropy,
    binary_focal_crossentropy,
    categorical_focal_crossentropy,
)
from beras.losses.generalized import CategoricalGeneralizedCrossEntropy, categorical_generalized_cross_entropy
from beras.losses.hinge import CategoricalHinge, Hinge, SquaredHinge, categorical_hinge, hinge, squared_hinge
from beras.losses.loss import FunctionLoss, Loss
from beras.losses.overlap import Dice, Tversky, dice, tversky
from beras.losses.regression import (
    CosineSimilarity,
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    cosine_similarity,
    huber,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)
from beras.losses.sparse_categorical import SparseCategoricalCrossentropy, sparse_categorical_crossentropy

__all__ = ["FUNCTIONS", "NAMES", "deserialize", "get", "serialize"]

#: Each function with its class.
FUNCTIONS: dict[Any, type[Loss]] = {
    binary_crossentropy: BinaryCrossentropy,
    binary_focal_crossentropy: BinaryFocalCrossentropy,
    categorical_crossentropy: CategoricalCrossentropy,
    categorical_focal_crossentropy: CategoricalFocalCrossentropy,
    categorical_generalized_cross_entropy: CategoricalGeneralizedCrossEntropy,
    categorical_hinge: CategoricalHinge,
    cosine_similarity: CosineSimilarity,
    dice: Dice,
    hinge: Hinge,
    huber: Huber,
    kl_divergence: KLDivergence,
    log_cosh: LogCosh,
    mean_absolute_error: MeanAbsoluteError,
    mean_absolute_percentage_error: MeanAbsolutePercentageError,
    mean_squared_error: MeanSquaredError,
    mean_squared_logarithmic_error: MeanSquaredLogarithmicError,
    poisson: Poisson,
    sparse_categorical_crossentropy: SparseCategoricalCrossentropy,
    squared_hinge: SquaredHinge,
    tversky: Tversky,
}
NAMES: dict[str, type[Loss]] = {
    **{function.__name__: loss for function, loss in FUNCTIONS.items()},
    "bce": BinaryCrossentropy,
    "kld": KLDivergence,
    "kullback_leibler_divergence": KLDivergence,
    "mae": MeanAbsoluteError,
    "mape": MeanAbsolutePercentageError,
    "mse": MeanSquaredError,
    "msle": MeanSquaredLogarithmicError,
}


def get(identifier: Any) -> Loss:
    """Return the loss that ``identifier`` means.

    It may be a name in any spelling (``"mse"``, ``"categorical_crossentropy"``), a class, an instance, a config, a
    function ``f(y_true, y_pred)`` that gives one value per sample or one number, or a `Diffable` of the user's own.
    The latter is called by the names of its parameters: the truth is ``y_true``, ``truths``, ``labels`` or ``targets``;
    the prediction ``y_pred``, ``inputs``, ``probs``, ``logits`` or ``predictions``. So is a function with such names.

    Raises:
        ValueError: for an unknown name, with the nearest known one.
        TypeError: for a Diffable whose parameters have other names, and for anything else.

    >>> get("mse")
    <MeanSquaredError name=mean_squared_error>
    """
    if isinstance(identifier, type) and issubclass(identifier, Diffable) and not issubclass(identifier, Loss):
        identifier = identifier()
    made = make("loss", identifier, NAMES, Loss)
    if made is not None:
        return made
    for method, kind in (("update_state", "a metric: pass it in metrics=[...]"), ("apply_gradients", "an optimizer")):
        if hasattr(identifier, method):
            raise TypeError(f"Expected a loss. Received: {type(identifier).__name__}, which is {kind}.")
    if isinstance(identifier, Diffable):
        return DiffableLoss(identifier)
    if not callable(identifier):
        raise TypeError(
            f"A loss is a name such as 'mse', a Loss, or a function f(y_true, y_pred). "
            f"Received: {identifier!r} of type {type(identifier).__name__}."
        )
    if identifier in FUNCTIONS:
        return FUNCTIONS[identifier]()
    return FunctionLoss(by_name(identifier), name=getattr(identifier, "__name__", type(identifier).__name__))


def serialize(loss: Loss) -> dict[str, Any] | None:
    """Return the config from which `get` makes an equal loss."""
    return configured(loss)


def deserialize(name: Any, custom_objects: Any = None) -> Loss:
    """Return the loss that `serialize` (or ``keras.losses.serialize``) wrote, or that is called so.

    ``custom_objects`` maps the names of the user's own classes to the classes.
    """
    return get(from_custom(name, custom_objects))
