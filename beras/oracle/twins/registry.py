"""The second table: NumPy function to torch function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from beras.autodiff.registry import full_name

__all__ = ["TWINS", "twin"]

#: For a NumPy function (or a beras primitive) what computes the same in torch, from the same arguments.
TWINS: dict[Callable[..., Any], Callable[..., Any]] = {}


def twin(function: Callable[..., Any], torch_function: Callable[..., Any]) -> None:
    """Let ``torch_function`` stand for ``function`` where the oracle replays a tape in torch.

    It is called with the arguments that ``function`` was called with, arrays as tensors and parameters under NumPy's
    names, and is written in differentiable torch functions, whose own gradients are the oracle. Use it for a
    `beras.primitive` of your own.

    Raises:
        ValueError: when ``function`` has a twin already.
    """
    if function in TWINS:
        raise ValueError(f"{full_name(function)} has a twin in torch already.")
    TWINS[function] = torch_function
