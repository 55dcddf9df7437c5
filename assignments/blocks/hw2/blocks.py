"""Blocks: pieces of a network that compute, and give back the gradient of what they computed.

Every block takes NumPy arrays and torch tensors. A batch has its samples in the rows: ``(batch, features)``.
"""

from __future__ import annotations

import abc
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hw2.arrays import class_index, detached, namespace, same_kind, standard_normal, uniform

__all__ = ["Block", "CrossEntropyLoss", "Dropout", "Linear", "ReLU", "Sequential", "Sigmoid", "recording"]


class Block(abc.ABC):
    """A function of a network that knows how to pull a gradient back through itself.

    ``forward`` computes; ``backward`` gets ``dout``, the gradient of the loss by what forward returned, returns the
    gradient by what forward was given, and **adds** the gradients of the parameters to those that stand there.

    A block may be called several times before the first ``backward``: with the same weights at three places of a
    network, say. So it keeps a stack of its calls, ``grad_cache``, newest last: forward pushes what backward will need
    (`remember`), backward pops it (`recall`). Backward passes must therefore come in the reverse order of the calls,
    which is the order of the chain rule. The stack holds ``max_calls`` calls at most, the oldest is dropped first, so a
    training loop that forgets ``backward`` does not fill the memory.
    """

    #: How many calls may wait for their backward pass.
    max_calls = 256

    #: Whether calls are remembered; None: in training mode only. Set by `recording`.
    remembers: bool | None = None

    def __init__(self) -> None:
        self.grad_cache: deque[dict[str, Any]] = deque(maxlen=self.max_calls)
        self.training_mode = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.forward(*args, **kwargs)

    @abc.abstractmethod
    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the output of the block. Keyword arguments that mean nothing to the block are ignored."""

    @abc.abstractmethod
    def backward(self, dout: Any) -> Any:
        """Pull ``dout``, the gradient by the output of the newest call, back through that call.

        Returns: the gradient by forward's first argument, in its shape. The gradients of the parameters are added to
        those in `params`.
        """

    @abc.abstractmethod
    def params(self) -> list[tuple[Any, Any]]:
        """Return the parameters, each with its gradient: ``[(w, dw), (b, db), ...]``, the arrays themselves."""

    def train(self, training_mode: bool = True) -> None:
        """Go to training mode, or to evaluation mode, in which calls are not remembered.

        Calls that still wait for their backward pass are dropped on the way to evaluation mode.
        """
        self.training_mode = training_mode
        if not training_mode:
            self.grad_cache.clear()

    def remember(self, **values: Any) -> None:
        """Push one call: the arrays that ``backward`` will need of it, under their names.

        Nothing is kept where nothing is recorded: in evaluation mode, unless ``recording(True)`` says otherwise.
        Tensors are kept without their autograd graph (`detached`).
        """
        wanted = self.training_mode if Block.remembers is None else Block.remembers
        # TASK 1.1: push the values, each one detached, on grad_cache, if they are wanted
        raise NotImplementedError("Task 1.1: push the values, each one detached, on grad_cache, if they are wanted")

    def recall(self) -> dict[str, Any]:
        """Pop the newest call and return what `remember` kept of it.

        Raises:
            RuntimeError: no call waits for its backward pass. The message names the block (``self``).
        """
        # TASK 1.1: take the newest call off grad_cache; with an empty one raise RuntimeError
        raise NotImplementedError("Task 1.1: take the newest call off grad_cache; with an empty one raise RuntimeError")

    def __repr__(self) -> str:
        return type(self).__name__

    def __getstate__(self) -> dict[str, Any]:
        # A copy of a block does not take over the calls that wait for the backward pass of the original.
        return self.__dict__ | {"grad_cache": deque(maxlen=self.grad_cache.maxlen)}


@contextmanager
def recording(mode: bool) -> Iterator[None]:
    """Inside, all blocks remember their calls (True), or none does (False), whatever mode they are in.

    ``with recording(True)`` gives gradients in evaluation mode: of a saliency map, or to check them.
    """
    before = Block.remembers
    Block.remembers = mode
    try:
        yield
    finally:
        Block.remembers = before


class Linear(Block):
    """A fully connected layer.

        z = x W^T + b

    The parameters are ``w``, ``(out_features, in_features)``, and ``b``, ``(out_features,)``; their gradients are
    ``dw`` and ``db``. The same as ``torch.nn.Linear``, but for the first values.

    Args:
        in_features: length of an input.
        out_features: length of an output.
        wstd: standard deviation of the normal distribution from which w and b are drawn.
        like: an array or tensor; the parameters are what it is, of its dtype. See `hw2.arrays.standard_normal`.
    """

    def __init__(self, in_features: int, out_features: int, wstd: float = 0.1, *, like: Any = None) -> None:
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        # TASK 1.2: draw self.w, then self.b, from N(0, wstd^2), with standard_normal(shape, like)
        raise NotImplementedError("Task 1.2: draw self.w, then self.b, from N(0, wstd^2), with standard_normal(shape, like)")
        self.dw = namespace(self.w).zeros_like(self.w)
        self.db = namespace(self.b).zeros_like(self.b)

    def params(self) -> list[tuple[Any, Any]]:
        return [(self.w, self.dw), (self.b, self.db)]

    def forward(self, x: Any, **_: Any) -> Any:
        """Return ``x W^T + b``.

        Args:
            x: shape ``(batch, in_features)``.

        Returns: shape ``(batch, out_features)``.
        """
        w, b = same_kind(x, self.w), same_kind(x, self.b)
        # TASK 1.2: the output; remember x
        raise NotImplementedError("Task 1.2: the output; remember x")

    def backward(self, dout: Any) -> Any:
        """Add the gradients of this call to ``dw`` and ``db``, and return the gradient by ``x``.

        Args:
            dout: shape ``(batch, out_features)``.

        Returns: shape ``(batch, in_features)``.
        """
        w, dw, db = (same_kind(dout, detached(array)) for array in (self.w, self.dw, self.db))
        # TASK 1.3: recall x; add to dw and db, in place; the gradient by x
        raise NotImplementedError("Task 1.3: recall x; add to dw and db, in place; the gradient by x")

    def __repr__(self) -> str:
        return f"Linear({self.in_features}, {self.out_features})"


class _Elementwise(Block):
    """A function of each number by itself, without parameters."""

    def params(self) -> list[tuple[Any, Any]]:
        return []


class ReLU(_Elementwise):
    """The rectified linear unit, ``max(0, x)``, as ``torch.nn.ReLU``. Its derivative at 0 is taken to be 0."""

    def forward(self, x: Any, **_: Any) -> Any:
        """Return ``max(0, x)``, in the shape and dtype of ``x``; ``x`` itself is left alone, and NaN stays NaN."""
        xp = namespace(x)
        # TASK 1.4: the output; remember what backward needs
        raise NotImplementedError("Task 1.4: the output; remember what backward needs")

    def backward(self, dout: Any) -> Any:
        """Return ``dout`` where ``x > 0``, and 0 elsewhere, in the dtype of ``dout``."""
        xp = namespace(dout)
        # TASK 1.4: the gradient by x
        raise NotImplementedError("Task 1.4: the gradient by x")


class Sigmoid(_Elementwise):
    """The logistic function, ``s(x) = 1 / (1 + exp(-x))``, as ``torch.nn.Sigmoid``."""

    def forward(self, x: Any, **_: Any) -> Any:
        """Return ``s(x)``, in the shape of ``x``, without overflow for any x.

        ``exp(-x)`` overflows below -88 in float32. ``log(exp(a) + exp(b))`` is ``logaddexp(a, b)``, and does not.
        """
        xp = namespace(x)
        # TASK 1.5: the output; remember what backward needs
        raise NotImplementedError("Task 1.5: the output; remember what backward needs")

    def backward(self, dout: Any) -> Any:
        """Return ``dout * s'(x)``."""
        # TASK 1.5: the gradient by x
        raise NotImplementedError("Task 1.5: the gradient by x")


