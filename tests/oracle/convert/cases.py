"""One line per layer, activation and setting that `to_torch` knows; every public one must be here."""

from __future__ import annotations

from functools import partial

from beras import activations, layers
from beras.activations.get import NAMES

#: Public names of beras.layers without a module, and why.
WITHOUT_MODULE = {
    "Input": "makes an InputLayer",
    "InputLayer": "is left out of a module",
    "Layer": "is the base of all",
}

LAYERS = {
    "Activation": lambda dtype: layers.Activation("selu", dtype=dtype),
    "Dense": lambda dtype: layers.Dense(5, dtype=dtype),
    "Dense without bias": lambda dtype: layers.Dense(5, "gelu", use_bias=False, dtype=dtype),
    "Dense with a softmax": lambda dtype: layers.Dense(5, "softmax", bias_initializer="ones", dtype=dtype),
    "Dense with parameters": lambda dtype: layers.Dense(4, partial(activations.elu, alpha=0.3), dtype=dtype),
    "Dropout": lambda dtype: layers.Dropout(0.4, dtype=dtype),
    "Dropout with a mask's shape": lambda dtype: layers.Dropout(0.4, noise_shape=(None, 1), dtype=dtype),
    "Flatten": lambda dtype: layers.Flatten(dtype=dtype),
    "LeakyReLU": lambda dtype: layers.LeakyReLU(0.7, dtype=dtype),
    "ReLU": lambda dtype: layers.ReLU(dtype=dtype),
    "ReLU with all its parameters": lambda dtype: layers.ReLU(2.0, 0.25, 0.5, dtype=dtype),
    "Rescaling": lambda dtype: layers.Rescaling(1 / 127.5, -1.0, dtype=dtype),
    "Sigmoid": lambda dtype: layers.Sigmoid(dtype=dtype),
    "Softmax": lambda dtype: layers.Softmax(dtype=dtype),
    "Softmax along another axis": lambda dtype: layers.Softmax(axis=1, dtype=dtype),
    "Softmax over two axes": lambda dtype: layers.Softmax(axis=(0, 1), dtype=dtype),
    "Tanh": lambda dtype: layers.Tanh(dtype=dtype),
}

#: With other parameters than their defaults; each activation with its defaults is in ACTIVATIONS besides.
WITH_PARAMETERS = {
    "celu": partial(activations.celu, alpha=0.5),
    "elu": partial(activations.elu, alpha=0.5),
    "gelu": partial(activations.gelu, approximate=True),
    "glu": partial(activations.glu, axis=0),
    "hard_shrink": partial(activations.hard_shrink, threshold=1.0),
    "leaky_relu": partial(activations.leaky_relu, negative_slope=2.0),
    "log_softmax": partial(activations.log_softmax, axis=0),
    "relu": partial(activations.relu, negative_slope=0.1, max_value=2.0, threshold=-1.0),
    "soft_shrink": partial(activations.soft_shrink, threshold=1.0),
    "softmax": partial(activations.softmax, axis=0),
    "sparsemax": partial(activations.sparsemax, axis=0),
    "squareplus": partial(activations.squareplus, b=1.0),
    "threshold": partial(activations.threshold, threshold=0.5, default_value=-2.0),
}

ACTIVATIONS = {
    **{name: function for name, function in NAMES.items() if name != "threshold"},  # which has no defaults
    **{f"{name} with parameters": function for name, function in WITH_PARAMETERS.items()},
}
