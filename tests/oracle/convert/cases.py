"""One line per layer, activation and setting that `to_torch` knows; every public one must be here."""

from __future__ import annotations

from functools import partial

from beras import activations, initializers, layers
from beras.activations.get import NAMES

#: Public names of beras.layers without a module, and why.
WITHOUT_MODULE = {
    "Input": "makes an InputLayer",
    "InputLayer": "is left out of a module",
    "Layer": "is the base of all",
    **dict.fromkeys(
        (
            *("Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract"),
            *("add", "average", "concatenate", "dot", "maximum", "minimum", "multiply", "subtract"),
        ),
        "takes several arrays, and an nn.Sequential passes on one",
    ),
    "Embedding": "takes whole numbers: see test_normalizations.py",
    **dict.fromkeys(
        (
            *("AveragePooling2D", "Conv2D", "DepthwiseConv2D", "GlobalAveragePooling2D", "GlobalMaxPooling2D"),
            *("MaxPooling2D", "ZeroPadding2D"),
        ),
        "takes images: see test_images.py",
    ),
    **dict.fromkeys(
        ("ElasticDistortion", "RandomElasticTransform", "RandomRotation", "RandomTranslation", "RandomZoom"),
        "is for training, and torch itself has nothing like it",
    ),
}

#: Statistics that are no round numbers.
STATISTICS = {
    "moving_mean_initializer": "random_normal",
    "moving_variance_initializer": initializers.RandomUniform(0.5, 1.5),
    "gamma_initializer": "random_normal",
    "beta_initializer": "random_normal",
}

LAYERS = {
    "Activation": lambda dtype: layers.Activation("selu", dtype=dtype),
    "BatchNormalization": lambda dtype: layers.BatchNormalization(**STATISTICS, dtype=dtype),
    "BatchNormalization without beta": lambda dtype: layers.BatchNormalization(center=False, dtype=dtype, **STATISTICS),
    "BatchNormalization without gamma": lambda dtype: layers.BatchNormalization(scale=False, dtype=dtype, **STATISTICS),
    "BatchNormalization without either": lambda dtype: layers.BatchNormalization(
        center=False, scale=False, epsilon=0.1, dtype=dtype, **STATISTICS
    ),
    "BatchNormalization along the last axis": lambda dtype: layers.BatchNormalization(dtype=dtype, **STATISTICS),
    "BatchNormalization along axis 1": lambda dtype: layers.BatchNormalization(axis=1, dtype=dtype, **STATISTICS),
    "Dense": lambda dtype: layers.Dense(5, dtype=dtype),
    "Dense without bias": lambda dtype: layers.Dense(5, "gelu", use_bias=False, dtype=dtype),
    "Dense with a softmax": lambda dtype: layers.Dense(5, "softmax", bias_initializer="ones", dtype=dtype),
    "Dense with parameters": lambda dtype: layers.Dense(4, partial(activations.elu, alpha=0.3), dtype=dtype),
    "Dropout": lambda dtype: layers.Dropout(0.4, dtype=dtype),
    "Dropout with a mask's shape": lambda dtype: layers.Dropout(0.4, noise_shape=(None, 1), dtype=dtype),
    "ELU": lambda dtype: layers.ELU(0.7, dtype=dtype),
    "Flatten": lambda dtype: layers.Flatten(dtype=dtype),
    "GaussianNoise": lambda dtype: layers.GaussianNoise(0.3, dtype=dtype),
    "LayerNormalization": lambda dtype: layers.LayerNormalization(gamma_initializer="random_normal", dtype=dtype),
    "LayerNormalization without beta": lambda dtype: layers.LayerNormalization(center=False, dtype=dtype),
    "LayerNormalization without gamma": lambda dtype: layers.LayerNormalization(scale=False, dtype=dtype),
    "LayerNormalization without either": lambda dtype: layers.LayerNormalization(
        center=False, scale=False, dtype=dtype
    ),
    "LayerNormalization along two axes": lambda dtype: layers.LayerNormalization(
        [1, 2], beta_initializer="random_normal", dtype=dtype
    ),
    "LeakyReLU": lambda dtype: layers.LeakyReLU(0.7, dtype=dtype),
    "Permute of two axes": lambda dtype: layers.Permute((2, 1), dtype=dtype),
    "ReLU": lambda dtype: layers.ReLU(dtype=dtype),
    "ReLU with all its parameters": lambda dtype: layers.ReLU(2.0, 0.25, 0.5, dtype=dtype),
    "RepeatVector": lambda dtype: layers.RepeatVector(3, dtype=dtype),
    "Rescaling": lambda dtype: layers.Rescaling(1 / 127.5, -1.0, dtype=dtype),
    "Reshape": lambda dtype: layers.Reshape((2, -1), dtype=dtype),
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
