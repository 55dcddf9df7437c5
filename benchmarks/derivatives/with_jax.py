"""JAX: compiled; the Hessian's product is forward over reverse mode."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from benchmarks.derivatives.user import loss_in

__all__ = ["bind_gradient", "bind_product"]

loss_of = loss_in(jnp)


def bind_gradient(weights: list[Any], x: Any, targets: Any) -> Callable[[], Any]:
    weights, x, targets = jax.tree.map(jnp.asarray, (weights, x, targets))
    both = jax.jit(jax.value_and_grad(loss_of))
    return lambda: jax.block_until_ready(both(weights, x, targets))


def bind_product(weights: list[Any], directions: list[Any], x: Any, targets: Any) -> Callable[[], Any]:
    weights, directions, x, targets = jax.tree.map(jnp.asarray, (weights, directions, x, targets))

    @jax.jit
    def product(weights: Any, directions: Any, x: Any, targets: Any) -> Any:
        return jax.jvp(lambda w: jax.grad(loss_of)(w, x, targets), (weights,), (directions,))[1]

    return lambda: jax.block_until_ready(product(weights, directions, x, targets))
