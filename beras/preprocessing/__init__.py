"""From raw labels to arrays that a model can learn."""

from beras.preprocessing.categorical import to_categorical
from beras.preprocessing.one_hot import OneHotEncoder

__all__ = ["OneHotEncoder", "to_categorical"]
