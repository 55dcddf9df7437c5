"""From raw labels to arrays that a model can learn."""

from typing import TYPE_CHECKING

from beras.lazy import names_from
from beras.preprocessing.categorical import to_categorical
from beras.preprocessing.mnist import get_data_MNIST
from beras.preprocessing.one_hot import OneHotEncoder

if TYPE_CHECKING:
    from beras.preprocessing.sequences import pad_sequences
    from beras.preprocessing.split import split_dataset
    from beras.preprocessing.unit_norm import normalize

#: The modules that are loaded when one of their names is first used.
_RARE = {"unit_norm": ("normalize",), "sequences": ("pad_sequences",), "split": ("split_dataset",)}

__getattr__ = names_from(__name__, _RARE)

__all__ = ["OneHotEncoder", "get_data_MNIST", "normalize", "pad_sequences", "split_dataset", "to_categorical"]
