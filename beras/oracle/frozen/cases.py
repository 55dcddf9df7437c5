"""CASES: everything of which there are frozen values."""

from __future__ import annotations

from beras.oracle.frozen import activations, images, layers, losses, merges, normalizations, regularizers

__all__ = ["CASES"]

CASES = (
    *layers.CASES,
    *images.CASES,
    *normalizations.CASES,
    *merges.CASES,
    *activations.CASES,
    *losses.CASES,
    *regularizers.CASES,
)
