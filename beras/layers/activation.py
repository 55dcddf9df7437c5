"""Activations as layers: Activation, ReLU, LeakyReLU, ELU, Sigmoid, Tanh, Softmax."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from beras import activations
from beras.layers.layer import Layer

__all__ = ["ELU", "Activation", "LeakyReLU", "ReLU", "Sigmoid", "Softmax", "Tanh"]

#: The activations whose outputs depend on more than one input.
ALONG_AN_AXIS = (activations.softmax, activations.log_softmax, activations.sparsemax, activations.glu)


class _ActivationLayer(Layer):
    """What the layers here share: no weights, the output's shape is the input's, and they end in an activation."""

    traced = True
    elementwise: bool | None = True

    def call(self, inputs: Any) -> Any:
        """Return the activation of ``inputs``, of the same shape."""
        self.inputs = inputs
        return self.activate(inputs)

    def activate(self, inputs: Any) -> Any:
        """Apply the activation function."""
        return self.final_activation(inputs)

    def logits(self, inputs: Any, training: bool = False) -> Any:
        """Return the inputs themselves: they are what the activation is applied to."""
        inputs = self._cast(inputs)
        self._ensure_built(inputs.shape)
        return inputs

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return ``input_shape``."""
        return tuple(input_shape)


class Activation(_ActivationLayer):
    """An activation function, by name or as a function, as a layer.

    The Keras equivalent is ``keras.layers.Activation``.

    >>> import numpy as np
    >>> Activation("relu")(np.array([[-1.0, 2.0]]))
    array([[0., 2.]], dtype=float32)
    """

    def __init__(self, activation: Any, **options: Any):
        super().__init__(**options)
        self.activation = activations.get(activation)
        if getattr(self.activation, "func", self.activation) in ALONG_AN_AXIS:
            self.elementwise = False

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return ``input_shape``, with ``"glu"`` half of it."""
        if getattr(self.activation, "func", self.activation) is not activations.glu:
            return super().compute_output_shape(input_shape)
        lengths, axis = list(input_shape), getattr(self.activation, "keywords", {}).get("axis", -1)
        lengths[axis] = None if lengths[axis] is None else lengths[axis] // 2
        return tuple(lengths)

    @property
    def final_activation(self) -> Any:
        """The activation function."""
        return self.activation

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {**super().get_config(), "activation": activations.serialize(self.activation)}


class ReLU(_ActivationLayer):
    """``max(x, 0)``, in general: ``x`` from ``threshold`` up to ``max_value``, below it ``slope * (x - threshold)``.

    ``ReLU(max_value=None, negative_slope=0.0, threshold=0.0)``. The derivative at 0 is 0. The Keras equivalent is
    ``keras.layers.ReLU``.

    >>> import numpy as np
    >>> ReLU(max_value=3.0)(np.array([[-1.0, 2.0, 5.0]]))
    array([[0., 2., 3.]], dtype=float32)
    """

    def __init__(
        self, max_value: float | None = None, negative_slope: float = 0.0, threshold: float = 0.0, **options: Any
    ):
        super().__init__(**options)
        for argument, value in (("max_value", max_value), ("negative_slope", negative_slope), ("threshold", threshold)):
            if value is not None and value < 0:
                raise ValueError(f"{argument} of a ReLU must not be negative. Received: {value}.")
        self.max_value, self.negative_slope, self.threshold = max_value, negative_slope, threshold

    def activate(self, inputs: Any) -> Any:
        """Apply the rectifier."""
        return activations.relu(inputs, self.negative_slope, self.max_value, self.threshold)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        names = ("max_value", "negative_slope", "threshold")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


class LeakyReLU(_ActivationLayer):
    """``x`` where it is positive, ``negative_slope * x`` elsewhere; the derivative at 0 is the slope.

    ``LeakyReLU(negative_slope=0.3)``. The Keras equivalent is ``keras.layers.LeakyReLU``; torch's default slope is
    0.01.

    >>> import numpy as np
    >>> LeakyReLU(0.5)(np.array([[-1.0, 2.0]]))
    array([[-0.5,  2. ]], dtype=float32)
    """

    def __init__(self, negative_slope: float = 0.3, **options: Any):
        super().__init__(**options)
        if negative_slope is None or negative_slope < 0:
            raise ValueError(f"negative_slope of a LeakyReLU must not be negative. Received: {negative_slope}.")
        self.negative_slope = float(negative_slope)

    def activate(self, inputs: Any) -> Any:
        """Apply the leaky rectifier."""
        return activations.leaky_relu(inputs, self.negative_slope)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {**super().get_config(), "negative_slope": self.negative_slope}


class ELU(_ActivationLayer):
    """``x`` where it is positive, ``alpha * (exp(x) - 1)`` elsewhere.

    ``ELU(alpha=1.0)``. The Keras equivalent is ``keras.layers.ELU``; torch's is ``nn.ELU``.

    >>> import numpy as np
    >>> ELU()(np.array([[-1.0, 2.0]])).round(4)
    array([[-0.6321,  2.    ]], dtype=float32)
    """

    def __init__(self, alpha: float = 1.0, **options: Any):
        super().__init__(**options)
        self.alpha = alpha

    def activate(self, inputs: Any) -> Any:
        """Apply the exponential linear unit."""
        return activations.elu(inputs, self.alpha)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {**super().get_config(), "alpha": self.alpha}


class Sigmoid(_ActivationLayer):
    """``1 / (1 + exp(-x))``. Keras has it as ``Activation("sigmoid")``; torch as ``nn.Sigmoid``.

    >>> import numpy as np
    >>> Sigmoid()(np.zeros((1, 2)))
    array([[0.5, 0.5]], dtype=float32)
    """

    @property
    def final_activation(self) -> Any:
        """The sigmoid."""
        return activations.sigmoid


class Tanh(_ActivationLayer):
    """The hyperbolic tangent. Keras has it as ``Activation("tanh")``; torch as ``nn.Tanh``.

    >>> import numpy as np
    >>> Tanh()(np.zeros((1, 2)))
    array([[0., 0.]], dtype=float32)
    """

    @property
    def final_activation(self) -> Any:
        """The hyperbolic tangent."""
        return activations.tanh


class Softmax(_ActivationLayer):
    """``exp(x_i) / sum_j exp(x_j)`` along ``axis``.

    Its local Jacobian ``input_gradients()`` is ``(batch, n, n)``: ``p_i (delta_ij - p_j)``. The Keras equivalent is
    ``keras.layers.Softmax``.

    >>> import numpy as np
    >>> Softmax()(np.zeros((1, 4)))
    array([[0.25, 0.25, 0.25, 0.25]], dtype=float32)
    """

    elementwise = False

    def __init__(self, axis: int = -1, **options: Any):
        super().__init__(**options)
        self.axis = axis

    @property
    def final_activation(self) -> Any:
        """The softmax, where it runs over the last axis."""
        return activations.softmax if self.axis == -1 else None

    def activate(self, inputs: Any) -> Any:
        """Apply the softmax along the axis."""
        return activations.softmax(inputs, axis=self.axis)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {**super().get_config(), "axis": self.axis}
