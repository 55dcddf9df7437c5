"""What torch says of a case: its value, gradients and second derivatives. Nothing here is computed by beras."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from beras.oracle.frozen.case import Case
from beras.oracle.frozen.cases import CASES
from beras.oracle.frozen.inputs import INPUTS, cotangent, direction
from beras.oracle.torch_module import torch_module

__all__ = ["every_array", "results"]


def every_array() -> dict[str, np.ndarray]:
    """Return all that is stored, by name.

    ``input/NAME`` are the inputs, ``cotangent/SHAPE`` and ``direction/SHAPE`` the weights of sums, ``CASE/value``,
    ``CASE/gradient/x`` and ``CASE/second/x`` the results in float64. ``CASE/float32`` holds, for each of its results,
    the largest error that torch makes in float32.
    """
    arrays = {f"input/{name}": array for name, array in INPUTS.items()}
    for case in CASES:
        found = results(case)
        arrays |= {f"{case.name}/{key}": array for key, array in found.items()}
        arrays[f"{case.name}/float32"] = _errors(results(case, "float32"), found)
        value = found["value"].shape
        arrays[f"cotangent/{_written(value)}"] = cotangent(value)
        for name in case.by:
            shape = INPUTS[case.arrays[name]].shape
            arrays[f"direction/{_written(shape)}"] = direction(shape)
    return arrays


def results(case: Case, dtype: str = "float64") -> dict[str, np.ndarray]:
    """Return ``{"value": ..., "gradient/x": ..., "second/x": ...}`` of a case.

    The gradient is that of the value's entries, each times its `cotangent`; the second derivative is that of the
    gradients' entries, each times its `direction`.
    """
    torch = torch_module()
    tensors = {name: torch.tensor(_in(dtype, INPUTS[stored])) for name, stored in case.arrays.items()}
    sources = [tensors[name].requires_grad_() for name in case.by]
    value = case.torch(torch, *tensors.values())
    weights = torch.tensor(_in(dtype, cotangent(tuple(value.shape))))
    made = [value, *torch.autograd.grad(value, sources, weights, create_graph=True, materialize_grads=True)]
    if case.order > 1:
        made += _second(torch, made[1:], sources, dtype)
    return {name: tensor.numpy(force=True).copy() for name, tensor in zip(case.results, made, strict=True)}


def _second(torch: Any, first: Sequence[Any], sources: list[Any], dtype: str) -> Sequence[Any]:
    curved = [g for g in first if g.requires_grad]
    if not curved:
        return [torch.zeros_like(x) for x in sources]
    weights = [torch.tensor(_in(dtype, direction(tuple(g.shape)))) for g in curved]
    return torch.autograd.grad(curved, sources, weights, materialize_grads=True)


def _errors(narrow: dict[str, np.ndarray], exact: dict[str, np.ndarray]) -> np.ndarray:
    return np.array([np.max(np.abs(narrow[name].astype(np.float64) - exact[name])) for name in exact])


def _in(dtype: str, array: np.ndarray) -> np.ndarray:
    return array.astype(dtype) if array.dtype.kind == "f" else array


def _written(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))
