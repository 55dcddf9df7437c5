"""From raw labels to arrays that a model can learn."""

from beras.preprocessing.categorical import to_categorical
from beras.preprocessing.mnist import get_data_MNIST
from beras.preprocessing.normalize import normalize
from beras.preprocessing.one_hot import OneHotEncoder
from beras.preprocessing.sequences import pad_sequences
from beras.preprocessing.split import split_dataset

__all__ = ["OneHotEncoder", "get_data_MNIST", "normalize", "pad_sequences", "split_dataset", "to_categorical"]
