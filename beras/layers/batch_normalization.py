"""BatchNormalization: every channel gets mean 0 and variance 1 over the batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from beras import initializers
from beras.autodiff import no_gradient
from beras.autodiff.primitives import cast
from beras.layers.moments import widened
from beras.layers.normalization_layer import NormalizationLayer
from beras.layers.normalize_batch import batch_moments, normalize_batch

__all__ = ["BatchNormalization"]


class BatchNormalization(NormalizationLayer):
    """Bring each channel to mean 0 and variance 1: ``y = gamma * (x - mean) / sqrt(variance + epsilon) + beta``.

    In training mean and variance are those of the batch, over all axes but ``axis``, and the moving ones follow them:
    ``moving = momentum * moving + (1 - momentum) * batch``. At inference, and when ``trainable`` is false, the moving
    ones are used and stay. ``gamma``, ``beta``, ``moving_mean`` and ``moving_variance`` are ``(channels,)``. Ioffe and
    Szegedy, Batch Normalization, 2015.

    Args:
        axis: that of the channels, an integer.
        momentum: how much of the moving statistics stays at each step.
        epsilon: is added to the variance.
        center, scale: whether there is a ``beta``, a ``gamma``.
        beta_initializer, gamma_initializer, moving_mean_initializer, moving_variance_initializer: names or
            initializers.
        beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint: as in `Dense`.
        renorm, renorm_clipping, renorm_momentum, synchronized: Keras's; accepted with their defaults only.

    Raises:
        ValueError: for ``renorm`` or ``synchronized``, and when called on inputs with another number of channels.

    The Keras equivalent is ``keras.layers.BatchNormalization``. torch's ``nn.BatchNorm1d`` has the channels on axis 1;
    its ``momentum`` is what is taken of the batch, so 0.01 there is 0.99 here (its default, 0.1, is 0.9); its
    ``eps`` is 1e-5; and it keeps the *unbiased* variance of the batch, ``n / (n - 1)`` times the one kept here.

    >>> import numpy as np
    >>> layer = BatchNormalization(epsilon=0.0)
    >>> layer(np.array([[1.0, 10.0], [3.0, 30.0]]), training=True)
    array([[-1., -1.],
           [ 1.,  1.]], dtype=float32)
    >>> layer.moving_mean.numpy().round(4)
    array([0.02, 0.2 ], dtype=float32)
    """

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: Mapping[str, float] | None = None,
        renorm_momentum: float = 0.99,
        synchronized: bool = False,
        **options: Any,
    ):
        super().__init__(
            *(epsilon, center, scale, beta_initializer, gamma_initializer),
            *(beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint),
            **options,
        )
        for argument, value in (("renorm", renorm), ("synchronized", synchronized)):
            if value:
                raise ValueError(
                    f"{argument} is accepted for the sake of Keras scripts as False only: beras does not have it. "
                    f"Received: {argument}={value!r}."
                )
        if isinstance(axis, bool) or not isinstance(axis, (int, np.integer)):
            raise TypeError(f"axis is that of the channels, an integer. Received: axis={axis!r}.")
        self.axis = int(axis)
        self.momentum = float(momentum)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.renorm_clipping, self.renorm_momentum = renorm_clipping, renorm_momentum

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the weights for inputs with ``input_shape[axis]`` channels.

        Raises:
            ValueError: when there is no such axis, or its length is not known.
        """
        if not -len(input_shape) <= self.axis < len(input_shape) or input_shape[self.axis] is None:
            raise ValueError(
                f"BatchNormalization needs inputs with an axis {self.axis} of known length. "
                f"Received: {tuple(input_shape)}."
            )
        shape: Any = (input_shape[self.axis],)
        self._add_scale_and_shift(shape)
        self.moving_mean = self.add_weight(shape, self.moving_mean_initializer, trainable=False, name="moving_mean")
        self.moving_variance = self.add_weight(
            shape, self.moving_variance_initializer, trainable=False, name="moving_variance"
        )

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Return the normalised inputs, of the same shape; by the batch's own statistics when ``training``."""
        axis = self._axis_of(inputs)
        self.inputs = inputs
        x = widened(inputs)
        is_last = axis == x.ndim - 1
        if not is_last:
            x = np.moveaxis(x, axis, -1)
        y = self._by_batch(x) if training and self.trainable else self._by_moving(x)
        if not is_last:
            y = np.moveaxis(y, -1, axis)
        return y if y.dtype == inputs.dtype else cast(y, inputs.dtype)

    def _by_batch(self, x: Any) -> Any:
        """Return ``x``, channels last, normalised by its own statistics, which the moving ones follow."""
        with no_gradient():
            moments = batch_moments(x)
            self._follow(moments[0], moments[1])
        return normalize_batch(x, moments, self.gamma, self.beta, self.epsilon)

    def _by_moving(self, x: Any) -> Any:
        """Return ``x``, channels last, normalised by the moving statistics."""
        with no_gradient():  # copies: a later call in training may write into the Variables
            mean, variance = np.positive(self.moving_mean), np.positive(self.moving_variance)
        factor = 1 / np.sqrt(variance + self.epsilon)
        if self.scale:
            factor = self.gamma * factor
        y = (x - mean) * factor
        return y + self.beta if self.center else y

    def _follow(self, mean: Any, variance: Any) -> None:
        """Move the moving statistics towards those of a batch."""
        kept, taken = self.momentum, 1 - self.momentum
        with no_gradient():
            for moving, batch in ((self.moving_mean, mean), (self.moving_variance, variance)):
                moving.assign(moving * kept + batch * taken)

    def _axis_of(self, inputs: Any) -> int:
        """Return the axis of the channels, counted from the front.

        Raises:
            ValueError: where the inputs have other channels than those that the layer was built for.
        """
        channels = self.moving_mean.size
        if not -inputs.ndim <= self.axis < inputs.ndim or inputs.shape[self.axis] != channels:
            raise ValueError(
                f"Layer {self.name!r} was built for inputs with {channels} channels on axis {self.axis}. "
                f"Received: {inputs.shape}."
            )
        return self.axis % inputs.ndim

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {
            **super().get_config(),
            "axis": self.axis,
            "momentum": self.momentum,
            "moving_mean_initializer": initializers.serialize(self.moving_mean_initializer),
            "moving_variance_initializer": initializers.serialize(self.moving_variance_initializer),
            "synchronized": False,
            "renorm": False,
            "renorm_clipping": self.renorm_clipping,
            "renorm_momentum": self.renorm_momentum,
        }
