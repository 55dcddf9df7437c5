"""Weights between a layer and its module: the same numbers, some of them transposed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np

__all__ = ["Pair", "pairs"]


@dataclass(frozen=True)
class Pair:
    """A weight of a layer, and the parameter of a module that stands for it."""

    variable: Any
    parameter: Any
    transposed: bool

    def in_beras(self) -> np.ndarray:
        """Return the parameter's value in the layout of the Variable, without a copy where it is on the CPU."""
        value = self.parameter.detach().cpu().numpy()
        return value.T if self.transposed else value

    def to_parameter(self) -> None:
        """Copy the Variable's value into the parameter."""
        self.fill(self.variable.value)

    def fill(self, value: np.ndarray) -> None:
        """Copy a value in the layout of the Variable into the parameter."""
        import torch

        with torch.no_grad():
            self.parameter.copy_(torch.tensor(np.ascontiguousarray(value.T if self.transposed else value)))

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
        transposed = theirs.endswith(".T")
        parameter = attrgetter(theirs.removesuffix(".T"))(module)  # a parameter, or a buffer
        shape = tuple(parameter.shape)[:: -1 if transposed else 1]
        if shape != variable.shape:
            raise ValueError(
                f"{where}: the weight {ours!r} has shape {variable.shape}, and {theirs!r} of its module must have the "
                f"same. Received: {shape}."
            )
        yield Pair(variable, parameter, transposed)
