"""CASES: everything of which there are frozen values."""

from __future__ import annotations

from beras.oracle.frozen import activations, layers, losses, regularizers

__all__ = ["CASES"]

CASES = (*layers.CASES, *activations.CASES, *losses.CASES, *regularizers.CASES)
