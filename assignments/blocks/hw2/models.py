"""Whole networks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hw2.blocks import Block, Dropout, Linear, ReLU, Sequential, Sigmoid

__all__ = ["ACTIVATIONS", "MLP"]

ACTIVATIONS: dict[str, type[Block]] = {"relu": ReLU, "sigmoid": Sigmoid}


class MLP(Block):
    """A multi-layer perceptron: raw class scores from features.

        Linear -> activation [-> Dropout] -> ... -> Linear -> activation [-> Dropout] -> Linear

    Args:
        in_features: length of an input.
        num_classes: length of an output.
        hidden_features: lengths of the hidden layers, in order; none: a linear model.
        activation: ``"relu"`` or ``"sigmoid"``, after each hidden Linear.
        dropout: the share that is dropped after each activation; 0: there are no Dropout blocks at all.
        **kw: for each Linear: ``wstd``, ``like``.

    Raises:
        ValueError: there is no such activation.
    """

    def __init__(
        self,
        in_features: int,
        num_classes: int,
        hidden_features: Sequence[int] = (),
        activation: str = "relu",
        dropout: float = 0,
        **kw: Any,
    ) -> None:
        super().__init__()
        if activation not in ACTIVATIONS:
            raise ValueError(f"The activation must be one of {', '.join(ACTIVATIONS)}. Received: {activation!r}.")
        blocks: list[Block] = []
        # TASK 1.9: append the blocks, in order
        raise NotImplementedError("Task 1.9: append the blocks, in order")
        self.sequence = Sequential(*blocks)

    def forward(self, x: Any, **kwargs: Any) -> Any:
        """Return raw class scores, ``(batch, num_classes)``, for ``x``, ``(batch, in_features)``."""
        return self.sequence(x, **kwargs)

    def backward(self, dout: Any) -> Any:
        """Return the gradient by ``x``, ``(batch, in_features)``, for ``dout``, ``(batch, num_classes)``."""
        return self.sequence.backward(dout)

    def params(self) -> list[tuple[Any, Any]]:
        return self.sequence.params()

    def train(self, training_mode: bool = True) -> None:
        super().train(training_mode)
        self.sequence.train(training_mode)

    def __repr__(self) -> str:
        return f"MLP, {self.sequence}"