class CrossEntropyLoss(Block):
    """Cross-entropy of raw class scores, averaged over the batch.

        L = mean over i of  -x[i, y_i] + log(sum over k of exp(x[i, k]))

    The same as ``torch.nn.CrossEntropyLoss``.
    """

    def params(self) -> list[tuple[Any, Any]]:
        return []

    def forward(self, x: Any, y: Any, **_: Any) -> Any:
        """Return the loss, a number of the dtype of ``x`` (0-d), for scores of any size.

        Args:
            x: raw scores, shape ``(batch, classes)``.
            y: the right classes, integers from 0 to ``classes - 1``, shape ``(batch,)``.

        Raises:
            TypeError, ValueError: for labels that are no classes; see `hw2.arrays.class_index`.
        """
        xp, y = namespace(x), class_index(y, x)
        rows = xp.arange(len(x))
        # TASK 1.6: the loss, with the scores shifted by the largest of their row; remember what backward needs
        raise NotImplementedError("Task 1.6: the loss, with the scores shifted by the largest of their row; remember what backward needs")

    def backward(self, dout: Any = 1.0) -> Any:
        """Return the gradient by the scores.

        Args:
            dout: the gradient by the loss, a number: 1 where the loss is what is minimised.

        Returns: shape ``(batch, classes)``. (Labels have no gradient.)
        """
        # TASK 1.7: the gradient by x, from softmax(x) and the right classes
        raise NotImplementedError("Task 1.7: the gradient by x, from softmax(x) and the right classes")


