"""beras: the user's functions are NumPy's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import beras
from benchmarks.derivatives.user import loss_in

__all__ = ["bind_gradient", "bind_product"]

loss_of = loss_in(np)


def bind_gradient(weights: list[Any], x: Any, targets: Any) -> Callable[[], Any]:
    variables = [beras.Variable(a) for a in weights]

    def step() -> Any:
        with beras.GradientTape() as tape:
            loss = loss_of(variables, x, targets)
        return loss, tape.gradient(loss, variables)

    return step


def bind_product(weights: list[Any], directions: list[Any], x: Any, targets: Any) -> Callable[[], Any]:
    return lambda: beras.hvp(lambda w: loss_of(w, x, targets), weights, directions)
