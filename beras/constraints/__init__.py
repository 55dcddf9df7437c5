"""Constraints: what a weight is made to fulfil after each update, with the names and defaults of Keras 3."""

from beras.constraints.constraint import Constraint, NonNeg
from beras.constraints.get import get, serialize
from beras.constraints.norms import MaxNorm, MinMaxNorm, UnitNorm

# Keras's names of the same classes in lower case.
max_norm = MaxNorm
min_max_norm = MinMaxNorm
non_neg = NonNeg
unit_norm = UnitNorm

__all__ = [
    "Constraint",
    "MaxNorm",
    "MinMaxNorm",
    "NonNeg",
    "UnitNorm",
    "get",
    "max_norm",
    "min_max_norm",
    "non_neg",
    "serialize",
    "unit_norm",
]
