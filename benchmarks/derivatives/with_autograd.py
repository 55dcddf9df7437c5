"""HIPS autograd: the user's functions are those of ``autograd.numpy``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd.numpy
from autograd import make_hvp, value_and_grad

from benchmarks.derivatives.user import loss_in

__all__ = ["bind_gradient", "bind_product"]

loss_of = loss_in(autograd.numpy)


def bind_gradient(weights: list[Any], x: Any, targets: Any) -> Callable[[], Any]:
    both = value_and_grad(loss_of)
    return lambda: both(weights, x, targets)


def bind_product(weights: list[Any], directions: list[Any], x: Any, targets: Any) -> Callable[[], Any]:
    at = make_hvp(lambda w: loss_of(w, x, targets))
    return lambda: at(weights)[0](directions)
