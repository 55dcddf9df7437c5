"""Dense: every input is connected with every output."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from beras import activations, constraints, initializers, regularizers
from beras.autodiff import primitive
from beras.autodiff.registry import define
from beras.autodiff.tracked import bare
from beras.layers.layer import Layer

__all__ = ["Dense", "affine"]


@primitive
def affine(x: Any, kernel: Any, bias: Any) -> Any:
    """Return ``x @ kernel + bias``; the sum is made in the memory of the product.

    ``x`` (..., n_in), ``kernel`` (n_in, n_out), ``bias`` (n_out,) -> (..., n_out).
    """
    z = np.matmul(x, kernel)
    z += bias
    return z


def _rows(x: Any) -> Any:
    return x if x.ndim == 2 else np.reshape(x, (-1, x.shape[-1]))


define(
    affine,
    lambda g, ans, x, kernel, bias: np.matmul(g, np.transpose(kernel)),
    lambda g, ans, x, kernel, bias: np.matmul(np.transpose(_rows(x)), _rows(g)),
    lambda g, ans, x, kernel, bias: g,
)


def _what_to_do(shape: tuple[int, ...], n_in: int) -> str:
    """Return the advice for inputs of ``shape`` that meet a kernel for ``n_in`` of them."""
    if shape == (n_in,):
        return " One sample is a batch of one: x[np.newaxis]."
    if len(shape) > 2 and np.prod(shape[1:]) == n_in:
        return " Put a Flatten() before it."
    return f" Every sample must have {n_in} numbers in its last axis; for others make a new model."


class Dense(Layer):
    """A fully connected layer: ``y = activation(x @ kernel + bias)``.

    Input ``(batch, ..., n_in)``, output ``(batch, ..., units)``; ``kernel`` is ``(n_in, units)`` and ``bias``
    ``(units,)``, both made at the first call.

    Args:
        units: the number of outputs, a positive integer.
        activation: a name, a function, or ``None`` for none.
        use_bias: whether there is a bias.
        kernel_initializer, bias_initializer: names or initializers.
        kernel_regularizer, bias_regularizer: names or regularizers; their penalties are added to the loss.
        kernel_constraint, bias_constraint: names, constraints or functions, applied after each update.
        lora_rank, lora_alpha, quantization_config: Keras's; ``None`` only.

    Raises:
        ValueError: for ``units`` that is no positive integer, for a second positional integer (the course's
            ``Dense(n_in, n_out)``), and when called on inputs of another ``n_in``.

    Local Jacobians: ``input_gradients()`` is ``kernel``, ``(n_in, n_out)``, when there is no activation.

    The Keras equivalent is ``keras.layers.Dense``; torch's is ``nn.Linear``, whose weight is ``kernel.T``.

    >>> import numpy as np
    >>> layer = Dense(2, kernel_initializer="ones")
    >>> layer(np.array([[1.0, 2.0, 3.0]]))
    array([[6., 6.]], dtype=float32)
    """

    traced = True

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        quantization_config: Any = None,
        **options: Any,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **options)
        if isinstance(units, bool) or not isinstance(units, (int, np.integer)) or units < 1:
            raise ValueError(f"Dense takes the number of its units, a positive integer. Received: units={units!r}.")
        if isinstance(activation, (int, np.integer)) and not isinstance(activation, bool):
            raise ValueError(
                f"Dense(units, activation=...) finds out the number of inputs by itself. Received: "
                f"Dense({units}, {activation}). Write Dense({activation}), and "
                f"Sequential([Input(({units},)), Dense({activation})]) to make the weights at once."
            )
        unbuilt = {"lora_rank": lora_rank, "lora_alpha": lora_alpha, "quantization_config": quantization_config}
        for argument, value in unbuilt.items():
            if value is not None:
                raise ValueError(
                    f"{argument} is accepted for the sake of Keras scripts as None only: beras does not have it. "
                    f"Received: {argument}={value!r}."
                )
        self.units = int(units)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the kernel and the bias for inputs whose last axis is ``input_shape[-1]`` long."""
        n_in = input_shape[-1] if len(input_shape) > 1 else None
        if n_in is None:
            raise ValueError(
                f"Dense needs inputs of shape (batch, n_in) with n_in known. Received: {tuple(input_shape)}."
            )
        self.kernel = self.add_weight(
            (n_in, self.units),
            self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
        )
        if self.use_bias:
            self.bias = self.add_weight(
                (self.units,),
                self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )

    def call(self, inputs: Any) -> Any:
        """Return ``activation(inputs @ kernel + bias)``, ``(batch, ..., units)``."""
        return self.activation(self._affine(inputs))

    def _affine(self, inputs: Any) -> Any:
        n_in = self.kernel.shape[0]
        if inputs.ndim < 2 or inputs.shape[-1] != n_in:
            raise ValueError(
                f"Layer {self.name!r} was built for inputs of shape (batch, {n_in}). Received: {inputs.shape}."
                f"{_what_to_do(inputs.shape, n_in)}"
            )
        self.inputs = inputs
        return affine(inputs, self.kernel, self.bias) if self.use_bias else np.matmul(inputs, self.kernel)

    @property
    def final_activation(self) -> Any:
        """The activation function."""
        return self.activation

    def logits(self, inputs: Any, training: bool = False) -> Any:
        """Return ``inputs @ kernel + bias``, the output before the activation."""
        inputs = self._cast(inputs)
        self._ensure_built(inputs.shape)
        return self._affine(inputs)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return ``(*input_shape[:-1], units)``."""
        return (*input_shape[:-1], self.units)

    def input_gradients(self) -> Any:
        """Return the local Jacobian of the latest call: ``kernel``, or ``(batch, n_in, n_out)`` with an activation."""
        self._latest_inputs()
        return self.kernel.value if self.activation is activations.linear else super().input_gradients()

    def weight_gradients(self) -> Any:
        """Return the factors of the cotangent: the input as ``(batch, n_in, n_out)`` for the kernel, ones for the bias.

        Raises:
            ValueError: with an activation, whose local Jacobian has no such form; give it a layer of its own.
        """
        inputs = self._latest_inputs()
        if self.activation is not activations.linear:
            raise ValueError(
                f"Layer {self.name!r} has an activation; its local Jacobians by the weights have no product form. "
                f"Write Dense({self.units}) and Activation({activations.serialize(self.activation)!r}) as two layers."
            )
        factor = np.broadcast_to(bare(inputs)[..., None], (*inputs.shape, self.units))
        return (factor, np.ones(self.units, inputs.dtype)) if self.use_bias else (factor,)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {
            **super().get_config(),
            "units": self.units,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "bias_regularizer": regularizers.serialize(self.bias_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
            "bias_constraint": constraints.serialize(self.bias_constraint),
        }
