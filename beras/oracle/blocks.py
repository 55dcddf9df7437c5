"""compare_block_to_torch: a block with a backward pass written by hand, against torch's autograd.

A block has ``forward``, ``backward(dout)`` and ``params()``, a list of ``(parameter, gradient)``, as in the homework of
the Technion's CS236605. It may be written on torch tensors, or in NumPy.
"""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from beras.autodiff.tracked import bare
from beras.config import set_random_seed
from beras.oracle.torch_module import torch_module

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["compare_block_to_torch"]


def compare_block_to_torch(block: Any, x: Any, y: Any = None, seed: int = 42) -> list[Tensor]:
    """Compare the gradients that ``block.backward`` gives with torch's, print the differences, and return them.

    1. All generators are seeded, and ``block(x)``, or ``block(x, y=y)``, is run; ``dz`` is drawn, from a normal
       distribution, in the shape of the output (it is 1.0 for a scalar); ``block.backward(dz)`` gives the gradient of
       the input, and ``block.params()`` those of the parameters.
    2. All generators are seeded again, so that a dropout draws the same mask, and ``forward`` is run on a copy of the
       block as it was before. Autograd follows a block on torch tensors by itself. The NumPy of a block in NumPy is
       followed by a beras tape and replayed in torch. In both, autograd pulls the same ``dz`` back.
    3. The norm of the difference is printed for the input and for each entry of ``params()``.

    Args:
        block: an object with ``forward`` (or that can be called), ``backward`` and ``params``. Blocks may hold blocks,
            in attributes, lists and dicts, and use one several times.
        x: the input, floating-point, a torch tensor or a NumPy array; it is converted to what the parameters are.
        y: labels and the like, which are not differentiated by; handed to ``forward`` as its argument ``y``, or by
            position where it has none of this name.
        seed: of torch's generator, NumPy's, Python's and beras'. They are not put back: afterwards they stand where
            the second pass left them, so that a notebook goes on with the same numbers each time.

    Returns: 0-d torch tensors, ``||ours - torch's||``: first the input's, then one for each entry of ``params()``. One
    is infinite where a gradient is missing or has another shape. Below the differences a line is printed for that, and
    for a parameter that differs and of which ``forward`` uses a copy or a view, so that nothing could follow it.

    The block itself is run once forward and once backward; gradients that it has kept are set to zero in place before,
    where they can be, as an optimizer does.

    Raises:
        TypeError: for what is no block, for an ``x`` that is not floating-point, and for a ``forward`` in NumPy that a
            tape cannot follow (it writes into arrays, say); the message names the operation.
        ValueError: when the second pass gives other values than the first, or ``params()`` other entries.

    >>> diffs = compare_block_to_torch(blocks.Linear(200, 1000), torch.randn(100, 200))  # doctest: +SKIP
    Comparing gradients...
    input    diff=0.000
    param#01 diff=0.000
    param#02 diff=0.000
    """
    torch = torch_module()
    lacking = [name for name in ("backward", "params") if not hasattr(block, name)]
    if lacking:
        raise TypeError(
            f"compare_block_to_torch takes a block with forward, backward and params. Received: "
            f"{type(block).__name__}, without {' and '.join(lacking)}. For a function, a layer or a model: "
            f"beras.oracle.compare(layer, x)."
        )
    kind = _kind(torch, block, x)
    x, y = kind.value(x), kind.value(y)
    kind.check_floating(x)
    parameters = [parameter for parameter, _ in block.params()]
    _clear([gradient for _, gradient in block.params()])
    with kind.unfollowed(parameters):
        before, views = kind.copied(block, parameters)
        _seed(torch, seed)
        z = _call(block, kind.copy(x), y)
        dz = kind.cotangent(z)
        ours = [block.backward(dz), *(gradient for _, gradient in block.params())]
        ours = [kind.as_tensor(gradient) for gradient in ours]
        if len(ours) != len(parameters) + 1:
            raise ValueError(
                f"block.params() had {len(parameters)} entries before backward and {len(ours) - 1} after it. It must "
                f"always list the same parameters."
            )
        _seed(torch, seed)
        theirs, again, met = kind.differentiate(before, x, y, parameters, dz)
    _check_same_values(kind.as_tensor(z), again)
    return _report(torch, ours, theirs, met, [False, *views])