class Dropout(Block):
    """Drops numbers at random while training, so that no unit can rely on a single other one.

    In training mode each number is set to 0 with probability ``p``, and what is left is scaled so that the mean stays
    what it is; in evaluation mode nothing happens. The same as ``torch.nn.Dropout``.

    Args:
        p: the share that is dropped, from 0 to less than 1.
    """

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError(f"The share that is dropped must be at least 0 and less than 1. Received: {p}.")
        self.p = p

    def params(self) -> list[tuple[Any, Any]]:
        return []

    def forward(self, x: Any, **_: Any) -> Any:
        """Return ``x`` with a share ``p`` of its numbers dropped, in training mode; else ``x``.

        Each call draws a number in [0, 1) for each entry of x (`uniform`), in training mode only.
        """
        # TASK 2.1: which numbers are kept, drawn with uniform(x.shape, x); the output; remember what backward needs
        raise NotImplementedError("Task 2.1: which numbers are kept, drawn with uniform(x.shape, x); the output; remember what backward needs")

    def backward(self, dout: Any) -> Any:
        """Return the gradient by ``x``: what forward did to the numbers, backward does to their gradients."""
        # TASK 2.1: the gradient by x
        raise NotImplementedError("Task 2.1: the gradient by x")

    def __repr__(self) -> str:
        return f"Dropout(p={self.p})"


class Sequential(Block):
    """Blocks one after the other, each on the output of the one before, as ``torch.nn.Sequential``.

    It has a length, can be iterated over and indexed; a slice is a Sequential of the same blocks. One block may stand
    at several places.
    """

    def __init__(self, *blocks: Block) -> None:
        super().__init__()
        self.blocks = list(blocks)

    def forward(self, x: Any, **kwargs: Any) -> Any:
        """Return the output of the last block. Every block gets the keyword arguments: ``y`` for the loss, say."""
        # TASK 1.8: forward through all blocks
        raise NotImplementedError("Task 1.8: forward through all blocks")

    def backward(self, dout: Any = 1.0) -> Any:
        """Return the gradient by the input of the first block."""
        # TASK 1.8: backward through all blocks
        raise NotImplementedError("Task 1.8: backward through all blocks")

    def params(self) -> list[tuple[Any, Any]]:
        """Return the parameters of all blocks, in order. Those of a block that stands at two places come twice."""
        # TASK 1.8: the list of all blocks' pairs
        raise NotImplementedError("Task 1.8: the list of all blocks' pairs")

    def train(self, training_mode: bool = True) -> None:
        """Set the mode of the Sequential and of all its blocks."""
        # TASK 1.8: the mode of this block (super() knows how), and of all blocks in it
        raise NotImplementedError("Task 1.8: the mode of this block (super() knows how), and of all blocks in it")

    def __len__(self) -> int:
        return len(self.blocks)

    def __getitem__(self, index: int | slice) -> Block:
        return Sequential(*self.blocks[index]) if isinstance(index, slice) else self.blocks[index]

    def __iter__(self) -> Iterator[Block]:
        return iter(self.blocks)

    def __repr__(self) -> str:
        lines = (f"[{number}] {block}".replace("\n", "\n\t") for number, block in enumerate(self.blocks))
        return "\n\t".join(["Sequential", *lines])
