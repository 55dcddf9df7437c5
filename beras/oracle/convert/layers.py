"""The table of layers: layer of beras, module of torch.

This file imports torch; nothing that ``import beras.oracle`` runs imports it.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from torch import nn
from torch.nn.utils import skip_init

from beras import activations, layers
from beras.oracle.convert import images, modules, normalizations
from beras.oracle.convert.activations import activation_of, activations_by_module, module_of, where, with_activation
from beras.oracle.convert.modules import dtype_name, dtype_named
from beras.oracle.convert.registry import LAYERS, MODULES, LayerRow, ModuleRow

__all__ = ["activation_layer", "supported_modules"]

LINEAR = {"kernel": "weight.T", "bias": "bias"}


def _linear(layer: layers.Dense) -> list[tuple[str, nn.Module]]:
    n_in, n_out = layer.kernel.shape
    # No draw from torch's generator: the weights are filled in anyway.
    linear = skip_init(nn.Linear, n_in, n_out, bias=layer.use_bias, dtype=dtype_named(layer.kernel.dtype.name))
    return with_activation(layer, linear)


def _dense(linear: nn.Linear, name: str | None, dtype: str) -> layers.Dense:
    layer = layers.Dense(linear.out_features, use_bias=linear.bias is not None, name=name, dtype=dtype)
    layer.build_for((None, linear.in_features))
    return layer


EMBEDDING = {"embeddings": "weight"}


def _embedding(layer: layers.Embedding) -> nn.Module:
    return skip_init(nn.Embedding, *layer.embeddings.shape, dtype=dtype_named(layer.embeddings.dtype.name))


def _table(embedding: nn.Embedding, name: str | None, dtype: str) -> layers.Embedding:
    for argument, usual in (("padding_idx", None), ("max_norm", None), ("scale_grad_by_freq", False)):
        if getattr(embedding, argument) != usual:
            raise ValueError(f"beras has {argument}={usual} only. Received: {embedding}.")
    layer = layers.Embedding(embedding.num_embeddings, embedding.embedding_dim, name=name, dtype=dtype)
    layer.build()
    return layer


def _dropout(layer: layers.Dropout) -> nn.Module:
    if layer.noise_shape is None:
        return nn.Dropout(layer.rate)
    return modules.MaskedDropout(layer.rate, layer.noise_shape)


def _flatten(module: nn.Flatten, name: str | None, dtype: str) -> layers.Flatten:
    if (module.start_dim, module.end_dim) != (1, -1):
        raise ValueError(f"beras flattens all axes but the first, start_dim=1 and end_dim=-1. Received: {module}.")
    return layers.Flatten(name=name, dtype=dtype)


def _relu(module: modules.Rectifier, name: str | None, dtype: str) -> Any:
    settings = (module.max_value, module.negative_slope, module.threshold)
    if any(value is not None and value < 0 for value in settings):  # which the function takes, and the layer does not
        return activation_layer(module, name, dtype)
    return layers.ReLU(*settings, name=name, dtype=dtype)


def _softmax(module: nn.Softmax, name: str | None, dtype: str) -> layers.Layer:
    made = activation_of(module, activations.softmax)
    return layers.Softmax(getattr(made, "keywords", {}).get("axis", -1), name=name, dtype=dtype)


def _function(function: Any) -> Any:
    """Return what makes the module of an activation layer, whose parameters are those of ``function``."""
    return lambda layer: module_of(partial(function, **_given(layer, function)), where(layer))


def _given(layer: Any, function: Any) -> dict[str, Any]:
    from inspect import signature

    parameters = {name: p.default for name, p in list(signature(function).parameters.items())[1:]}
    return {name: getattr(layer, name) for name, default in parameters.items() if getattr(layer, name) != default}


ROWS = {
    **images.ROWS,
    **normalizations.ROWS,
    layers.Activation: LayerRow(lambda layer: module_of(layer.activation, where(layer))),
    layers.Dense: LayerRow(_linear, LINEAR),
    layers.Dropout: LayerRow(_dropout),
    layers.ELU: LayerRow(lambda layer: nn.ELU(layer.alpha)),
    layers.Embedding: LayerRow(_embedding, EMBEDDING),
    layers.Flatten: LayerRow(lambda layer: nn.Flatten()),
    layers.GaussianNoise: LayerRow(lambda layer: modules.GaussianNoise(layer.stddev)),
    layers.LeakyReLU: LayerRow(lambda layer: nn.LeakyReLU(layer.negative_slope)),
    layers.Permute: LayerRow(lambda layer: modules.Permute(layer.dims)),
    layers.ReLU: LayerRow(_function(activations.relu)),
    layers.RepeatVector: LayerRow(lambda layer: modules.RepeatVector(layer.n)),
    layers.Rescaling: LayerRow(lambda layer: modules.Rescaling(layer.scale, layer.offset, dtype_named(layer.dtype))),
    layers.Reshape: LayerRow(lambda layer: modules.Reshape(layer.target_shape)),
    layers.Sigmoid: LayerRow(lambda layer: nn.Sigmoid()),
    layers.Softmax: LayerRow(_function(activations.softmax)),
    layers.Tanh: LayerRow(lambda layer: nn.Tanh()),
}
MODULE_ROWS: dict[Any, ModuleRow] = {
    **images.MODULE_ROWS,
    **normalizations.MODULE_ROWS,
    modules.Cast: ModuleRow(lambda m, name, dtype: layers.Activation("linear", name=name, dtype=dtype_name(m.dtype))),
    modules.GaussianNoise: ModuleRow(lambda m, name, dtype: layers.GaussianNoise(m.stddev, name=name, dtype=dtype)),
    modules.MaskedDropout: ModuleRow(lambda m, name, dtype: layers.Dropout(m.p, m.noise_shape, name=name, dtype=dtype)),
    modules.Permute: ModuleRow(lambda m, name, dtype: layers.Permute(m.dims, name=name, dtype=dtype)),
    modules.Rectifier: ModuleRow(_relu),
    modules.RepeatVector: ModuleRow(lambda m, name, dtype: layers.RepeatVector(m.n, name=name, dtype=dtype)),
    modules.Rescaling: ModuleRow(
        lambda m, name, dtype: layers.Rescaling(m.scale, m.offset, name=name, dtype=dtype_name(m.dtype))
    ),
    modules.Reshape: ModuleRow(lambda m, name, dtype: layers.Reshape(m.shape, name=name, dtype=dtype)),
    modules.SoftmaxOverAxes: ModuleRow(lambda m, name, dtype: layers.Softmax(m.axis, name=name, dtype=dtype)),
    nn.Dropout: ModuleRow(lambda m, name, dtype: layers.Dropout(m.p, name=name, dtype=dtype)),
    nn.ELU: ModuleRow(lambda m, name, dtype: layers.ELU(m.alpha, name=name, dtype=dtype)),
    nn.Embedding: ModuleRow(_table, EMBEDDING),
    nn.Flatten: ModuleRow(_flatten),
    nn.Hardsigmoid: ModuleRow(lambda m, name, dtype: layers.Activation("hard_sigmoid", name=name, dtype=dtype)),
    nn.LeakyReLU: ModuleRow(lambda m, name, dtype: layers.LeakyReLU(m.negative_slope, name=name, dtype=dtype)),
    nn.Linear: ModuleRow(_dense, LINEAR),
    nn.ReLU: ModuleRow(lambda m, name, dtype: layers.ReLU(name=name, dtype=dtype)),
    nn.Sigmoid: ModuleRow(lambda m, name, dtype: layers.Sigmoid(name=name, dtype=dtype)),
    nn.Softmax: ModuleRow(_softmax),
    nn.Tanh: ModuleRow(lambda m, name, dtype: layers.Tanh(name=name, dtype=dtype)),
}
for _layer, _row in ROWS.items():
    LAYERS.setdefault(_layer, _row)
for _module, _module_row in MODULE_ROWS.items():
    MODULES.setdefault(_module, _module_row)


def activation_layer(module: nn.Module, name: str | None, dtype: str) -> Any:
    """Return the Activation that computes what ``module`` does; ``None`` for a module that is no activation."""
    function = activations_by_module().get(type(module))
    if function is None:
        return None
    return layers.Activation(activation_of(module, function), name=name, dtype=dtype)


def supported_modules() -> list[str]:
    """Return the names of the modules that have a layer."""
    classes: list[Any] = [nn.Sequential, *MODULES, *activations_by_module()]
    return sorted({getattr(cls, "__name__", str(cls)) for cls in classes})
