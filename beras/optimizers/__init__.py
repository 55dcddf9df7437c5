"""Optimizers: they change Variables in place, given their gradients."""

from beras.optimizers import schedules
from beras.optimizers.adam import Adam
from beras.optimizers.adamw import AdamW
from beras.optimizers.lookup import deserialize, get, serialize
from beras.optimizers.optimizer import Optimizer
from beras.optimizers.rmsprop import RMSprop
from beras.optimizers.sgd import SGD

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "RMSprop", "deserialize", "get", "schedules", "serialize"]
