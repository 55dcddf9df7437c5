"""A network of two layers, its gradients written by hand, and two losses.

    x --W1, b1--> s_1 --f--> z_1 --W2, b2--> s_2 --g--> y_hat

Samples stand in the rows: ``x`` is ``(batch, n_in)``, ``s_1`` and ``z_1`` are ``(batch, n_hidden)``, ``s_2`` and
``y_hat`` are ``(batch, n_out)``. The ``s`` are pre-activations, what goes into ``f`` and ``g``; ``z_1`` and ``y_hat``
come out of them.

NumPy arrays and torch tensors are both welcome: see `arrays.namespace`. Nothing here uses autograd.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from arrays import namespace, numel
from checks import require_batch, require_known, require_probabilities, require_same_shape

__all__ = ["FUNCTIONS", "MLP", "bce_loss", "d_identity", "d_relu", "d_sigmoid", "identity", "mse_loss"]
__all__ += ["relu", "sigmoid"]

#: No logarithm in the binary cross-entropy goes below this, as in torch: a loss of 100 is the largest for one number.
SMALLEST_LOG = -100.0
#: The denominator ``y_hat (1 - y_hat)`` of its gradient does not go below this, as in torch.
SMALLEST_DENOMINATOR = 1e-12


def relu(s: Any) -> Any:
    """Return ``max(0, s)``, entry by entry, in the shape and dtype of ``s``; ``s`` itself is left as it is.

    Like ``torch.relu``. NaN stays NaN.

    >>> relu(np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 3.])
    """
    # TASK 1.1: the positive part
    raise NotImplementedError("Task 1.1: the positive part")


def sigmoid(s: Any) -> Any:
    """Return ``1 / (1 + exp(-s))``, entry by entry, for ``s`` of any size.

    Like ``torch.sigmoid``. ``exp(1000)`` is too large for any float, so the formula may only be given exponents that
    are not positive: for negative ``s`` multiply its numerator and denominator by ``exp(s)``.

    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    # TASK 1.1: the logistic function, without overflow
    raise NotImplementedError("Task 1.1: the logistic function, without overflow")


def identity(s: Any) -> Any:
    """Return ``s``.

    >>> identity(np.array([-2.0, 0.0, 3.0]))
    array([-2.,  0.,  3.])
    """
    # TASK 1.1: the function that does nothing
    raise NotImplementedError("Task 1.1: the function that does nothing")


def d_relu(s: Any) -> Any:
    """Return the derivative of `relu` at the pre-activation ``s``, entry by entry, as floats in the shape of ``s``.

    At exactly 0 every number from 0 to 1 is a subgradient; torch takes 0, and so do we.

    >>> d_relu(np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 1.])
    """
    # TASK 1.2: the slope of relu
    raise NotImplementedError("Task 1.2: the slope of relu")


def d_sigmoid(s: Any) -> Any:
    """Return the derivative of `sigmoid` at the pre-activation ``s``, entry by entry, for ``s`` of any size.

    >>> d_sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0.  , 0.25, 0.  ])
    """
    # TASK 1.2: the slope of the sigmoid
    raise NotImplementedError("Task 1.2: the slope of the sigmoid")


def d_identity(s: Any) -> Any:
    """Return the derivative of `identity` at ``s``, an array in the shape and dtype of ``s``.

    >>> d_identity(np.array([[-2.0, 0.0, 3.0]])).shape
    (1, 3)
    """
    # TASK 1.2: the slope of the identity
    raise NotImplementedError("Task 1.2: the slope of the identity")


#: What the network can use for f and g: each function with its derivative.
FUNCTIONS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "relu": (relu, d_relu),
    "sigmoid": (sigmoid, d_sigmoid),
    "identity": (identity, d_identity),
}


