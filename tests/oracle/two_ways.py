"""Holds a computation against torch in two ways: its tape replayed there, and the same written for torch by hand.

Compared are the values; the gradient of the outputs, each entry weighted with a fixed random number; and the gradient
of that gradient, weighted likewise. All are taken by the inputs and by the weights.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

import beras
from beras.autodiff.structure import leaves
from beras.autodiff.tracked import bare
from beras.oracle.program import trace
from beras.oracle.replay import Replay
from tests.oracle.judge import TOLERANCE

__all__ = ["TOLERANCE", "Found", "by_beras", "by_torch", "floats", "hold"]


class Found(NamedTuple):
    """The outputs, and the first and second derivatives by each input and weight; as many as were asked for."""

    values: list[np.ndarray]
    gradients: list[np.ndarray]
    seconds: list[np.ndarray]


def hold(
    use: Callable[..., Any],
    arrays: Sequence[np.ndarray],
    by_hand: Callable[..., Any] | None = None,
    weights: Sequence[beras.Variable] = (),
    order: int = 2,
    rtol: float | None = None,
    floor: float = 0.0,
    replayed: bool = True,
) -> Found:
    """Fail unless ``use(*arrays)`` and its derivatives up to ``order`` are finite, and those of torch.

    ``use`` may use ``weights``; ``by_hand`` is called with tensors in their place: ``by_hand(*arrays, *weights)``.
    ``replayed`` is whether the tape of ``use`` is run in torch too. Entries may differ by ``rtol`` of the largest of
    their array, or of ``floor`` if that is more: what the small entries were made of. Returned is what beras found.

    Beras is asked about other arrays first, so that what it wrongly keeps of an earlier call shows.
    """
    by_beras(use, [_other(a) for a in arrays], weights, order)
    ours = by_beras(use, arrays, weights, order)
    for kind, found in zip(Found._fields, ours, strict=True):
        for number, array in enumerate(found):
            assert np.all(np.isfinite(array)), f"{kind} {number} is not finite: {array}"
    ways = {}
    if by_hand is not None:
        ways["by hand"] = by_torch(by_hand, [*arrays, *(w.numpy() for w in weights)], order)
    if replayed:
        ways["replayed"] = by_replay(use, arrays, weights, order)
    assert ways
    for way, theirs in ways.items():
        for kind, mine, others in zip(Found._fields, ours, theirs, strict=True):
            assert len(mine) == len(others)
            for number, (one, other) in enumerate(zip(mine, others, strict=True)):
                assert_close(one, other, rtol, floor, f"{kind} {number}, torch {way}")
    return ours


def assert_close(ours: np.ndarray, theirs: np.ndarray, rtol: float | None, floor: float, what: str) -> None:
    assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype), f"{what}: {ours.dtype}{ours.shape}"
    rtol = TOLERANCE[ours.dtype.name] if rtol is None else rtol
    scale = max(float(np.max(np.abs(theirs), initial=0.0)), floor, 1e-300)
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=rtol * scale, err_msg=what)


def _other(array: np.ndarray) -> np.ndarray:
    """Return an array of the same kind: the samples in another order, or smaller numbers."""
    rolled = np.roll(array, 1, axis=0) if array.ndim else array
    return rolled if not np.array_equal(rolled, array) else np.asarray(array * 0.75, array.dtype)


def cotangents_of(outputs: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return the weights of the outputs' entries in the sum that is differentiated."""
    return _drawn(outputs, 7)


