"""The engine: automatic differentiation of plain NumPy code."""

from beras.autodiff import rules
from beras.autodiff.check import GradientMismatch, check_grads, numerical_gradient
from beras.autodiff.functional import custom_gradient, grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from beras.autodiff.memory import keep_freed_memory
from beras.autodiff.primitives import primitive
from beras.autodiff.state import debug, no_gradient
from beras.autodiff.tape import GradientTape
from beras.autodiff.tensor import Tensor, Variable, stop_gradient

__all__ = [
    "GradientMismatch",
    "GradientTape",
    "Tensor",
    "Variable",
    "check_grads",
    "custom_gradient",
    "debug",
    "grad",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "no_gradient",
    "numerical_gradient",
    "primitive",
    "rules",
    "stop_gradient",
    "value_and_grad",
    "vjp",
]

keep_freed_memory()
