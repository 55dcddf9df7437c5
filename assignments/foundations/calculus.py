"""Part 2: derivatives by hand, and derivatives of any order from tapes that lie in each other."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from arrays import alike, through_numpy

import beras

__all__ = ["derivative", "derivatives", "p1", "p2", "p3", "p4", "plot_derivatives", "polynomial"]


def polynomial(x: Any) -> Any:
    """Return ``p0(x) = x^4 - 2 x^3 + 3 x^2 - 4 x + 5``, entry by entry, for an array, a torch tensor or a Tensor."""
    return x**4 - 2 * x**3 + 3 * x**2 - 4 * x + 5


def p1(x: Any) -> Any:
    """Return the first derivative of `polynomial`, entry by entry, of the shape and dtype of ``x``."""
    # TASK 2.1: the power rule, by hand
    raise NotImplementedError("Task 2.1: the power rule, by hand")


def p2(x: Any) -> Any:
    """Return the second derivative of `polynomial`, entry by entry, of the shape and dtype of ``x``."""
    # TASK 2.1: the power rule, by hand
    raise NotImplementedError("Task 2.1: the power rule, by hand")


def p3(x: Any) -> Any:
    """Return the third derivative of `polynomial`, entry by entry, of the shape and dtype of ``x``."""
    # TASK 2.1: the power rule, by hand
    raise NotImplementedError("Task 2.1: the power rule, by hand")


def p4(x: Any) -> Any:
    """Return the fourth derivative of `polynomial`, entry by entry, of the shape and dtype of ``x``."""
    xp, x = alike(x)
    # TASK 2.1: a constant, but one for each entry of x
    raise NotImplementedError("Task 2.1: a constant, but one for each entry of x")


@through_numpy
def derivative(f: Callable[[Any], Any], x: Any) -> Any:
    """Return the derivative of ``f`` at each entry of ``x``, from one beras tape.

    Entry ``i`` is ``f'(x_i)``. ``f`` works entry by entry, so ``s = sum_i f(x_i)`` has the gradient
    ``ds/dx_i = f'(x_i)``: one backward pass gives all of them. Of a constant function the derivative is 0.

    Called inside another tape that follows ``x``, it returns what that tape can differentiate again.

    Args:
        f: a function of an array, written in NumPy (or in operators alone).
        x: floating-point, any shape; an array, a list, a torch tensor (the answer is one too), a beras Tensor.
    """
    _, x = alike(x)
    # TASK 2.2: watch x, compute the sum inside the tape, ask the tape for its gradient
    raise NotImplementedError("Task 2.2: watch x, compute the sum inside the tape, ask the tape for its gradient")


@through_numpy
def derivatives(f: Callable[[Any], Any], x: Any, order: int = 4) -> list:
    """Return ``[f(x), f'(x), f''(x), ...]`` up to the derivative of the given order, entry by entry.

    Each is the derivative of the one before it: the tape of the lower one lies inside the tape of the higher one.

    Raises:
        ValueError: the order is negative.
    """
    if order < 0:
        raise ValueError(f"order must be 0 or more. Received: {order}.")
    _, x = alike(x)
    # TASK 2.3: `derivative` of f is a function too, so it has a `derivative`
    raise NotImplementedError("Task 2.3: `derivative` of f is a function too, so it has a `derivative`")


def plot_derivatives(x: Any = None) -> Any:
    """Return a figure of the polynomial and its four derivatives, by the power rule and by beras's tapes.

    ``x`` defaults to the sheet's 100 points from -2 to 3.

    Raises:
        ImportError: matplotlib is not installed.
    """
    from figures import new_figure, panel

    x = np.linspace(-2.0, 3.0, 100, dtype=np.float32) if x is None else x
    figure = new_figure(9.6, 3.6)
    left, right = figure.subplots(1, 2, sharey=True)
    by_hand = [function(x) for function in (polynomial, p1, p2, p3, p4)]
    panel(left, x, {f"$p_{n}$": values for n, values in enumerate(by_hand)}, title="By hand", xlabel="$x$")
    names = ["$y$", "$dy/dx$", *(f"$d^{n}y/dx^{n}$" for n in (2, 3, 4))]
    panel(right, x, dict(zip(names, derivatives(polynomial, x))), title="From beras's tapes", xlabel="$x$")
    return figure
