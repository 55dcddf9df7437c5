"""The optimizers of beras in torch, by Keras's definitions: torch's own where they agree, else from the formula.

This file imports torch; nothing that ``import beras.oracle`` runs imports it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.optim import Optimizer

from beras import optimizers
from beras.oracle.convert.weights import Pair
from beras.oracle.training import formulas
from beras.oracle.training.formulas import Formula
from beras.oracle.training.registry import OPTIMIZERS

__all__ = ["Adam", "ByFormula", "Momentum", "RMSprop"]


class Adam(torch.optim.Adam):
    """torch's Adam with Keras's epsilon, which stands beside the uncorrected second moment.

    Torch divides by ``sqrt(v) / sqrt(1 - beta2**t) + eps``. With ``eps = epsilon / sqrt(1 - beta2**t)``, set anew for
    each step, that is Keras's ``(sqrt(v) + epsilon) / sqrt(1 - beta2**t)``.
    """

    def __init__(self, parameters: list[Any], epsilon: float, **settings: Any):
        super().__init__(parameters, **settings)
        self.epsilon, self.count = epsilon, 0

    def step(self, closure: Any = None) -> Any:
        """Make one update."""
        self.count += 1
        for group in self.param_groups:
            group["eps"] = self.epsilon / math.sqrt(1 - group["betas"][1] ** self.count)
        return super().step(closure)


class Momentum(Optimizer):
    """``m = momentum * m - lr * g; w += m``, or ``w += momentum * m - lr * g`` for Nesterov: the rate is part of m.

    ``torch.optim.SGD`` keeps the rate out of the momentum, which is the same only while the rate does not change.
    """

    def __init__(self, parameters: list[Any], momentum: float, nesterov: bool):
        super().__init__(parameters, {"lr": 0.0})
        self.momentum, self.nesterov = momentum, nesterov

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:
        """Make one update."""
        for group in self.param_groups:
            for w in group["params"]:
                if w.grad is None:
                    continue
                m = self.state[w].setdefault("momentum", torch.zeros_like(w))
                m.copy_(self.momentum * m - group["lr"] * w.grad)
                w += self.momentum * m - group["lr"] * w.grad if self.nesterov else m


class RMSprop(Optimizer):
    """``v = rho * v + (1 - rho) * g**2; w -= lr * g / sqrt(v + epsilon)``: epsilon inside the root, in torch outside.

    Centered, the root is that of ``v - a**2 + epsilon`` with the mean ``a`` of the gradient. With momentum
    ``m = momentum * m + step; w -= m``.
    """

    def __init__(self, parameters: list[Any], rho: float, momentum: float, epsilon: float, centered: bool):
        super().__init__(parameters, {"lr": 0.0})
        self.rho, self.momentum, self.epsilon, self.centered = rho, momentum, epsilon, centered

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:
        """Make one update."""
        for group in self.param_groups:
            for w in group["params"]:
                if w.grad is not None:
                    w -= self._step(self.state[w], w.grad, group["lr"])

    def _step(self, state: dict[str, Any], g: torch.Tensor, rate: float) -> torch.Tensor:
        v = self._mean(state, "square", torch.square(g))
        if self.centered:
            v = torch.clamp(v - torch.square(self._mean(state, "gradient", g)), min=0)
        step = rate * g / torch.sqrt(v + self.epsilon)
        if self.momentum:
            step = state["momentum"] = self.momentum * state.get("momentum", 0) + step
        return step

    def _mean(self, state: dict[str, Any], name: str, value: torch.Tensor) -> torch.Tensor:
        state[name] = self.rho * state.get(name, 0) + (1 - self.rho) * value
        return state[name]


class ByFormula(Optimizer):
    """An optimizer that adds to each parameter what its `Formula` says, which ``make(variable)`` returns.

    A formula sees weight and gradient in the layout of beras, where rows and columns are not alike to it; `tell` says
    which Variable of which layout each parameter is.
    """

    def __init__(self, parameters: list[Any], make: Callable[[Any], Formula]):
        super().__init__(parameters, {"lr": 0.0})
        self._make, self._count = make, 0
        self._formulas: dict[torch.Tensor, tuple[Formula, Pair]] = {}

    def tell(self, pairs: Sequence[Pair]) -> None:
        """Take in the Variables of the parameters."""
        self._formulas = {pair.parameter: (self._make(pair.variable), pair) for pair in pairs}

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:
        """Make one update."""
        self._count += 1
        for group in self.param_groups:
            for w in group["params"]:
                if w.grad is None:
                    continue
                formula, pair = self._formulas[w]
                mine, g = pair.laid_out(w), pair.laid_out(w.grad)
                mine += formula.step(mine, g, group["lr"], self._count)


def _sgd(optimizer: optimizers.SGD, parameters: list[Any]) -> Optimizer:
    if optimizer.momentum and "learning_rate" not in optimizer.state():  # it has a schedule
        return Momentum(parameters, optimizer.momentum, optimizer.nesterov)
    nesterov = optimizer.nesterov and optimizer.momentum > 0
    return torch.optim.SGD(parameters, lr=0.0, momentum=optimizer.momentum, nesterov=nesterov)


def _adam(optimizer: optimizers.Adam, parameters: list[Any]) -> Optimizer:
    betas = (optimizer.beta_1, optimizer.beta_2)
    return Adam(parameters, optimizer.epsilon, lr=0.0, betas=betas, amsgrad=optimizer.amsgrad)


def _rmsprop(optimizer: optimizers.RMSprop, parameters: list[Any]) -> Optimizer:
    return RMSprop(parameters, optimizer.rho, optimizer.momentum, optimizer.epsilon, optimizer.centered)


def _by(formula: Callable[..., Formula]) -> Callable[[Any, list[Any]], Optimizer]:
    """Return a row for an optimizer whose own arguments are those of ``formula``."""
    return lambda optimizer, parameters: ByFormula(parameters, lambda _: formula(**optimizer.get_arguments()))


def _muon(optimizer: optimizers.Muon, parameters: list[Any]) -> Optimizer:
    said = optimizer.get_arguments()

    def formula(variable: Any) -> Formula:
        if formulas.is_for_muon(variable.shape, variable.path, said["exclude_layers"], said["exclude_embeddings"]):
            abc = (said["muon_a"], said["muon_b"], said["muon_c"])
            return formulas.Muon(said["momentum"], said["nesterov"], abc, said["ns_steps"], said["rms_rate"])
        return formulas.PlainAdam(said["adam_beta_1"], said["adam_beta_2"], said["epsilon"], said["adam_lr_ratio"])

    return ByFormula(parameters, formula)


ROWS: dict[type, Callable[[Any, list[Any]], Optimizer]] = {
    optimizers.SGD: _sgd,
    optimizers.Adam: _adam,
    optimizers.AdamW: _adam,
    optimizers.RMSprop: _rmsprop,
    optimizers.Adadelta: _by(formulas.Adadelta),
    optimizers.Adafactor: _by(formulas.Adafactor),
    optimizers.Adagrad: _by(formulas.Adagrad),
    optimizers.Adamax: _by(formulas.Adamax),
    optimizers.Ftrl: _by(formulas.Ftrl),
    optimizers.Lamb: _by(formulas.Lamb),
    optimizers.Lion: _by(formulas.Lion),
    optimizers.Muon: _muon,
    optimizers.Nadam: _by(formulas.Nadam),
}
for _class, _make in ROWS.items():
    OPTIMIZERS.setdefault(_class, _make)
