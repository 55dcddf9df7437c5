"""The record of two trainings that part: losses and weights of both, step by step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from beras.oracle.convert.weights import Pair

__all__ = ["Parting", "differences"]


def differences(ours: Any, theirs: Any) -> np.ndarray:
    """Return ``|ours - theirs|`` in float64; 0 where both are NaN or the same infinity, infinite where only one is.

    >>> differences([1.0, np.nan, np.inf], [1.5, np.nan, 0.0])
    array([0.5, 0. , inf])
    """
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    with np.errstate(invalid="ignore"):
        found = np.abs(np.subtract(ours, theirs, dtype=np.float64))
    if np.isnan(found).any():
        alike = (np.isnan(ours) & np.isnan(theirs)) | (ours == theirs)
        found = np.where(np.isnan(found), np.where(alike, 0.0, np.inf), found)
    return found


class Parting:
    """Notes both losses at every step, and how far the weights of ``pairs`` are apart after every ``every`` steps."""

    def __init__(self, pairs: Sequence[Pair], every: int):
        self._pairs, self._every = pairs, every
        self._losses: list[tuple[float, float]] = []
        self._samples: list[int] = []
        self._weights: list[tuple[int, float, float]] = []
        self._epochs: list[dict[str, Any]] = []
        self._start = 0

    def note_step(self, ours: float, theirs: float, samples: int) -> None:
        """Take in one step: the losses of both, and the size of the batch."""
        self._losses.append((ours, theirs))
        self._samples.append(samples)
        if len(self._losses) % self._every == 0:
            self._note_weights()

    def _note_weights(self) -> None:
        ours = [pair.variable.value for pair in self._pairs]
        apart = [differences(value, pair.in_beras()) for value, pair in zip(ours, self._pairs, strict=True)]
        largest = max((float(np.max(d, initial=0.0)) for d in apart), default=0.0)
        distance, size = length(apart), length(ours)
        relative = distance / size if distance and math.isfinite(size) and size else distance
        self._weights.append((len(self._losses), largest, relative))

    def note_epoch(self, ours: dict[str, float], theirs: dict[str, float]) -> None:
        """Take in the metrics of both at the end of an epoch; the losses are the means over its samples."""
        part = slice(self._start, len(self._losses))
        losses, samples = np.array(self._losses[part]), self._samples[part]
        mean = np.average(losses, axis=0, weights=samples)
        number = len(self._epochs) + 1
        sides = {"beras": {"loss": float(mean[0]), **ours}, "torch": {"loss": float(mean[1]), **theirs}}
        self._epochs.append({"epoch": number, "step": len(self._losses), **sides})
        self._start = len(self._losses)
        if not self._weights or self._weights[-1][0] != len(self._losses):
            self._note_weights()

    def recorded(self) -> dict[str, Any]:
        """Return what was noted, under the names of the fields of `BothTrainings`."""
        steps, largest, relative = (np.array(column) for column in zip(*self._weights, strict=True))
        beras_losses, torch_losses = np.array(self._losses).T
        return {
            "beras_losses": beras_losses,
            "torch_losses": torch_losses,
            "steps": steps,
            "weight_differences": largest,
            "relative_weight_differences": relative,
            "epochs": self._epochs,
        }


def length(arrays: Sequence[np.ndarray]) -> float:
    """Return the Euclidean length of all entries together; infinite where one is not finite.

    >>> length([np.array([3.0]), np.array([[4.0]])])
    5.0
    """
    largest = max((float(np.max(np.abs(array), initial=0.0)) for array in arrays), default=0.0)
    if not 0 < largest < math.inf:
        return 0.0 if largest == 0 else math.inf
    return largest * math.sqrt(sum(float(np.sum(np.square(array.astype(np.float64) / largest))) for array in arrays))
