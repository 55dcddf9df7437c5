"""Dropout in torch with the masks that beras draws.

This file imports torch; nothing that ``import beras.oracle`` runs imports it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from beras.oracle.training.copies import independent_copy

__all__ = ["SharedDropout"]


class SharedDropout(nn.Module):
    """Dropout whose masks come from a copy of a `beras.Dropout`: from the same generator in the same state."""

    def __init__(self, layer: Any):
        super().__init__()
        self.layer = independent_copy(layer, layer.dtype)

    def forward(self, x: Tensor) -> Tensor:
        """Return ``x`` times the mask, which is what Dropout makes of ones."""
        ones = np.ones(tuple(x.shape), self.layer.dtype)
        return x * torch.from_numpy(self.layer(ones, training=self.training))
