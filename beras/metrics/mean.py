"""Running sums and means."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from beras.autodiff.tracked import bare
from beras.losses.align import same_rank
from beras.metrics.metric import Metric

__all__ = ["FunctionMetric", "Mean", "MeanMetricWrapper", "Sum"]


class Mean(Metric):
    """The mean of all values, weighted by ``sample_weight`` where one is given; 0 before the first.

    Values beyond the batch axis are averaged first. The sums are kept in float64.

    >>> mean = Mean()
    >>> mean.update_state([1.0, 3.0])
    >>> mean.update_state(8.0, sample_weight=2)
    >>> mean.result()
    5.0
    """

    def __init__(self, name: str | None = "mean", dtype: Any = None):
        super().__init__(dtype, name)
        self.total = self.count = 0.0

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Take in ``values``, (batch, ...) or a number, with one weight per sample, (batch,), or per value.

        Raises:
            ValueError: when the weights do not fit.
        """
        values = np.asarray(bare(values))
        if sample_weight is None:
            if values.dtype == bool and values.ndim == 1:
                self.total += float(np.count_nonzero(values))
                self.count += len(values)
                return
            self.total += float(np.sum(values, dtype=np.float64)) / (prod(values.shape[1:]) or 1)
            self.count += values.shape[0] if values.ndim else 1
            return
        if values.ndim == 0 and isinstance(sample_weight, (int, float)):
            self.total += float(values) * sample_weight
            self.count += sample_weight
            return
        weights = np.asarray(bare(sample_weight), np.float64)
        if weights.ndim == values.ndim + 1 and weights.shape[-1] == 1:
            weights = weights[..., 0]
        if values.ndim > weights.ndim:
            values = np.mean(values, axis=tuple(range(weights.ndim, values.ndim)), dtype=np.float64)
        try:
            weights = np.broadcast_to(weights, values.shape)
        except ValueError:
            raise ValueError(
                f"sample_weight must have one entry per sample. Received: shape {weights.shape}, for values of shape "
                f"{values.shape}."
            ) from None
        inner = prod(values.shape[1:]) or 1
        self.total += float(np.sum(values * weights)) / inner
        self.count += float(np.sum(weights)) / inner

    def result(self) -> float:
        """Return the mean since the last reset, a Python float."""
        return self.total / self.count if self.count else 0.0

    def reset_state(self) -> None:
        """Forget all values."""
        super().reset_state()
        self.total = self.count = 0.0


class Sum(Metric):
    """The sum of all values, each times its weight.

    >>> Sum()([1.0, 2.0])
    3.0
    """

    def __init__(self, name: str | None = "sum", dtype: Any = None):
        super().__init__(dtype, name)
        self.total = 0.0

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Take in ``values``, (batch, ...) or a number, with one weight per sample, (batch,), or per value."""
        values = np.asarray(bare(values), np.float64)
        if sample_weight is not None:
            weights = np.asarray(bare(sample_weight), np.float64)
            values = values * weights.reshape(weights.shape + (1,) * (values.ndim - weights.ndim))
        self.total += float(np.sum(values))

    def result(self) -> float:
        """Return the sum since the last reset, a Python float."""
        return self.total

    def reset_state(self) -> None:
        """Forget all values."""
        super().reset_state()
        self.total = 0.0


class MeanMetricWrapper(Mean):
    """The mean of a function ``f(y_true, y_pred, **options)`` that gives one value per sample.

    >>> largest_error = MeanMetricWrapper(lambda y_true, y_pred: np.max(np.abs(y_true - y_pred), axis=-1), "largest")
    >>> largest_error(np.zeros((2, 2)), np.array([[1.0, 2.0], [4.0, 3.0]]))
    3.0
    """

    def __init__(self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **options: Any):
        super().__init__(name or getattr(fn, "__name__", None), dtype)
        self.fn, self.options = fn, options

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Take in the values of one batch."""
        super().update_state(self.fn(bare(y_true), bare(y_pred), **self.options), sample_weight)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values.

        Raises:
            ValueError: for a user's function, which cannot be written down.
        """
        if type(self) in (MeanMetricWrapper, FunctionMetric):
            raise ValueError(
                f"The metric {self.name!r} is a function and cannot be saved. Derive a class from "
                f"beras.metrics.Metric, or use a built-in by name."
            )
        return {**super().get_config(), **self.options}


class FunctionMetric(MeanMetricWrapper):
    """The mean of a user's function, given labels and predictions with as many axes.

    Labels ``(batch,)`` that meet predictions ``(batch, 1)`` would broadcast to ``(batch, batch)``, as they do in Keras.
    """

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Take in the values of one batch."""
        super().update_state(*same_rank(np.asarray(bare(y_true)), np.asarray(bare(y_pred))), sample_weight)