def _report(torch: Any, ours: list, theirs: list, met: list[bool], views: list[bool]) -> list:
    names = ["input", *(f"param#{number:02d}" for number in range(1, len(ours)))]
    print("Comparing gradients... ")
    diffs, remarks = [], []
    for name, mine, right, is_met, has_view in zip(names, ours, theirs, met, views, strict=True):
        if mine is not None and mine.shape == right.shape:
            diff = torch.norm(mine - right)
        else:
            diff = torch.tensor(float("inf"))
            given = "no gradient was given" if mine is None else f"its gradient has shape {tuple(mine.shape)}"
            remarks.append(f"{name}: {given}; expected shape {tuple(right.shape)}.")
        if diff != 0 and has_view:
            remarks.append(
                f"{name}: the block holds a view of it too, which was taken as a constant. Make it in forward."
            )
        elif diff != 0 and not is_met:
            remarks.append(f"{name}: forward does not use it, or uses a copy of it (.data, .detach(), np.array).")
        print(f"{name:8s} diff={diff:.3f}")
        diffs.append(diff)
    for remark in remarks:
        print(remark)
    return diffs


def _seed(torch: Any, seed: int) -> None:
    set_random_seed(seed)
    torch.manual_seed(seed)


def _call(block: Any, x: Any, y: Any) -> Any:
    call = block if callable(block) else block.forward
    if y is None:
        return call(x)
    return call(x, y=y) if _takes_y(getattr(block, "forward", block), x, y) else call(x, y)


def _takes_y(forward: Callable[..., Any], x: Any, y: Any) -> bool:
    from inspect import signature

    try:
        signature(forward).bind(x, y=y)
    except TypeError:
        return False
    return True


def _clear(gradients: list) -> None:
    """Set the gradients that the block has kept to zero: backward may add to them."""
    for gradient in gradients:
        if isinstance(gradient, np.ndarray) and gradient.flags.writeable:
            gradient[...] = 0
        elif hasattr(gradient, "zero_"):
            gradient.detach().zero_()


def _check_same_values(first: Any, second: Any) -> None:
    # As far apart as two libraries that sum in different orders may be, and no farther.
    ours, theirs = (value.detach().cpu().double().numpy() for value in (first, second))
    limit = 1e-3 * float(np.max(np.abs(ours), initial=0.0, where=np.isfinite(ours)))
    if ours.shape != theirs.shape or not np.allclose(ours, theirs, rtol=0, atol=limit, equal_nan=True):
        raise ValueError(
            "The second forward pass gave other values than the first, so their gradients cannot be compared. A block "
            "must give the same output for the same input, state and seed: let it draw from np.random or torch, or "
            "from a generator that it holds in an attribute."
        )


def _kind(torch: Any, block: Any, x: Any) -> _OnTorch | _OnNumPy:
    """Say what the block is written on: what its parameters are, or else its input."""
    parameters = [parameter for parameter, _ in block.params()]
    on_torch = {isinstance(value, torch.Tensor) for value in parameters or [x]}
    if len(on_torch) > 1:
        raise TypeError("The parameters of a block must be all torch tensors, or all NumPy arrays. Received: both.")
    return _OnTorch(torch) if on_torch.pop() else _OnNumPy(torch)


