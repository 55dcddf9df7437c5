"""What torch has no module for: the NumPy in it, replayed in torch operation by operation, as a part of torch's graph.

This file imports torch; nothing that ``import beras.oracle`` runs imports it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from beras.oracle.program import trace
from beras.oracle.replay import Replay
from beras.oracle.training.copies import dtype_of, independent_copy

__all__ = ["ReplayedLayer", "replayed"]


def replayed(call: Callable[[Any], Any], x: Tensor, variables: Sequence[Any] = (), weights: Sequence[Any] = ()) -> Any:
    """Return ``call(x)`` for a function of arrays, computed and differentiated by torch.

    ``call`` may use the Variables ``variables``, whose values are those of the tensors ``weights``.
    """
    return _Replayed.apply(call, variables, x, *weights)


class _Replayed(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, call: Callable[[Any], Any], variables: Sequence[Any], x: Tensor, *weights: Tensor) -> Tensor:
        for variable, weight in zip(variables, weights, strict=True):
            variable.assign(weight.detach().numpy())
        program = trace(call, [x.detach().numpy().copy()], [0])
        with torch.enable_grad():
            ctx.replay = Replay(program)
        ctx.variables = variables
        return ctx.replay.outputs[0].detach().clone()

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, cotangent: Tensor) -> tuple:
        sources = [source.variable for source in ctx.replay.program.sources]
        gradients = ctx.replay.gradient([cotangent])
        by_variable = {id(v): g for v, g in zip(sources, gradients, strict=True) if v is not None}
        return None, None, gradients[0], *(by_variable.get(id(v)) for v in ctx.variables)


class ReplayedLayer(nn.Module):
    """A layer, or a whole model, as a module with its weights as parameters, ``weights``."""

    def __init__(self, layer: Any):
        super().__init__()
        self.layer = independent_copy(layer, dtype_of(layer))
        self.weights = nn.ParameterList([torch.from_numpy(w.numpy()) for w in layer.weights])
        self.call: Callable[..., Any] = self.layer

    def before_activation(self) -> ReplayedLayer:
        """Return the module, with the same parameters, that gives the layer's logits."""
        module = copy.copy(self)
        module.call = self.layer.logits
        return module

    def forward(self, x: Tensor) -> Tensor:
        params = {"training": self.training} if self.layer.takes_training else {}
        return replayed(lambda inputs: self.call(inputs, **params), x, self.layer.weights, list(self.weights))
