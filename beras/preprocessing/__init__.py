"""From raw labels to arrays that a model can learn."""

from beras.preprocessing.categorical import to_categorical
from beras.preprocessing.mnist import get_data_MNIST
from beras.preprocessing.one_hot import OneHotEncoder

__all__ = ["OneHotEncoder", "get_data_MNIST", "to_categorical"]