class _OnTorch:
    """A block on torch tensors: autograd follows its forward."""

    def __init__(self, torch: Any):
        self.torch = torch

    def value(self, value: Any) -> Any:
        """Return an argument as a tensor that no graph follows; something that is no array as it is."""
        if isinstance(value, self.torch.Tensor):
            return value.detach()
        return self.torch.as_tensor(value) if isinstance(value, (np.ndarray, np.generic)) else value

    def check_floating(self, x: Any) -> None:
        if not (isinstance(x, self.torch.Tensor) and x.is_floating_point()):
            _refuse_input(x)

    def copy(self, x: Any) -> Any:
        return x.clone()

    def as_tensor(self, gradient: Any) -> Any:
        gradient = _first(gradient)
        return gradient.detach().clone() if isinstance(gradient, self.torch.Tensor) else None

    def unfollowed(self, parameters: list) -> Any:
        """Inside, the parameters are leaves that no graph follows; at the end they are what they were."""
        from contextlib import ExitStack

        stack = ExitStack()
        for parameter in parameters:
            if parameter.is_leaf:
                stack.callback(parameter.requires_grad_, parameter.requires_grad)
                parameter.requires_grad_(False)
        return stack

    def copied(self, block: Any, parameters: list) -> tuple[Any, list[bool]]:
        """Return a copy of the block that shares its parameters, and of which of them it holds views besides."""
        copied, met = _deep_copy(block, {id(parameter): parameter for parameter in parameters})
        places = {tensor.untyped_storage().data_ptr() for tensor in met if isinstance(tensor, self.torch.Tensor)}
        return copied, [parameter.untyped_storage().data_ptr() in places for parameter in parameters]

    def cotangent(self, z: Any) -> Any:
        if not isinstance(z, self.torch.Tensor):
            raise TypeError(f"forward must return a torch tensor. Received: {type(z).__name__}.")
        return self.torch.randn(z.shape, dtype=z.dtype, device=z.device) if z.dim() else 1.0

    def differentiate(self, block: Any, x: Any, y: Any, parameters: list, dz: Any) -> tuple[list[Any], Any, list[bool]]:
        """Return autograd's gradients, the output, and which of input and parameters autograd met."""
        source = x.clone().requires_grad_()
        for parameter in parameters:
            if parameter.is_leaf:
                parameter.requires_grad_()
        z = _call(block, source.clone(), y)  # a clone, since a block may write into its input
        sources = [source, *parameters]
        found: Sequence[Any] = [None] * len(sources)
        if z.requires_grad:
            weights = self.torch.ones_like(z) * dz
            found = self.torch.autograd.grad(z, sources, weights, allow_unused=True)
        gradients = [self.torch.zeros_like(value) if g is None else g for value, g in zip(sources, found, strict=True)]
        return [g.detach() for g in gradients], z.detach(), [g is not None for g in found]


