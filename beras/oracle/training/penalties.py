"""Regularizers in torch.

This file imports torch; nothing that ``import beras.oracle`` runs imports it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from beras import regularizers
from beras.oracle.convert.registry import row_of
from beras.oracle.convert.to_module import Conversion
from beras.oracle.training.copies import parts_of
from beras.oracle.training.replayed import replayed

__all__ = ["Penalties"]


def _l1_l2(regularizer: regularizers.L1L2, w: Tensor) -> Tensor:
    return regularizer.l1 * torch.linalg.vector_norm(w, 1) + regularizer.l2 * torch.sum(torch.square(w))


#: By class of beras: ``f(regularizer, weight)``. Others are replayed, operation by operation.
REGULARIZERS: dict[type, Callable[[Any, Tensor], Tensor]] = {
    regularizers.L1L2: _l1_l2,
    regularizers.L1: _l1_l2,
    regularizers.L2: _l1_l2,
}


def _penalty(regularizer: Any, w: Tensor) -> Tensor:
    function = row_of(type(regularizer), REGULARIZERS)
    return replayed(regularizer, w) if function is None else function(regularizer, w)


class Penalties:
    """The penalties that the regularizers of a model add to the loss, on the module that it became.

    Raises:
        TypeError: for an activity regularizer inside a layer or model that has no module of its own.
    """

    def __init__(self, model: Any, conversion: Conversion):
        self._outputs: dict[int, Tensor] = {}
        self._on_weights, self._on_outputs = [], []
        pairs = {pair.variable: pair for pair in conversion.pairs}
        for layer in parts_of(model):
            for variable, regularizer in getattr(layer, "_regularizers", {}).items():
                self._on_weights.append((regularizer, pairs[variable]))
            regularizer = getattr(layer, "activity_regularizer", None)
            if regularizer is not None:
                self._watch(layer, conversion)
                self._on_outputs.append((regularizer, id(layer)))

    def _watch(self, layer: Any, conversion: Conversion) -> None:
        if id(layer) not in conversion.last:
            raise TypeError(
                f"The layer {layer.name!r} has an activity regularizer and is called by a class without a module in "
                f"torch, so torch does not see its output. Give that class one: beras.oracle.twin_module(...)."
            )

        def keep(module: Any, inputs: Any, output: Tensor) -> None:
            self._outputs[id(layer)] = output

        conversion.last[id(layer)].register_forward_hook(keep)

    def __call__(self) -> list[Tensor]:
        """Return the penalties for the present weights, and for the outputs of the latest pass."""
        on_weights = [_penalty(regularizer, pair.laid_out(pair.parameter)) for regularizer, pair in self._on_weights]
        outputs = [(regularizer, self._outputs[key]) for regularizer, key in self._on_outputs]
        return on_weights + [_penalty(regularizer, output) / output.shape[0] for regularizer, output in outputs]