class MLP:
    """A network of two layers: ``y_hat = g(f(x W1^T + b1) W2^T + b2)``.

    The same as ``torch.nn.Sequential(Linear, f, Linear, g)``, and its weights have torch's layout, a row for each unit.

    Args:
        linear_1_in_features: length of an input, ``n_in``.
        linear_1_out_features: number of hidden units, ``n_hidden``.
        f_function: ``"relu"``, ``"sigmoid"`` or ``"identity"``.
        linear_2_in_features: number of hidden units again.
        linear_2_out_features: length of an output, ``n_out``.
        g_function: as for f.
        randn: draws the parameters: ``randn(*shape)`` returns numbers from N(0, 1). ``np.random.randn`` makes a network
            of float64 arrays, ``torch.randn`` one of float32 tensors.

    Attributes:
        parameters: ``W1`` ``(n_hidden, n_in)``, ``b1`` ``(n_hidden,)``, ``W2`` ``(n_out, n_hidden)``, ``b2``
            ``(n_out,)``, drawn in this order.
        grads: ``dJdW1``, ``dJdb1``, ``dJdW2``, ``dJdb2``, each in the shape of its parameter; zero at first.
        cache: what `forward` keeps for `backward`: ``x``, ``s_1``, ``z_1``, ``s_2``.
        f, d_f, g, d_g: the two functions and their derivatives.

    Raises:
        ValueError: a function of another name, or two different numbers of hidden units.

    >>> net = MLP(2, 20, "relu", 20, 1, "identity")
    >>> net.forward(np.ones((10, 2))).shape
    (10, 1)
    """

    def __init__(
        self,
        linear_1_in_features: int,
        linear_1_out_features: int,
        f_function: str,
        linear_2_in_features: int,
        linear_2_out_features: int,
        g_function: str,
        *,
        randn: Callable[..., Any] = np.random.randn,
    ) -> None:
        if linear_1_out_features != linear_2_in_features:
            raise ValueError(
                "Expected linear_2_in_features to be linear_1_out_features, the number of hidden units. "
                f"Received: {linear_2_in_features} and {linear_1_out_features}."
            )
        for name in (f_function, g_function):
            require_known(name, FUNCTIONS)
        self.f_function, self.g_function = f_function, g_function
        self.f, self.d_f = FUNCTIONS[f_function]
        self.g, self.d_g = FUNCTIONS[g_function]
        self.parameters = {
            "W1": randn(linear_1_out_features, linear_1_in_features),
            "b1": randn(linear_1_out_features),
            "W2": randn(linear_2_out_features, linear_2_in_features),
            "b2": randn(linear_2_out_features),
        }
        self.grads = {f"dJd{name}": namespace(value).zeros_like(value) for name, value in self.parameters.items()}
        self.cache: dict[str, Any] = {}

    def forward(self, x: Any) -> Any:
        """Return the prediction ``y_hat`` for a batch, and keep in `cache` what `backward` will need.

            s_1 = x W1^T + b1      z_1 = f(s_1)
            s_2 = z_1 W2^T + b2    y_hat = g(s_2)

        Args:
            x: shape ``(batch, n_in)``.

        Returns: shape ``(batch, n_out)``.
        """
        W1, b1, W2, b2 = self.parameters.values()
        require_batch(x, W1)
        # TASK 2.1: both layers; x, s_1, z_1 and s_2 go into self.cache
        raise NotImplementedError("Task 2.1: both layers; x, s_1, z_1 and s_2 go into self.cache")

    def backward(self, dJdy_hat: Any) -> None:
        """Add the gradients of the loss by all four parameters to `grads`, for the batch of the last `forward`.

        Added, as torch does: who wants the gradients of this batch alone calls `clear_grad_and_cache` before `forward`.

        Args:
            dJdy_hat: the gradient of the loss by the prediction, ``(batch, n_out)``; it is left as it is.

        Raises:
            RuntimeError: no `forward` came before.
            ValueError: ``dJdy_hat`` has not the shape of the prediction.
        """
        if not self.cache:
            raise RuntimeError(
                "backward needs a forward before it: the cache is empty. (Was clear_grad_and_cache called in between?)"
            )
        require_same_shape("dJdy_hat and the prediction", dJdy_hat, self.cache["s_2"])
        # TASK 4.3: both layers, in the order in which the chain rule goes through them
        raise NotImplementedError("Task 4.3: both layers, in the order in which the chain rule goes through them")

    def backward_layer_2(self, dJdy_hat: Any) -> Any:
        """Add to ``dJdW2`` and ``dJdb2``, and return the gradient by ``z_1``, which came into this layer.

        Args:
            dJdy_hat: shape ``(batch, n_out)``.

        Returns: ``dJdz_1``, shape ``(batch, n_hidden)``.
        """
        # TASK 4.1: back through g, then the gradients by W2 (n_out, n_hidden), by b2 (n_out,) and by z_1
        raise NotImplementedError("Task 4.1: back through g, then the gradients by W2 (n_out, n_hidden), by b2 (n_out,) and by z_1")

    def backward_layer_1(self, dJdz_1: Any) -> None:
        """Add to ``dJdW1`` and ``dJdb1``.

        Args:
            dJdz_1: shape ``(batch, n_hidden)``.
        """
        # TASK 4.2: back through f, then the gradients by W1 (n_hidden, n_in) and by b1 (n_hidden,)
        raise NotImplementedError("Task 4.2: back through f, then the gradients by W1 (n_hidden, n_in) and by b1 (n_hidden,)")

    def clear_grad_and_cache(self) -> None:
        """Set all gradients to zero, in place, and forget the last `forward`; the parameters stay."""
        # TASK 4.4: zeros into the arrays that are there (they may be held by others), and an empty cache
        raise NotImplementedError("Task 4.4: zeros into the arrays that are there (they may be held by others), and an empty cache")


