"""Modules of torch that train as the layers of beras do, where those that `to_torch` gives do it a little otherwise.

This file imports torch; nothing that ``import beras.oracle`` runs imports it.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from beras import layers
from beras.oracle.convert.registry import LAYERS, LayerRow
from beras.oracle.training.dropout import SharedDropout

__all__ = ["rows"]


def rows() -> dict[type, LayerRow]:
    """Return the rows that take the place of those of the conversion's table, once it is filled."""
    import beras.oracle.convert.layers  # noqa: F401  (fills it)

    return {
        layers.BatchNormalization: LayerRow(_batch_norm, LAYERS[layers.BatchNormalization].weights),
        layers.Dropout: LayerRow(SharedDropout),
        layers.Embedding: LayerRow(_table, LAYERS[layers.Embedding].weights),
    }


def _batch_norm(layer: layers.BatchNormalization) -> nn.Module:
    """Return an ``nn.BatchNorm`` that moves the biased variance, and that runs in inference mode if it is frozen."""
    module: Any = LAYERS[layers.BatchNormalization].make(layer)
    if not layer.trainable:
        module.register_forward_pre_hook(lambda module, inputs: module.eval() and None)
        return module
    before: list[Tensor] = []

    def remember(module: Any, inputs: Any) -> None:
        before[:] = [module.running_var.clone()]

    def mend(module: Any, inputs: Any, output: Any) -> None:
        if module.training:
            kept, n = before[0] * (1 - module.momentum), inputs[0].numel() // module.num_features
            biased = kept + (module.running_var - kept) * ((n - 1) / n)
            module.running_var.data.copy_(biased)  # unseen by autograd, which needs the batch's own variance only

    module.register_forward_pre_hook(remember)
    module.register_forward_hook(mend)
    return module


def _table(layer: layers.Embedding) -> nn.Module:
    """Return an ``nn.Embedding`` that takes whole numbers of any dtype, as the layer does."""
    module = LAYERS[layers.Embedding].make(layer)
    module.register_forward_pre_hook(lambda module, inputs: tuple(x.long() for x in inputs))
    return module
