"""Metric: a number that is gathered over batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from beras import initializers
from beras.autodiff import Variable
from beras.config import floatx
from beras.core.naming import snake_case

__all__ = ["Metric"]


class Metric:
    """A number that is gathered over batches: `update_state` takes a batch, `result` tells, `reset_state` starts anew.

    A subclass keeps its state in `add_variable` (or resets its own attributes in `reset_state`). A call is an update
    followed by the result. Metrics take plain arrays and take no part in tapes. The Keras equivalent is
    ``keras.metrics.Metric``.

    >>> class Largest(Metric):
    ...     def __init__(self):
    ...         super().__init__(name="largest")
    ...         self.largest = self.add_variable((), "zeros", name="largest")
    ...     def update_state(self, y_true, y_pred, sample_weight=None):
    ...         self.largest.assign(max(self.largest.value, y_pred.max()))
    ...     def result(self):
    ...         return float(self.largest)
    >>> metric = Largest()
    >>> metric(np.zeros(2), np.array([1.0, 3.0]))
    3.0
    >>> metric.reset_state()
    >>> metric.result()
    0.0
    """

    #: Whether only the order of a sample's predictions counts, so that logits serve as well as their softmax.
    order_only: bool = False

    def __init__(self, dtype: Any = None, name: str | None = None):
        self.name = name or snake_case(type(self).__name__)
        self.dtype = np.dtype(dtype or floatx()).name
        self._variables: list[Variable] = []

    def add_variable(
        self,
        shape: Sequence[int],
        initializer: Any,
        dtype: Any = None,
        aggregation: str = "sum",
        name: str | None = None,
    ) -> Variable:
        """Return a new Variable that belongs to the state; `reset_state` sets it to zero."""
        value = initializers.get("zeros" if initializer is None else initializer)(shape, dtype or self.dtype)
        variable = Variable(value, trainable=False, name=name)
        self._variables.append(variable)
        return variable

    def add_weight(
        self, shape: Sequence[int] = (), initializer: Any = None, dtype: Any = None, name: str | None = None
    ) -> Variable:
        """Return `add_variable`, under Keras's other name."""
        return self.add_variable(shape, initializer, dtype, name=name)

    @property
    def variables(self) -> list[Variable]:
        """The Variables that `add_variable` made."""
        return list(self._variables)

    def update_state(self, *args: Any, **params: Any) -> None:
        """Take in one batch."""
        raise NotImplementedError(
            f"{type(self).__name__} must define update_state(y_true, y_pred, sample_weight=None)."
        )

    def result(self) -> Any:
        """Return the metric of all batches since the last reset."""
        raise NotImplementedError(f"{type(self).__name__} must define result().")

    def reset_state(self) -> None:
        """Forget all batches."""
        for variable in self._variables:
            variable.assign(np.zeros(variable.shape, variable.dtype))

    def __call__(self, *args: Any, **params: Any) -> Any:
        """Take in one batch and return the result."""
        self.update_state(*args, **params)
        return self.result()

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Metric:
        """Make a metric from what `get_config` returned."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"
