"""Optimizers: they change Variables in place, given their gradients."""

from typing import TYPE_CHECKING

from beras.lazy import lazily
from beras.optimizers.adam import Adam
from beras.optimizers.adamw import AdamW
from beras.optimizers.lookup import deserialize, get, serialize
from beras.optimizers.optimizer import Optimizer
from beras.optimizers.rmsprop import RMSprop
from beras.optimizers.sgd import SGD

if TYPE_CHECKING:
    from beras.optimizers import schedules
else:
    schedules = lazily("beras.optimizers.schedules")

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "RMSprop", "deserialize", "get", "schedules", "serialize"]
