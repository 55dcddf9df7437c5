"""``predict_on_batch`` and ``predict`` of beras and of Keras."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from benchmarks.training.fit import build

__all__ = ["bind"]


def bind(weights: list[Any], x: Any, block: int, package: str) -> Callable[[], Any]:
    model = build(import_module(package), weights)
    if len(x) <= block:
        return lambda: model.predict_on_batch(x)
    return lambda: model.predict(x, batch_size=block, verbose=0)
