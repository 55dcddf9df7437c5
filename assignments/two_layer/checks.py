"""What is refused, each with a sentence: shapes that do not fit, mixed libraries, probabilities outside of 0 to 1."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from arrays import namespace

__all__ = ["require_batch", "require_known", "require_probabilities", "require_same_shape"]


def require_known(name: str, names: Iterable[str]) -> None:
    """Raise ``ValueError`` unless ``name`` is one of ``names``; the nearest one is suggested."""
    known = sorted(names)
    if name in known:
        return
    near = get_close_matches(str(name).lower(), known, n=1)
    suggestion = f" Did you mean {near[0]!r}?" if near else ""
    raise ValueError(f"Unknown function {name!r}.{suggestion} Expected one of: {', '.join(known)}.")


def require_batch(x: Any, weight: Any) -> None:
    """Raise unless ``x`` is ``(batch, n_in)`` for a weight ``(n_out, n_in)``, and of the weight's library."""
    if namespace(x) is not namespace(weight):
        raise TypeError(
            f"The network's parameters are of {namespace(weight).__name__} and x is of {namespace(x).__name__}. "
            "MLP(..., randn=torch.randn) makes a network of tensors, MLP(...) one of arrays."
        )
    if len(x.shape) != 2 or x.shape[1] != weight.shape[1]:
        raise ValueError(
            f"Expected x of shape (batch, {weight.shape[1]}). Received: {tuple(x.shape)}. "
            "A single sample is a batch of one: x[None, :]."
        )


def require_same_shape(names: str, a: Any, b: Any) -> None:
    """Raise ``ValueError`` unless the shapes are equal: (10,) and (10, 1) would quietly broadcast to (10, 10)."""
    if tuple(a.shape) != tuple(b.shape):
        raise ValueError(f"Expected {names} of one shape. Received: {tuple(a.shape)} and {tuple(b.shape)}.")


def require_probabilities(name: str, p: Any) -> None:
    """Raise ``ValueError`` unless every number of ``p`` is in [0, 1]; NaN is let through, it shows in the loss."""
    outside = p[(p < 0) | (p > 1)]
    if len(outside):
        raise ValueError(
            f"Expected {name} in [0, 1]. Received: {float(outside[0]):.6g}. "
            "The binary cross-entropy needs a network that ends in a sigmoid, and labels 0 and 1."
        )
