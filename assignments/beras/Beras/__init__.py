"""Beras: layers, losses, optimizers and a tape, in NumPy. What a script needs is importable from here."""

from Beras.activations import LeakyReLU, ReLU, Softmax
from Beras.core import Callable, Diffable, GradientTape
from Beras.layers import Dense
from Beras.losses import CategoricalCrossentropy, MeanSquaredError
from Beras.metrics import CategoricalAccuracy
from Beras.model import Model
from Beras.onehot import OneHotEncoder
from Beras.optimizers import Adam, BasicOptimizer, RMSProp

__all__ = [
    "Adam",
    "BasicOptimizer",
    "Callable",
    "CategoricalAccuracy",
    "CategoricalCrossentropy",
    "Dense",
    "Diffable",
    "GradientTape",
    "LeakyReLU",
    "MeanSquaredError",
    "Model",
    "OneHotEncoder",
    "RMSProp",
    "ReLU",
    "Softmax",
]
