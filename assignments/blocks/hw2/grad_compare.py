"""The gradients of a block, held against torch's, or, without torch, against central differences."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from hw2.arrays import as_numpy, is_tensor, namespace, set_seed, standard_normal
from hw2.blocks import Block, recording

__all__ = ["compare_block_to_differences", "compare_block_to_torch"]


def compare_block_to_torch(block: Block, x: Any, y: Any = None, seed: int = 42) -> list[Any]:
    """Print how far the gradients of a block are from those of torch's autograd, and return the differences.

    1. The generators are seeded, ``forward`` is run, and ``dz``, the gradient by the output, is drawn (1.0 where the
       output is a number). ``backward(dz)`` gives the block's own gradients.
    2. The generators are seeded again, so that dropout drops the same numbers, and ``forward`` is run on tensors that
       autograd follows: it never sees ``backward``. It pulls the same ``dz`` back by rules of its own.

    The gradients that the block holds are set to zero before, and are those of step 1 afterwards.

    Args:
        block: a block on arrays or tensors, in training or in evaluation mode.
        x: its input, an array or a tensor; it is converted to the dtype of the parameters.
        y: labels, handed to ``forward`` as its argument ``y``, where there are any.
        seed: of the generators. They stand where the second pass leaves them.

    Returns: the norms of the differences, 0-d tensors: of the gradient by the input, then of each entry of
    ``block.params()``; infinite where a gradient has not the shape that it should have.

    Raises:
        ImportError: there is no torch. ``compare_block_to_differences`` does without.
    """
    try:
        import torch
    except ImportError as error:
        raise ImportError(
            "compare_block_to_torch needs torch, as its name says: pip install torch. Without torch, "
            "compare_block_to_differences prints the same table from central differences."
        ) from error
    parameters = [p for p, _ in block.params()]
    x = _in_dtype_of(parameters, x.detach() if is_tensor(x) else np.asarray(x))
    dz, ours = _run_backward(block, x, y, seed)

    leaves = {id(p): torch.tensor(as_numpy(p), requires_grad=True) for p in parameters}
    twin = copy.deepcopy(block, dict(leaves))
    source = torch.tensor(as_numpy(x), requires_grad=True)
    z = _run_forward(twin, source, y, seed)
    theirs = torch.autograd.grad(
        z,
        [source, *(leaves[id(p)] for p in parameters)],
        torch.as_tensor(as_numpy(dz), dtype=z.dtype),
        allow_unused=True,
        materialize_grads=True,
    )
    return [torch.tensor(norm) for norm in _report(ours, [as_numpy(gradient) for gradient in theirs])]


def compare_block_to_differences(
    block: Block, x: Any, y: Any = None, seed: int = 42, h: float = 1e-5, entries: int = 30
) -> list[float]:
    """Print how far the gradients of a block are from central differences, and return the differences.

        dL/dx_i = (L(x_i + h) - L(x_i - h)) / 2h

    ``L`` is the sum of ``dz * forward(x)``, for a ``dz`` that is drawn (1.0 where the output is a number). It is done
    with NumPy in float64, on a copy of the block: the gradients that the block itself holds stay as they are.

    Args:
        block, x, y, seed: as for `compare_block_to_torch`.
        h: half the distance of the two points.
        entries: in each array, as many entries are tried, drawn at random. All, where it has no more.

    Returns: the norms of the differences at these entries: for the input, then for each entry of ``block.params()``.
    """
    wide = {id(a): as_numpy(a).astype(np.float64) for pair in block.params() for a in pair}
    twin = copy.deepcopy(block, dict(wide))
    parameters = [p for p, _ in twin.params()]
    x = np.array(as_numpy(x), dtype=np.float64)
    dz, ours = _run_backward(twin, x, y, seed)

    def loss() -> float:
        return float((as_numpy(_run_forward(twin, x, y, seed)) * dz).sum())

    chosen = np.random.RandomState(seed)
    mine, differences = [], []
    for array, gradient in zip([x, *parameters], ours):
        count = min(entries, array.size)
        places = chosen.choice(array.size, count, replace=False)
        differences.append(np.array([_slope(loss, array, np.unravel_index(i, array.shape), h) for i in places]))
        fits = getattr(gradient, "shape", None) == array.shape
        mine.append(gradient.reshape(-1)[places] if fits else None)
    return _report(mine, differences)


def _slope(f: Callable[[], float], array: np.ndarray, place: tuple[Any, ...], h: float) -> float:
    value = array[place]
    array[place] = value + h
    above = f()
    array[place] = value - h
    below = f()
    array[place] = value
    return (above - below) / (2 * h)


def _run_backward(block: Block, x: Any, y: Any, seed: int) -> tuple[Any, list[Any]]:
    """Return ``dz``, and the block's own gradients, by its input and its parameters, as NumPy arrays."""
    for _, dp in block.params():
        dp[...] = 0
    set_seed(seed)
    with recording(True):
        z = block(x) if y is None else block(x, y=y)
        dz = standard_normal(z.shape, z) if z.ndim else 1.0
        dx = block.backward(dz)
    return dz, [as_numpy(gradient) for gradient in (dx, *(dp for _, dp in block.params()))]


def _run_forward(block: Block, x: Any, y: Any, seed: int) -> Any:
    set_seed(seed)
    with recording(False):
        return block(x) if y is None else block(x, y=y)


def _in_dtype_of(parameters: list[Any], x: Any) -> Any:
    if not parameters:
        return x
    dtype = as_numpy(parameters[0]).dtype
    if is_tensor(x):
        return x.to(getattr(namespace(x), dtype.name))
    return x.astype(dtype)


def _report(ours: list[Any], right: list[np.ndarray]) -> list[float]:
    """Print and return the norms of the differences."""
    print("Comparing gradients... ")
    norms = []
    for number, (mine, other) in enumerate(zip(ours, right)):
        fits = getattr(mine, "shape", None) == other.shape
        norm = float(np.linalg.norm(mine - other)) if fits else float("inf")
        name = f"param#{number:02d}" if number else "input"
        print(f"{name:8s} diff={norm:.3f}")
        norms.append(norm)
    return norms
