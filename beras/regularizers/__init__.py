"""Regularizers: penalties on weights that are added to the loss, with the names and defaults of Keras 3."""

from beras.regularizers.get import deserialize, get, serialize
from beras.regularizers.orthogonal import OrthogonalRegularizer
from beras.regularizers.regularizer import L1, L1L2, L2, Regularizer

# Keras's names of the same classes in lower case.
l1 = L1
l2 = L2
l1_l2 = L1L2
orthogonal_regularizer = OrthogonalRegularizer

__all__ = [
    "L1",
    "L1L2",
    "L2",
    "OrthogonalRegularizer",
    "Regularizer",
    "deserialize",
    "get",
    "l1",
    "l1_l2",
    "l2",
    "orthogonal_regularizer",
    "serialize",
]
