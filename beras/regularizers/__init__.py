"""Regularizers: penalties on weights that are added to the loss, with the names and defaults of Keras 3."""

from beras.regularizers.get import get, serialize
from beras.regularizers.regularizer import L1, L1L2, L2, Regularizer

# Keras's names of the same classes in lower case.
l1 = L1
l2 = L2
l1_l2 = L1L2

__all__ = ["L1", "L1L2", "L2", "Regularizer", "get", "l1", "l1_l2", "l2", "serialize"]