def directions_of(sources: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return the weights of the gradients' entries in the sum that is differentiated again."""
    return _drawn(sources, 11)


def _drawn(arrays: Sequence[np.ndarray], seed: int) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [np.asarray(rng.uniform(0.5, 1.5, a.shape) * rng.choice([-1.0, 1.0], a.shape), a.dtype) for a in arrays]


def by_beras(
    use: Callable[..., Any], arrays: Sequence[np.ndarray], weights: Sequence[beras.Variable], order: int
) -> Found:
    with beras.GradientTape() as outer:
        with beras.GradientTape() as inner:
            given = [inner.watch(outer.watch(a)) if order > 1 else inner.watch(a) for a in arrays]
            outputs = leaves(use(*given))
            values = [np.asarray(bare(y)) for y in outputs]
            total = _total(outputs, cotangents_of(values))
        sources = [*given, *weights]
        zeros = [np.zeros(s.shape, s.dtype) for s in sources]
        if order == 0:
            return Found(values, [], [])
        depends = isinstance(total, beras.Tensor)
        first = inner.gradient(total, sources, unconnected_gradients="zero") if depends else zeros
        weighted = _total(first, directions_of(zeros)) if order > 1 else 0.0
    gradients = [np.asarray(bare(g)) for g in first]
    if order == 1:
        return Found(values, gradients, [])
    depends = isinstance(weighted, beras.Tensor)
    return Found(
        values, gradients, outer.gradient(weighted, sources, unconnected_gradients="zero") if depends else zeros
    )


def by_torch(use: Callable[..., Any], arrays: Sequence[np.ndarray], order: int) -> Found:
    import torch

    sources = [torch.tensor(a, requires_grad=True) for a in arrays]
    outputs = leaves(use(*sources))
    values = [y.numpy(force=True) for y in outputs]
    if order == 0:
        return Found(values, [], [])
    total = _total(outputs, [torch.tensor(g) for g in cotangents_of(values)])
    first = _torch_gradient(total, sources, order > 1)
    gradients = [g.numpy(force=True) for g in first]
    if order == 1:
        return Found(values, gradients, [])
    weighted = _total(first, [torch.tensor(v) for v in directions_of(arrays)])
    return Found(values, gradients, [g.numpy(force=True) for g in _torch_gradient(weighted, sources, False)])


def _torch_gradient(total: Any, sources: list, again: bool) -> list:
    import torch

    found: Sequence[Any] = [None] * len(sources)
    if total.requires_grad:
        found = torch.autograd.grad(total, sources, create_graph=again, allow_unused=True)
    return [torch.zeros_like(s) if g is None else g for s, g in zip(sources, found, strict=True)]


def by_replay(
    use: Callable[..., Any], arrays: Sequence[np.ndarray], weights: Sequence[beras.Variable], order: int
) -> Found:
    import torch

    program = trace(use, list(arrays), range(len(arrays)))
    replay = Replay(program)
    assert not replay.without_twin, f"no twin in torch: {replay.without_twin}"
    cotangents = [torch.tensor(g) for g in cotangents_of([y.array for y in program.outputs])]
    every = [*arrays, *(w.value for w in weights)]
    used = {id(source.variable): number for number, source in enumerate(program.sources) if source.variable is not None}
    places = [*range(len(arrays)), *(used.get(id(w)) for w in weights)]
    assert len(program.sources) == len(arrays) + len(used)
    directions = [
        torch.zeros(s.array.shape, dtype=s_tensor.dtype) for s, s_tensor in zip(program.sources, replay.sources)
    ]
    for place, v in zip(places, directions_of(every), strict=True):
        if place is not None:
            directions[place] = torch.tensor(v)

    def sorted_out(found: list) -> list[np.ndarray]:
        return [
            np.zeros(a.shape, a.dtype) if place is None else found[place].numpy(force=True)
            for a, place in zip(every, places, strict=True)
        ]

    values = [y.numpy(force=True) for y in replay.outputs]
    gradients = sorted_out(replay.gradient(cotangents)) if order else []
    seconds = sorted_out(replay.second(cotangents, directions)) if order > 1 else []
    return Found(values, gradients, seconds)


def _total(outputs: Sequence[Any], weights: Sequence[Any]) -> Any:
    return sum((y * g).sum() for y, g in zip(outputs, weights, strict=True))


@contextmanager
def floats(dtype: str) -> Iterator[None]:
    """Make layers and models in ``dtype`` inside."""
    before = beras.floatx()
    beras.set_floatx(dtype)
    try:
        yield
    finally:
        beras.set_floatx(before)
