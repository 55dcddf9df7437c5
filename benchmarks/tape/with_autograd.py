"""HIPS autograd's trace over ``autograd.numpy``."""

from __future__ import annotations

from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd.core import make_vjp

from benchmarks.tape.chain import chain

__all__ = ["bind"]


def bind(x: Any) -> tuple[Any, Any, Any]:
    ones = np.ones_like(x)
    return (
        lambda: chain(x, np.tanh),
        lambda: make_vjp(lambda value: chain(value, anp.tanh), x)[0],
        lambda pull_back: pull_back(ones),
    )
