"""The gradient checks of Stanford's CS231n, under the names and with the arguments that its notebooks use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from beras.autodiff import Variable
from beras.autodiff.tracked import bare
from beras.oracle.bands import rel_error

__all__ = ["eval_numerical_gradient", "eval_numerical_gradient_array", "grad_check_sparse", "rel_error"]


def eval_numerical_gradient(f: Callable[[Any], Any], x: Any, verbose: bool = True, h: float = 1e-5) -> np.ndarray:
    """Return the gradient of a scalar function by central differences: ``(f(x + h) - f(x - h)) / 2h`` for each entry.

    Each entry of ``x`` is changed in place and put back, so ``f`` may as well ignore its argument and read the same
    memory elsewhere (``lambda _: net.loss(X, y)`` with ``x = net.params["W1"]``).

    Args:
        f: a function that returns one number.
        x: a floating-point array (or Variable) of any shape; float64, since in float32 the step drowns in rounding.
        verbose: whether to print each place with its derivative.
        h: the step.

    Raises:
        TypeError: for an array of integers, in which the step would be lost, and for anything that is no array.
        ValueError: when ``f`` returns more than one number.

    Warns: UserWarning for float32 and float16.

    >>> eval_numerical_gradient(lambda x: np.sum(x**2), np.array([1.0, 2.0]), verbose=False).round(6)
    array([2., 4.])
    """
    _check(x)
    grad = np.zeros(x.shape, x.dtype)
    for place in np.ndindex(x.shape):
        above, below = _at_both_ends(lambda: _one_number(f(x)), x, place, h)
        grad[place] = (above - below) / (2 * h)
        if verbose:
            print(place, grad[place])
    return grad


def eval_numerical_gradient_array(f: Callable[[Any], Any], x: Any, df: Any, h: float = 1e-5) -> np.ndarray:
    """Return the gradient of ``sum(f(x) * df)`` by central differences, for a function that returns an array.

    ``df`` is the cotangent of the output, of its shape (or one number for all entries). Everything else is as in
    `eval_numerical_gradient`.

    >>> x, df = np.array([1.0, 2.0]), np.array([1.0, 10.0])
    >>> eval_numerical_gradient_array(lambda x: x**2, x, df).round(6)
    array([ 2., 40.])
    """
    _check(x)
    weights = np.asarray(bare(df))
    grad = np.zeros(x.shape, x.dtype)
    for place in np.ndindex(x.shape):
        above, below = _at_both_ends(lambda: np.array(bare(f(x))), x, place, h)  # copies: f may reuse one buffer
        if weights.ndim and weights.shape != above.shape:
            raise ValueError(
                f"df must have the shape of what f returns, {above.shape}. Received: {weights.shape}. It is the "
                f"gradient of the loss by the output of f."
            )
        grad[place] = np.sum((above - below) * weights) / (2 * h)
    return grad


def grad_check_sparse(
    f: Callable[[Any], Any],
    x: Any,
    analytic_grad: Any,
    num_checks: int = 10,
    h: float = 1e-5,
    *,
    seed: int | None = None,
) -> float:
    """Compare a gradient with central differences at random entries, print each comparison, and return the worst.

    The relative error is ``|n - a| / (|n| + |a|)``, and 0 where both are equal; `beras.oracle.bands.verdict` has the
    word for it. The entries are drawn by Python's ``random``, or from ``seed`` alone if one is given; an entry may come
    up twice.

    Raises:
        TypeError: for an ``x`` that is no floating-point array.
        ValueError: when ``analytic_grad`` has another shape than ``x``, or there is nothing to check.

    >>> x = np.array([3.0])
    >>> worst = grad_check_sparse(lambda x: np.sum(x**2), x, x, num_checks=1)
    numerical: 6.000000 analytic: 3.000000, relative error: 3.333333e-01
    """
    import random

    _check(x)
    analytic = np.asarray(bare(analytic_grad))
    if analytic.shape != x.shape:
        raise ValueError(f"The gradient must have the shape of x, {x.shape}. Received: {analytic.shape}.")
    if num_checks < 1 or not x.size:
        raise ValueError(f"There is nothing to check. Received: num_checks={num_checks}, x of shape {x.shape}.")
    draw = random.randrange if seed is None else random.Random(seed).randrange
    errors = []
    for _ in range(num_checks):
        place = tuple(draw(length) for length in x.shape)
        above, below = _at_both_ends(lambda: _one_number(f(x)), x, place, h)
        numerical, ours = (above - below) / (2 * h), float(analytic[place])
        error = 0.0 if numerical == ours else float(np.abs(numerical - ours) / (np.abs(numerical) + np.abs(ours)))
        errors.append(error)
        print(f"numerical: {numerical:f} analytic: {ours:f}, relative error: {error:e}")
    return float(np.max(errors))


def _check(x: Any) -> None:
    if not isinstance(x, (np.ndarray, Variable)):
        raise TypeError(
            f"x must be a NumPy array or a Variable, which is changed in place. Received: {type(x).__name__}. "
            f"Convert it once, before f uses it: x = np.array(x, dtype='float64')."
        )
    if x.dtype.kind != "f":
        raise TypeError(
            f"x must be floating-point: in an array of integers the step h would be lost. Received: {x.dtype}. "
            f"Convert it: x = x.astype('float64')."
        )
    if x.dtype.itemsize < 8:
        from warnings import warn

        warn(
            f"x is of dtype {x.dtype}: central differences with a step of 1e-5 are mostly rounding there. "
            f"Check in float64: x.astype('float64').",
            stacklevel=3,
        )


def _at_both_ends(value: Callable[[], Any], x: Any, place: tuple[int, ...], h: float) -> tuple[Any, Any]:
    """Return ``value()`` with ``h`` added to one entry of ``x``, and taken off it; then put the entry back."""
    version = getattr(x, "version", 0)
    kept = _memory(x)[place].copy()
    try:
        _memory(x)[place] = kept + h
        above = value()
        _memory(x)[place] = kept - h
        return above, value()
    finally:
        _memory(x)[place] = kept
        if isinstance(x, Variable):
            x.version = version  # nothing has changed


def _memory(x: Any) -> np.ndarray:
    return x.writable() if isinstance(x, Variable) else x


def _one_number(value: Any) -> float:
    array = np.asarray(bare(value))
    if array.size != 1:
        raise ValueError(
            f"f must return one number. Received: shape {array.shape}. For a function that returns an array use "
            f"eval_numerical_gradient_array(f, x, df)."
        )
    return float(array.reshape(()))
