"""LayerNormalization: every sample gets mean 0 and variance 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from beras.autodiff.primitives import cast
from beras.layers.moments import widened
from beras.layers.normalization_layer import NormalizationLayer
from beras.layers.normalize_samples import normalize_samples

__all__ = ["LayerNormalization"]


class LayerNormalization(NormalizationLayer):
    """Bring each sample to mean 0 and variance 1: ``y = gamma * (x - mean) / sqrt(variance + epsilon) + beta``.

    Mean and variance are taken along ``axis``, in training and at inference alike; ``gamma`` and ``beta`` have the
    lengths of these axes. Ba, Kiros and Hinton, Layer Normalization, 2016.

    Args:
        axis: an axis, or a list of them.
        epsilon: is added to the variance.
        center, scale: whether there is a ``beta``, a ``gamma``.
        beta_initializer, gamma_initializer: names or initializers.
        beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint: as in `Dense`.

    Raises:
        TypeError: for an ``axis`` that is neither an integer nor a list of them.
        ValueError: when called on inputs with other lengths along these axes.

    The Keras equivalent is ``keras.layers.LayerNormalization``; torch's is ``nn.LayerNorm``, whose ``eps`` is 1e-5.

    >>> import numpy as np
    >>> LayerNormalization(epsilon=0.0)(np.array([[1.0, 3.0], [10.0, 30.0]]))
    array([[-1.,  1.],
           [-1.,  1.]], dtype=float32)
    """

    def __init__(
        self,
        axis: int | Sequence[int] = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **options: Any,
    ):
        if options.pop("rms_scaling", False):
            raise ValueError("rms_scaling, which Keras gives up too, is not built. Received: rms_scaling=True.")
        super().__init__(
            *(epsilon, center, scale, beta_initializer, gamma_initializer),
            *(beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint),
            **options,
        )
        axes: Any = axis if isinstance(axis, (list, tuple)) else [axis]
        if not axes or not all(isinstance(n, (int, np.integer)) and not isinstance(n, bool) for n in axes):
            raise TypeError(f"axis is an integer or a list of integers. Received: axis={axis!r}.")
        self.axis = [int(n) for n in axes] if isinstance(axis, (list, tuple)) else int(axes[0])

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the weights for inputs of ``input_shape``, whose lengths along the axes must be known."""
        shape: Any = tuple(input_shape[axis] for axis in self._axes_in(input_shape))
        if None in shape:
            raise ValueError(
                f"LayerNormalization(axis={self.axis}) needs inputs of known length along its axes. "
                f"Received: {tuple(input_shape)}."
            )
        self._lengths = shape
        self._add_scale_and_shift(shape)

    def _axes_in(self, shape: Sequence[int | None]) -> tuple[int, ...]:
        """Return the axes, counted from the front and in order.

        Raises:
            ValueError: when inputs of this shape have none of these.
        """
        axes = self.axis if isinstance(self.axis, list) else [self.axis]
        found = tuple(sorted(n + len(shape) if n < 0 else n for n in axes))
        if not all(0 <= axis < len(shape) for axis in found):
            raise ValueError(f"Layer {self.name!r} normalises along axis={self.axis}. Received: {tuple(shape)}.")
        return found

    def call(self, inputs: Any) -> Any:
        """Return the normalised inputs, of the same shape."""
        axes = self._axes_in(inputs.shape)
        if tuple(inputs.shape[axis] for axis in axes) != self._lengths:
            raise ValueError(
                f"Layer {self.name!r} was built for inputs with the lengths {self._lengths} along axis={self.axis}. "
                f"Received: {inputs.shape}."
            )
        self.inputs = inputs
        x = widened(inputs)
        last = tuple(range(x.ndim - len(axes), x.ndim))
        if axes != last:
            x = np.moveaxis(x, axes, last)
        y = self._normalized(x, len(axes))
        if axes != last:
            y = np.moveaxis(y, last, axes)
        return y if y.dtype == inputs.dtype else cast(y, inputs.dtype)

    def _normalized(self, x: Any, many: int) -> Any:
        """Return ``x`` normalised along its last axes, so many of them."""
        if many == 1:
            return normalize_samples(x, self.gamma, self.beta, self.epsilon)
        gamma, beta = (None if weight is None else np.ravel(weight) for weight in (self.gamma, self.beta))
        rows = np.reshape(x, (*x.shape[:-many], int(np.prod(x.shape[-many:]))))
        return np.reshape(normalize_samples(rows, gamma, beta, self.epsilon), x.shape)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {
            **super().get_config(),
            "axis": self.axis,
            "rms_scaling": False,
        }
