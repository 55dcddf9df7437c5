"""beras: the Keras that trains on NumPy.

An automatic-differentiation framework written from scratch, with the API of Keras 3. Outside a tape it is plain NumPy;
inside ``with beras.GradientTape()`` plain NumPy code is differentiated.
"""

from typing import TYPE_CHECKING

from beras.lazy import lazily

if TYPE_CHECKING:
    from beras import callbacks, constraints, datasets, metrics, optimizers, oracle, saving, schedules, utils
else:
    _LAZY = ("callbacks", "constraints", "datasets", "metrics", "optimizers", "oracle", "saving", "schedules", "utils")
    callbacks, constraints, datasets, metrics, optimizers, oracle, saving, schedules, utils = (
        lazily(f"beras.{name}") for name in _LAZY
    )

from beras import (
    activations,
    config,
    diffusion,  # which loads its own names lazily
    initializers,
    layers,
    losses,
    models,
    preprocessing,
    regularizers,
)
from beras.autodiff import (
    GradientMismatch,
    GradientTape,
    Tensor,
    Variable,
    check_grads,
    custom_gradient,
    debug,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    no_gradient,
    numerical_gradient,
    primitive,
    stop_gradient,
    value_and_grad,
    vjp,
)
from beras.config import floatx, set_floatx, set_random_seed
from beras.core import Callable, Diffable, Weighted
from beras.initializers import Initializer
from beras.layers import (
    Activation,
    Dense,
    Dropout,
    Flatten,
    Input,
    Layer,
    LeakyReLU,
    ReLU,
    Rescaling,
    Sigmoid,
    Softmax,
    Tanh,
)
from beras.losses import CategoricalCrossEntropy, CategoricalCrossentropy, Loss
from beras.models import Model, Sequential, SequentialModel, load_model
from beras.preprocessing import OneHotEncoder, get_data_MNIST, to_categorical
from beras.regularizers import Regularizer

__version__ = "0.1.0"

__all__ = [
    "Activation",
    "Callable",
    "CategoricalCrossEntropy",
    "CategoricalCrossentropy",
    "Dense",
    "Diffable",
    "Dropout",
    "Flatten",
    "GradientMismatch",
    "GradientTape",
    "Initializer",
    "Input",
    "Layer",
    "LeakyReLU",
    "Loss",
    "Model",
    "OneHotEncoder",
    "ReLU",
    "Regularizer",
    "Rescaling",
    "Sequential",
    "SequentialModel",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "Tensor",
    "Variable",
    "Weighted",
    "activations",
    "callbacks",
    "check_grads",
    "config",
    "constraints",
    "custom_gradient",
    "datasets",
    "debug",
    "diffusion",
    "floatx",
    "get_data_MNIST",
    "grad",
    "hessian",
    "hvp",
    "initializers",
    "jacobian",
    "jvp",
    "layers",
    "load_model",
    "losses",
    "metrics",
    "models",
    "no_gradient",
    "numerical_gradient",
    "optimizers",
    "oracle",
    "preprocessing",
    "primitive",
    "regularizers",
    "saving",
    "schedules",
    "set_floatx",
    "set_random_seed",
    "stop_gradient",
    "to_categorical",
    "utils",
    "value_and_grad",
    "vjp",
]
