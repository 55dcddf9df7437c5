"""What beras says of a case, from inputs as they are stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

import beras
from beras.autodiff import GradientTape, Variable
from beras.autodiff.tracked import Tracked, bare
from beras.layers import Layer
from beras.layers.node import Node
from beras.oracle.frozen.case import Case

__all__ = ["public", "results"]


def public(case: Case) -> Any:
    """Return the class or function that a case is about."""
    module, _, name = case.target.rpartition(".")
    return getattr(getattr(beras, module), name)


def results(case: Case, stored: Mapping[str, np.ndarray], dtype: str) -> dict[str, np.ndarray]:
    """Return the value, gradients and second derivatives of a case, under the names of ``case.results``.

    The gradients come from a single tape, as in training; the second derivatives from a tape around another.
    """
    arrays = {name: _in(dtype, stored[f"input/{key}"]) for name, key in case.arrays.items()}
    with GradientTape() as tape:
        value, sources = _run(case, arrays, dtype, [tape])
        total = _total([value], stored, "cotangent")
    made = [value, *tape.gradient(total, sources, unconnected_gradients="zero")]
    if case.order > 1:
        made += _second(case, arrays, dtype, stored)
    return {name: np.asarray(bare(array)) for name, array in zip(case.results, made, strict=True)}


def _second(case: Case, arrays: dict[str, np.ndarray], dtype: str, stored: Mapping[str, np.ndarray]) -> list[Any]:
    with GradientTape() as outer:
        with GradientTape() as inner:
            value, sources = _run(case, arrays, dtype, [outer, inner])
            total = _total([value], stored, "cotangent")
        first = inner.gradient(total, sources, unconnected_gradients="zero")
        total = _total(first, stored, "direction")
    if not isinstance(total, Tracked):  # no gradient varies with anything
        return [np.zeros(source.shape, dtype) for source in sources]
    return outer.gradient(total, sources, unconnected_gradients="zero")


def _run(case: Case, arrays: dict[str, np.ndarray], dtype: str, tapes: list[GradientTape]) -> tuple[Any, list[Any]]:
    """Compute a case, and return its value and what it is differentiated by, in the order of ``case.by``."""
    given: dict[str, Any] = dict(arrays)
    compute, weights = _made(case, arrays, dtype)
    for name in case.by:
        for tape in tapes:
            given[name] = weights[name] if name in weights else tape.watch(given[name])
    value = compute(*[given[name] for name in case.arrays if name not in weights], **case.call)
    return value, [given[name] for name in case.by]


def _made(case: Case, arrays: dict[str, np.ndarray], dtype: str) -> tuple[Callable[..., Any], dict[str, Variable]]:
    """Return what a case computes, as a function, and its weights, which have the stored values."""
    kind = public(case)
    if not case.target.startswith("layers."):
        return (kind(**case.config) if isinstance(kind, type) else partial(kind, **case.config)), {}
    made = kind(**case.config, dtype=dtype)
    layer: Layer = made.placement.layer if isinstance(made, Node) else made
    if layer.takes_several:
        return lambda *inputs, **call: layer(list(inputs), **call), {}
    first, *names = case.arrays
    layer.build_for((None, *arrays[first].shape[1:]))
    weights = {name: getattr(layer, name) for name in names}
    for name, weight in weights.items():
        weight.assign(arrays[name])
    return layer, weights


def _total(values: list[Any], stored: Mapping[str, np.ndarray], kind: str) -> Any:
    total: Any = 0.0
    for value in values:
        weights = stored.get(f"{kind}/{'x'.join(map(str, value.shape))}")
        if weights is None:
            raise ValueError(f"The shape {value.shape} is that of no stored {kind}.")
        total = total + np.sum(value * weights.astype(value.dtype))
    return total


def _in(dtype: str, array: np.ndarray) -> np.ndarray:
    return array.astype(dtype) if array.dtype.kind == "f" else array
