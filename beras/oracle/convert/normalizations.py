"""The rows of the normalisations: BatchNormalization and ``nn.BatchNorm``, LayerNormalization and ``nn.LayerNorm``.

This file imports torch; nothing that ``import beras.oracle`` runs imports it.
"""

from __future__ import annotations

from typing import Any

from torch import nn

from beras import layers
from beras.oracle.convert.modules import BatchNormAlong, dtype_named
from beras.oracle.convert.registry import LayerRow, ModuleRow

__all__ = ["MODULE_ROWS", "ROWS"]

AFFINE = {"gamma": "weight", "beta": "bias"}
STATISTICS = {"moving_mean": "running_mean", "moving_variance": "running_var"}

#: By the number of axes of the input, the batch included; the channels are on axis 1.
BATCH_NORMS = {2: nn.BatchNorm1d, 3: nn.BatchNorm1d, 4: nn.BatchNorm2d, 5: nn.BatchNorm3d}


def _batch_norm(layer: layers.BatchNormalization) -> nn.Module:
    ndim = len(_built_for(layer))
    axis, weight = layer.axis % ndim, layer.moving_mean
    options = {
        "eps": layer.epsilon,
        "momentum": 1 - layer.momentum,
        "affine": layer.scale or layer.center,
        "dtype": dtype_named(weight.dtype.name),
    }
    if axis == 1 and ndim in BATCH_NORMS:
        return _without_the_absent(BATCH_NORMS[ndim](weight.size, **options), layer)
    return _without_the_absent(BatchNormAlong(weight.size, axis=layer.axis, **options), layer)


def _built_for(layer: layers.Layer) -> tuple[int | None, ...]:
    return layer.__dict__["_input_shape"]


def _without_the_absent(module: Any, layer: Any) -> nn.Module:
    """Return the module with what the layer lacks as it is, 1 or 0, for good."""
    for parameter, present in ((module.weight, layer.scale), (module.bias, layer.center)):
        if parameter is not None and not present:
            parameter.requires_grad_(False)
    return module


def _layer_norm(layer: layers.LayerNormalization) -> nn.Module:
    ndim, shape = len(_built_for(layer)), layer._lengths
    axes = layer._axes_in(_built_for(layer))
    if axes != tuple(range(ndim - len(shape), ndim)):
        raise TypeError(
            f"LayerNormalization {layer.name!r} normalises along the axes {axes} of {ndim}, and nn.LayerNorm along the "
            f"last ones. Put a Permute before it, or say which module it is: beras.oracle.twin_module(...)."
        )
    affine = layer.scale or layer.center
    dtype = dtype_named(layer.dtype)
    return _without_the_absent(nn.LayerNorm(shape, layer.epsilon, affine, bias=layer.center, dtype=dtype), layer)


def _batch_normalization(module: Any, name: str | None, dtype: str) -> layers.BatchNormalization:
    if module.momentum is None or not module.track_running_stats:
        raise ValueError(f"beras has batch norms with a momentum and moving statistics only. Received: {module}.")
    axis = getattr(module, "axis", 1)
    layer = layers.BatchNormalization(
        axis, 1 - module.momentum, module.eps, module.affine, module.affine, name=name, dtype=dtype
    )
    ndim = {nn.BatchNorm2d: 4, nn.BatchNorm3d: 5}.get(type(module), 2)
    if isinstance(module, BatchNormAlong):  # as many axes as leave the channels' axis another one than 1
        ndim = axis + 1 if axis > 0 else 2 - axis
    lengths: list[Any] = [None] * ndim
    lengths[axis] = module.num_features
    layer.build_for(tuple(lengths))
    return layer


def _layer_normalization(module: nn.LayerNorm, name: str | None, dtype: str) -> layers.LayerNormalization:
    shape = module.normalized_shape
    layer = layers.LayerNormalization(
        axis=-1 if len(shape) == 1 else list(range(-len(shape), 0)),
        epsilon=module.eps,
        center=module.bias is not None,
        scale=module.weight is not None,
        name=name,
        dtype=dtype,
    )
    layer.build_for((None, *shape))
    return layer


ROWS = {
    layers.BatchNormalization: LayerRow(_batch_norm, AFFINE | STATISTICS),
    layers.LayerNormalization: LayerRow(_layer_norm, AFFINE),
}
MODULE_ROWS: dict[Any, ModuleRow] = {
    **{
        module: ModuleRow(_batch_normalization, AFFINE | STATISTICS)
        for module in (BatchNormAlong, nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
    },
    nn.LayerNorm: ModuleRow(_layer_normalization, AFFINE),
}
