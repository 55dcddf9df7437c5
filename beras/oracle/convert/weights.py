"""Weights between a layer and its module: the same numbers, some of them in another order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np

__all__ = ["Pair", "pairs"]

Layout = Callable[[Any, tuple[int, ...]], Any]

#: By what follows a parameter's name: ``f(tensor, shape of the weight)``, the tensor in the order of beras, as a view.
LAYOUTS: dict[str, Layout] = {
    "": lambda tensor, shape: tensor,
    "T": lambda tensor, shape: tensor.permute(*reversed(range(tensor.ndim))),
    # (filters, channels / groups, rows, columns)
    "HWIO": lambda tensor, shape: tensor.permute(2, 3, 1, 0),
    # (channels * depth_multiplier, 1, rows, columns), the outputs of one channel side by side
    "HWCM": lambda tensor, shape: tensor.squeeze(1).unflatten(0, (-1, shape[-1])).permute(2, 3, 0, 1),
}


@dataclass(frozen=True)
class Pair:
    """A weight of a layer, and the parameter of a module that stands for it."""

    variable: Any
    parameter: Any
    layout: Layout = LAYOUTS[""]

    def laid_out(self, tensor: Any) -> Any:
        """Return the parameter, or a tensor like it, in the layout of the Variable: a view."""
        return self.layout(tensor, self.variable.shape)

    def in_beras(self) -> np.ndarray:
        """Return the parameter's value in the layout of the Variable, without a copy where it is on the CPU."""
        return self.laid_out(self.parameter.detach().cpu()).numpy()

    def to_parameter(self) -> None:
        """Copy the Variable's value into the parameter."""
        self.fill(self.variable.value)

    def fill(self, value: np.ndarray) -> None:
        """Copy a value in the layout of the Variable into the parameter."""
        import torch

        with torch.no_grad():
            self.laid_out(self.parameter).copy_(torch.tensor(np.ascontiguousarray(value)))

    def to_variable(self) -> None:
        """Copy the parameter's value into the Variable."""
        self.variable.assign(self.in_beras())


def pairs(layer: Any, module: Any, weights: Mapping[str, str], where: str) -> list[Pair]:
    """Return the weights of ``layer`` with the parameters of ``module`` that ``weights`` names.

    Raises:
        ValueError: when a weight has no parameter, or one of another shape.
    """
    found = list(_named(layer, module, weights, where))
    named = {id(pair.variable) for pair in found}
    for variable in layer.weights:
        if id(variable) not in named:
            raise ValueError(
                f"{where} has a weight {variable.name!r}, and nothing says what it is called in the module "
                f"{type(module).__name__}: beras.oracle.twin_module(..., weights={{'attribute': 'attribute'}})."
            )
    return found


def _named(layer: Any, module: Any, weights: Mapping[str, str], where: str) -> Iterator[Pair]:
    for ours, theirs in weights.items():
        variable = getattr(layer, ours, None)
        if variable is None:
            continue
        path, _, order = theirs.rpartition(".")
        path, order = (path, order) if path and order in LAYOUTS else (theirs, "")
        parameter = attrgetter(path)(module)  # a parameter, or a buffer
        try:
            shape = tuple(LAYOUTS[order](parameter, variable.shape).shape)
        except RuntimeError:  # it has other axes than the layout is for
            shape = tuple(parameter.shape)
        if shape != variable.shape:
            raise ValueError(
                f"{where}: the weight {ours!r} has shape {variable.shape}, and {theirs!r} of its module must have the "
                f"same. Received: {shape}."
            )
        yield Pair(variable, parameter, LAYOUTS[order])
