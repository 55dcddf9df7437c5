"""Activation functions, with the names and defaults of Keras 3. They take part in tapes."""

from beras.activations.gated import gelu, glu, hard_silu, mish, silu
from beras.activations.get import deserialize, get, serialize
from beras.activations.linear import exponential, linear
from beras.activations.rectifiers import celu, elu, leaky_relu, relu, relu6, selu, threshold
from beras.activations.shrinking import hard_shrink, soft_shrink, tanh_shrink
from beras.activations.sigmoids import hard_sigmoid, hard_tanh, sigmoid, softsign, sparse_sigmoid, tanh
from beras.activations.softmaxes import log_softmax, softmax, sparsemax
from beras.activations.softplus import log_sigmoid, softplus, sparse_plus, squareplus

# Keras's other names of the same functions.
hard_swish = hard_silu
swish = silu

__all__ = [
    "celu",
    "deserialize",
    "elu",
    "exponential",
    "gelu",
    "get",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "serialize",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
    "threshold",
]