def mse_loss(y: Any, y_hat: Any) -> tuple[Any, Any]:
    """Return half of the mean squared error over all numbers of the batch, and its gradient by the prediction.

        J = mean of (y - y_hat)^2 / 2

    ``0.5 * torch.nn.functional.mse_loss(y_hat, y)`` is the same. The labels come first.

    Args:
        y: labels, ``(batch, n_out)``.
        y_hat: predictions, ``(batch, n_out)``.

    Returns: ``J``, a scalar, and ``dJdy_hat``, ``(batch, n_out)``.

    Raises:
        ValueError: the two shapes differ.

    >>> loss, dJdy_hat = mse_loss(np.array([[1.0, 2.0]]), np.array([[4.0, 2.0]]))
    >>> float(loss)
    2.25
    """
    require_same_shape("y and y_hat", y, y_hat)
    # TASK 3.1: the loss, and its derivative by every entry of y_hat
    raise NotImplementedError("Task 3.1: the loss, and its derivative by every entry of y_hat")


def bce_loss(y: Any, y_hat: Any) -> tuple[Any, Any]:
    """Return the mean binary cross-entropy over all numbers of the batch, and its gradient by the prediction.

        J = mean of -(y log(y_hat) + (1 - y) log(1 - y_hat))

    The same as ``torch.nn.functional.binary_cross_entropy(y_hat, y)``, also where a sigmoid has saturated at exactly 0
    or 1: no logarithm goes below `SMALLEST_LOG`, and the denominator of the gradient not below `SMALLEST_DENOMINATOR`.
    The labels come first.

    Args:
        y: labels in [0, 1], ``(batch, n_out)``.
        y_hat: predicted probabilities in [0, 1], ``(batch, n_out)``.

    Returns: ``J``, a scalar, and ``dJdy_hat``, ``(batch, n_out)``.

    Raises:
        ValueError: the two shapes differ, or a number lies outside of [0, 1].

    >>> loss, dJdy_hat = bce_loss(np.array([[1.0, 0.0]]), np.array([[0.25, 0.0]]))
    >>> print(f"{loss:.6f}", dJdy_hat)
    0.693147 [[-2.  0.]]
    """
    require_same_shape("y and y_hat", y, y_hat)
    require_probabilities("y_hat", y_hat)
    require_probabilities("y", y)
    # TASK 3.2: the loss, and its derivative by every entry of y_hat, finite everywhere
    raise NotImplementedError("Task 3.2: the loss, and its derivative by every entry of y_hat, finite everywhere")