class _OnNumPy:
    """A block in NumPy: a tape follows its forward, and torch replays it."""

    def __init__(self, torch: Any):
        self.torch = torch

    def value(self, value: Any) -> Any:
        """Return an argument as an array; something that is neither array nor list as it is."""
        if isinstance(value, self.torch.Tensor):
            return value.detach().cpu().numpy()
        return np.asarray(bare(value)) if isinstance(bare(value), (np.ndarray, np.generic, list)) else value

    def check_floating(self, x: Any) -> None:
        if not (isinstance(x, np.ndarray) and x.dtype.kind == "f"):
            _refuse_input(x)

    def copy(self, x: Any) -> Any:
        return x.copy()

    def as_tensor(self, gradient: Any) -> Any:
        gradient = bare(_first(gradient))
        if isinstance(gradient, (np.ndarray, np.generic, float)):
            return self.torch.tensor(np.array(gradient, order="C"))
        return None

    def unfollowed(self, parameters: list) -> Any:
        from contextlib import nullcontext

        return nullcontext()

    def copied(self, block: Any, parameters: list) -> tuple[Any, list[bool]]:
        """Return a copy of the block that shares its parameters, and of which of them it holds views besides."""
        copied, met = _deep_copy(block, {id(parameter): parameter for parameter in parameters})
        arrays = [array for array in met if isinstance(array, np.ndarray)]
        return copied, [any(np.may_share_memory(array, bare(p)) for array in arrays) for p in parameters]

    def cotangent(self, z: Any) -> Any:
        z = np.asarray(bare(z))
        if z.dtype.kind != "f":
            raise TypeError(f"forward must return a floating-point array. Received: {z.dtype}.")
        return np.random.standard_normal(z.shape).astype(z.dtype) if z.ndim else 1.0

    def differentiate(self, block: Any, x: Any, y: Any, parameters: list, dz: Any) -> tuple[list[Any], Any, list[bool]]:
        """Return torch's gradients, the output, and which of input and parameters the tape met.

        The tape follows a copy of the block in which a Tensor stands wherever a parameter stood.
        """
        from beras.oracle.program import trace
        from beras.oracle.replay import Replay

        unique = list({id(parameter): parameter for parameter in parameters}.values())

        def forward(given: Any, *tensors: Any) -> Any:
            in_place_of = {id(parameter): tensor for parameter, tensor in zip(unique, tensors, strict=True)}
            return _call(_deep_copy(block, in_place_of)[0], given, y)

        arrays = [x.copy(), *(np.asarray(bare(parameter)) for parameter in unique)]
        try:
            program = trace(forward, arrays, range(len(arrays)))
        except (TypeError, ValueError) as error:
            if not (isinstance(error, TypeError) or isinstance(error.__cause__, TypeError)):
                raise
            raise TypeError(
                f"A tape could not follow the NumPy inside forward, so torch cannot compute the same: {error}"
            ) from error
        (output,) = program.outputs
        replay = Replay(program)
        weights = self.torch.tensor(np.asarray(dz, output.array.dtype))
        gradients = replay.gradient([weights])
        used = {parent for record in program.records for _, parent in record.parents} | {output.key}
        met = [source.key in used for source in program.sources]
        of = {id(parameter): 1 + number for number, parameter in enumerate(unique)}
        order = [0, *(of[id(parameter)] for parameter in parameters)]
        return [gradients[i] for i in order], replay.outputs[0], [met[i] for i in order]


def _first(gradient: Any) -> Any:
    """A backward pass may return a tuple with one gradient for each argument of forward; the input is the first."""
    return gradient[0] if isinstance(gradient, (tuple, list)) and gradient else gradient


def _deep_copy(block: Any, in_place_of: dict[int, Any]) -> tuple[Any, list]:
    """Return a deep copy of ``block``, and all that was copied; what has an ``id`` in ``in_place_of`` is replaced.

    Modules, locks and the like, which nothing can copy, are shared.
    """
    memo = {id(value): value for value in _uncopyable(block, set())} | in_place_of
    try:
        copied = copy.deepcopy(block, memo)
    except Exception as error:
        raise TypeError(
            f"{type(block).__name__} cannot be copied, which is needed to run its forward a second time with its state "
            f"as it was: {error}"
        ) from error
    return copied, memo.get(id(memo), [])  # where deepcopy keeps what it has copied alive


def _uncopyable(value: Any, seen: set[int]) -> Iterator[Any]:
    """Yield what is held, however deep, and cannot be copied: modules, locks, generators, tensors of a graph."""
    if id(value) in seen or type(value) in _COPYABLE:
        return
    seen.add(id(value))
    parts: Iterable[Any] = ()
    if isinstance(value, dict):
        parts = value.values()
    elif isinstance(value, (list, tuple, set, deque)):
        parts = value
    elif _is_instance_of_a_class(value):
        parts = vars(value).values()
    else:
        try:
            copy.deepcopy(value)
        except Exception:
            yield value
    for part in parts:
        yield from _uncopyable(part, seen)


_COPYABLE = {np.ndarray, str, int, float, bool, type(None)}


def _is_instance_of_a_class(value: Any) -> bool:
    is_tensor = hasattr(value, "untyped_storage")
    return hasattr(value, "__dict__") and not is_tensor and not isinstance(value, (ModuleType, FunctionType, type))


def _refuse_input(x: Any) -> None:
    raise TypeError(
        f"The input of the block must be a floating-point array or tensor, to have a gradient. "
        f"Received: {getattr(x, 'dtype', type(x).__name__)}."
    )
