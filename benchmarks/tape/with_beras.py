"""beras's GradientTape over NumPy's functions."""

from __future__ import annotations

from typing import Any

import numpy as np

import beras
from benchmarks.tape.chain import chain

__all__ = ["bind"]


def bind(x: Any) -> tuple[Any, Any, Any]:
    def forward() -> Any:
        with beras.GradientTape() as tape:
            watched = tape.watch(x)
            return tape, watched, chain(watched, np.tanh)

    return lambda: chain(x, np.tanh), forward, lambda recorded: recorded[0].gradient(recorded[2], recorded[1])
