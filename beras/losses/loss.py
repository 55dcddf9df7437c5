"""Loss: what training makes small."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from beras.autodiff import grad
from beras.autodiff.tracked import Tracked, bare
from beras.core import Diffable
from beras.core.floating import floating
from beras.core.naming import snake_case
from beras.losses.align import same_rank
from beras.losses.reduction import checked_reduction, reduce_values

__all__ = ["FunctionLoss", "Loss"]


class Loss(Diffable):
    """A function of the truth and the prediction that gives one number: ``loss(y_true, y_pred, sample_weight=None)``.

    A subclass defines ``call(y_true, y_pred)`` with one value per sample, ``(batch,)`` or ``(batch, ...)``; the values
    are weighted and then reduced.

    Args:
        name: a string; by default the class's name in lower case.
        reduction: ``"sum_over_batch_size"`` or ``"mean"`` (the mean of the values), ``"sum"``,
            ``"mean_with_sample_weight"`` (the sum divided by the sum of the weights), ``"none"`` or ``None``.
        dtype: that in which to compute; ``None`` is the dtype of ``y_pred``.

    The latest call's local Jacobian is `input_gradients`. The Keras equivalent is ``keras.losses.Loss``.

    >>> class Squared(Loss):
    ...     def call(self, y_true, y_pred):
    ...         return np.mean((y_true - y_pred) ** 2, axis=-1)
    >>> float(Squared()(np.array([[1.0, 0.0]]), np.array([[0.0, 0.0]])))
    0.5
    """

    traced = True
    name: str = ""

    def __init__(self, name: str | None = None, reduction: str | None = "sum_over_batch_size", dtype: Any = None):
        super().__init__()
        self.name = name or snake_case(type(self).__name__)
        self.reduction = checked_reduction(reduction)
        self.dtype = dtype

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Return the loss: a scalar, or one value per sample when the reduction is ``None``.

        Args:
            y_true: the truth, an array.
            y_pred: the prediction, an array or Tensor.
            sample_weight: ``None``, or one weight per sample, ``(batch,)``.

        Raises:
            ValueError: for no samples, or shapes that do not fit.
        """
        y_pred = floating(y_pred, self.dtype)
        y_true = y_true if isinstance(y_true, (Tracked, np.ndarray)) else np.asarray(y_true)
        if y_pred.size == 0:
            raise ValueError(f"A loss needs at least one sample. Received: y_pred of shape {y_pred.shape}.")
        self.__dict__["_latest"] = (bare(y_true), bare(y_pred), sample_weight)
        values = super().__call__(*self.prepared(y_true, y_pred))
        if not hasattr(values, "ndim"):
            raise TypeError(
                f"The loss {self.name!r} must return an array: one value per sample, or one number made of the "
                f"predictions. Received: {values!r} of type {type(values).__name__}."
            )
        return reduce_values(values, sample_weight, self.counted(y_true, y_pred), self.reduction)

    def prepared(self, y_true: Any, y_pred: Any) -> tuple[Any, Any]:
        """Return what `call` is given: the truth in the dtype of the prediction, so that float32 stays float32."""
        return (y_true if y_true.dtype == y_pred.dtype else y_true.astype(y_pred.dtype)), y_pred

    def check_truth(self, y_true: np.ndarray) -> None:
        """Raise ValueError for labels that this loss cannot have, whatever the prediction; asked once per `fit`."""

    def check_classes(self, y_true: np.ndarray, shape: tuple[Any, ...]) -> None:
        """Raise ValueError for labels that predictions of ``shape`` have no place for; asked once per `fit`."""

    def counted(self, y_true: Any, y_pred: Any) -> Any:
        """Return which of the values count, as booleans of their shape, or ``None`` when all do."""
        return None

    def input_gradients(self) -> np.ndarray:
        """Return the derivative of the latest call's loss by ``y_pred``, of its shape, ``(batch, n)``.

        Without a reduction row ``i`` is the derivative of sample ``i``'s own loss.

        Raises:
            RuntimeError: before the first call.

        >>> from beras.losses import MeanSquaredError
        >>> loss = MeanSquaredError()
        >>> value = loss(np.array([[1.0, 0.0]]), np.array([[0.5, 0.5]]))
        >>> loss.input_gradients()
        array([[-0.5,  0.5]])
        """
        if "_latest" not in self.__dict__:
            raise RuntimeError(
                f"{type(self).__name__}.input_gradients() is about the latest call, and steps that a model replays "
                f"leave none behind. Call it first: loss(y_true, y_pred)."
            )
        y_true, y_pred, sample_weight = self.__dict__["_latest"]
        return bare(grad(lambda p: np.sum(self(y_true, p, sample_weight)))(y_pred))

    def on_logits(self, activation: Callable[..., Any]) -> Loss | None:
        """Return the equal loss of what went into ``activation``, the function that ends a model; ``None`` if none is.

        It is computed in one step and stays finite for scores of any size.
        """
        return None

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {"name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Loss:
        """Make a loss from what `get_config` returned."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


class FunctionLoss(Loss):
    """A loss made of a function ``f(y_true, y_pred, **options)`` that gives one value per sample, or one number.

    The Keras equivalent is ``LossFunctionWrapper``.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        **options: Any,
    ):
        super().__init__(name or getattr(function, "__name__", None), reduction, dtype)
        self.function, self.options = function, options

    def prepared(self, y_true: Any, y_pred: Any) -> tuple[Any, Any]:
        """Return both in one dtype and with as many axes: ``(batch,)`` that meets ``(batch, 1)`` must not broadcast."""
        return same_rank(*super().prepared(y_true, y_pred))

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the function's values."""
        return self.function(y_true, y_pred, **self.options)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values.

        Raises:
            ValueError: for a user's function, which cannot be written down.
        """
        if type(self) is FunctionLoss:
            raise ValueError(
                f"The loss {self.name!r} is a function and cannot be saved. Derive a class from beras.losses.Loss, "
                f"with call(y_true, y_pred), or use a built-in by name."
            )
        return {**super().get_config(), **self.options}

    def fuses_as(self, function: Callable[..., Any]) -> bool:
        """Say whether this computes ``function`` from probabilities along the last axis, and nothing else."""
        return (
            self.function is function
            and type(self).call is FunctionLoss.call
            and type(self).forward is Loss.forward
            and not self.options.get("from_logits")
            and self.options.get("axis", -1) == -1
        )
