"""Losses, with the names, defaults and numbers of Keras 3: ``loss(y_true, y_pred)``, in this order only."""

from beras.losses.binary import BinaryCrossentropy, binary_crossentropy
from beras.losses.categorical import CategoricalCrossentropy, categorical_crossentropy
from beras.losses.divergence import KLDivergence, Poisson, kl_divergence, poisson
from beras.losses.get import get, serialize
from beras.losses.hinge import CategoricalHinge, Hinge, SquaredHinge, categorical_hinge, hinge, squared_hinge
from beras.losses.loss import Loss
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

#: The course's spelling.
CategoricalCrossEntropy = CategoricalCrossentropy

__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossEntropy",
    "CategoricalCrossentropy",
    "CategoricalHinge",
    "CosineSimilarity",
    "Hinge",
    "Huber",
    "KLDivergence",
    "LogCosh",
    "Loss",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Poisson",
    "SparseCategoricalCrossentropy",
    "SquaredHinge",
    "binary_crossentropy",
    "categorical_crossentropy",
    "categorical_hinge",
    "cosine_similarity",
    "get",
    "hinge",
    "huber",
    "kl_divergence",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "poisson",
    "serialize",
    "sparse_categorical_crossentropy",
    "squared_hinge",
]
