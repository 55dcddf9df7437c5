"""The layers, with the names, arguments and defaults of Keras 3."""

from beras.layers.activation import Activation, LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from beras.layers.dense import Dense
from beras.layers.dropout import Dropout
from beras.layers.flatten import Flatten
from beras.layers.input_layer import Input, InputLayer
from beras.layers.layer import Layer
from beras.layers.rescaling import Rescaling

__all__ = [
    "Activation",
    "Dense",
    "Dropout",
    "Flatten",
    "Input",
    "InputLayer",
    "Layer",
    "LeakyReLU",
    "ReLU",
    "Rescaling",
    "Sigmoid",
    "Softmax",
    "Tanh",
]
