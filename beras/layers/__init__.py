"""The layers, with the names, arguments and defaults of Keras 3."""

from typing import TYPE_CHECKING

from beras.core.classes import register_home
from beras.layers.activation import ELU, Activation, LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from beras.layers.dense import Dense
from beras.layers.dropout import Dropout
from beras.layers.flatten import Flatten
from beras.layers.input_layer import Input, InputLayer
from beras.layers.layer import Layer
from beras.layers.rescaling import Rescaling
from beras.lazy import names_from

if TYPE_CHECKING:
    from beras.layers.batch_normalization import BatchNormalization
    from beras.layers.concatenation import Concatenate, concatenate
    from beras.layers.conv2d import Conv2D
    from beras.layers.depthwise_conv2d import DepthwiseConv2D
    from beras.layers.dot_product import Dot, dot
    from beras.layers.embedding import Embedding
    from beras.layers.gaussian_noise import GaussianNoise
    from beras.layers.global_pooling2d import GlobalAveragePooling2D, GlobalMaxPooling2D
    from beras.layers.layer_normalization import LayerNormalization
    from beras.layers.merge import (
        Add,
        Average,
        Maximum,
        Minimum,
        Multiply,
        Subtract,
        add,
        average,
        maximum,
        minimum,
        multiply,
        subtract,
    )
    from beras.layers.pooling2d import AveragePooling2D, MaxPooling2D
    from beras.layers.random_affine import RandomRotation, RandomTranslation, RandomZoom
    from beras.layers.random_elastic import ElasticDistortion, RandomElasticTransform
    from beras.layers.reshape import Permute, RepeatVector, Reshape
    from beras.layers.zero_padding2d import ZeroPadding2D

#: The modules that are loaded when one of their names is first used.
_RARE = {
    "batch_normalization": ("BatchNormalization",),
    "concatenation": ("Concatenate", "concatenate"),
    "conv2d": ("Conv2D",),
    "depthwise_conv2d": ("DepthwiseConv2D",),
    "dot_product": ("Dot", "dot"),
    "embedding": ("Embedding",),
    "gaussian_noise": ("GaussianNoise",),
    "global_pooling2d": ("GlobalAveragePooling2D", "GlobalMaxPooling2D"),
    "layer_normalization": ("LayerNormalization",),
    "merge": (
        *("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"),
        *("add", "average", "maximum", "minimum", "multiply", "subtract"),
    ),
    "pooling2d": ("AveragePooling2D", "MaxPooling2D"),
    "random_affine": ("RandomRotation", "RandomTranslation", "RandomZoom"),
    "random_elastic": ("ElasticDistortion", "RandomElasticTransform"),
    "reshape": ("Permute", "RepeatVector", "Reshape"),
    "zero_padding2d": ("ZeroPadding2D",),
}

__getattr__ = names_from(__name__, _RARE)
register_home(__name__)

__all__ = [
    "ELU",
    "Activation",
    "Add",
    "Average",
    "AveragePooling2D",
    "BatchNormalization",
    "Concatenate",
    "Conv2D",
    "Dense",
    "DepthwiseConv2D",
    "Dot",
    "Dropout",
    "ElasticDistortion",
    "Embedding",
    "Flatten",
    "GaussianNoise",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "Input",
    "InputLayer",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "MaxPooling2D",
    "Maximum",
    "Minimum",
    "Multiply",
    "Permute",
    "RandomElasticTransform",
    "RandomRotation",
    "RandomTranslation",
    "RandomZoom",
    "ReLU",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "Sigmoid",
    "Softmax",
    "Subtract",
    "Tanh",
    "ZeroPadding2D",
    "add",
    "average",
    "concatenate",
    "dot",
    "maximum",
    "minimum",
    "multiply",
    "subtract",
]
