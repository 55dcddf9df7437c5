"""Classifier-free guidance: away from what the network draws without the prompt."""

from __future__ import annotations

import torch

__all__ = ["guide", "is_guided"]


def is_guided(guidance: float) -> bool:
    """Return whether a strength asks for guidance; at 1 the formula gives the prompt's own update.

    >>> is_guided(5.0), is_guided(1.0)
    (True, False)
    """
    return guidance > 1


def guide(update: torch.Tensor, guidance: float) -> torch.Tensor:
    """Return ``without + guidance * (with - without)``.

    ``update`` is what the U-Net says of both, ``(2 * batch, channels, height, width)``, first without and then with the
    prompt; the result is ``(batch, channels, height, width)``. Ho and Salimans 2022, equation 6, with their ``w`` being
    ``guidance - 1``; a negative prompt stands in for none.

    >>> guide(torch.tensor([[1.0], [3.0]]), 5.0)
    tensor([[11.]])
    """
    without, with_prompt = update.chunk(2)
    return without + guidance * (with_prompt - without)
