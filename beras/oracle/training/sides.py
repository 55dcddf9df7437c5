"""The two sides of a training: one step in beras, the same step in torch.

This file imports torch; nothing that ``import beras.oracle`` runs imports it.
"""

from __future__ import annotations

import copy
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch import nn

from beras.oracle.convert.to_module import Conversion
from beras.oracle.training.losses import torch_loss
from beras.oracle.training.modules import rows
from beras.oracle.training.penalties import Penalties
from beras.oracle.training.replayed import ReplayedLayer
from beras.oracle.training.update import Update

__all__ = ["BerasSide", "TorchSide"]


class BerasSide:
    """A compiled model, trained by its own ``train_step``."""

    def __init__(self, model: Any):
        self.model, self.seconds = model, 0.0

    def step(self, x: np.ndarray, y: np.ndarray) -> float:
        """Make one update and return the loss before it."""
        running_loss = self.model.metrics[0]
        running_loss.reset_state()
        start = perf_counter()
        self.model.train_step(x, y)
        self.seconds += perf_counter() - start
        return float(running_loss.result())

    def finish(self) -> None:
        """Leave averages of the weights, if the optimizer keeps them, in their places, as `fit` does."""
        self.model.optimizer.finalize_variable_values(self.model.trainable_weights)

    def reset_metrics(self) -> None:
        """Start all metrics anew."""
        self.model.reset_metrics()

    def metrics(self) -> dict[str, float]:
        """Return the metrics beside the loss."""
        return {metric.name: float(metric.result()) for metric in self.model.metrics[1:]}


class TorchSide:
    """The module that ``model`` becomes, trained by torch's autograd, losses and optimizers."""

    def __init__(self, model: Any):
        conversion = Conversion(model, instead=rows(), otherwise=ReplayedLayer)
        self.module, self.pairs, self.seconds = conversion.module, conversion.pairs, 0.0
        self._dtype = model.dtype
        self._compiled = copy.deepcopy(model._compiled)
        self._activation = model.final_activation
        fused = model._compiled.fused_with(self._activation)
        if fused is None:
            self._activation = None
        self._forward = self.module if fused is None else _without_activation(self.module)
        self._loss = torch_loss(model.loss if fused is None else fused)
        self._penalties = Penalties(model, conversion)
        self._update = Update(model.optimizer, self.pairs)

    def step(self, x: np.ndarray, y: np.ndarray, rate: float) -> float:
        """Make one update at a learning rate and return the loss before it."""
        start = perf_counter()
        output = self._forward(torch.from_numpy(np.array(x, self._dtype, order="C")))
        loss = sum(self._penalties(), self._loss(y, output))
        self._update.optimizer.zero_grad()
        loss.sum().backward()
        self._update(rate)
        self._constrain()
        value, predicted = float(loss.detach().double().mean()), output.detach().numpy()
        self._compiled.resolve_metrics(y, predicted)
        self._compiled.update(value, y, predicted, None, self._activation)
        self.seconds += perf_counter() - start
        return value

    def _constrain(self) -> None:
        """Put what the constraints make of the weights in their place; these are functions of beras on both sides."""
        for pair in self.pairs:
            if pair.variable.constraint is not None and pair.parameter.grad is not None:
                pair.fill(pair.variable.constraint(pair.in_beras()))

    def finish(self) -> None:
        """Leave averages of the parameters, if the optimizer keeps them, in their places."""
        self._update.finalize()

    def reset_metrics(self) -> None:
        """Start all metrics anew."""
        for metric in self._compiled.metrics:
            metric.reset_state()

    def metrics(self) -> dict[str, float]:
        """Return the metrics beside the loss."""
        return {metric.name: float(metric.result()) for metric in self._compiled.metrics[1:]}


def _without_activation(module: nn.Module) -> nn.Module:
    """Return a module, with the same parameters, that gives what goes into the activation at the end of ``module``."""
    if isinstance(module, ReplayedLayer):
        return module.before_activation()
    if isinstance(module, nn.Sequential):
        *body, last = module
        return nn.Sequential(*body, _without_activation(last))
    if isinstance(module, (nn.Softmax, nn.Sigmoid)):
        return nn.Identity()
    raise TypeError(
        f"The loss is computed from the logits, and {type(module).__name__}, the last module, does not tell them. "
        f"End the model in a layer without activation and an Activation."
    )
