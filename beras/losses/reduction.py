"""From the loss of each sample to one number."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.errors import unknown_name

__all__ = ["REDUCTIONS", "checked_reduction", "reduce_values"]

REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none")


def checked_reduction(reduction: str | None) -> str | None:
    """Return ``reduction`` when it is one of Keras's.

    Raises:
        ValueError: for any other, with the nearest known one.
    """
    if reduction is not None and reduction not in REDUCTIONS:
        raise ValueError(unknown_name("reduction", reduction, REDUCTIONS))
    return reduction


def reduce_values(values: Any, weights: Any, mask: Any, reduction: str | None) -> Any:
    """Return the reduced loss: a scalar, or ``values`` themselves (weighted) for no reduction.

    ``values`` (batch, ...) are multiplied by ``weights``, which has the leading axes of ``values``. Entries where
    ``mask`` is false count neither in the sum nor in the number that it is divided by. ``"sum_over_batch_size"`` and
    ``"mean"`` divide by the number of entries, ``"mean_with_sample_weight"`` by the sum of the weights.

    Raises:
        ValueError: when the weights do not fit.
    """
    if weights is not None:
        weights = _fitted(np.asarray(weights, values.dtype), values)
        values = values * weights
    if reduction is None or reduction == "none" or values.ndim == 0:
        return values
    if reduction == "sum":
        return np.sum(values)
    if reduction == "mean_with_sample_weight" and (weights is not None or mask is not None):
        counted = np.broadcast_to(1.0 if weights is None else weights, values.shape)
        return _ratio(np.sum(values), float(np.sum(counted if mask is None else counted * mask)))
    return values.mean() if mask is None else _ratio(np.sum(values), float(np.count_nonzero(mask)))


def _ratio(total: Any, count: float) -> Any:
    return total / count if count else total * 0.0


def _fitted(weights: np.ndarray, values: Any) -> np.ndarray:
    """Give ``weights`` the axes of ``values`` that they lack, so that they broadcast."""
    if weights.ndim == values.ndim + 1 and weights.shape[-1] == 1:
        weights = weights[..., 0]
    if values.ndim == 0 and weights.ndim:
        raise ValueError(
            "sample_weight needs a loss with one value per sample. This loss returned a single number: leave the "
            "mean over the batch to beras."
        )
    if weights.shape != values.shape[: weights.ndim] and weights.shape[1:] != (1,):
        raise ValueError(
            f"sample_weight must have one entry per sample, shape {values.shape[:1]}. Received: shape {weights.shape}, "
            f"for losses of shape {values.shape}."
        )
    return weights.reshape(weights.shape + (1,) * (values.ndim - weights.ndim))
