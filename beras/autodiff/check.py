"""check_grads: the derivatives of a function against central differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from beras.autodiff.functional import vjp
from beras.autodiff.state import home
from beras.autodiff.tracked import bare

__all__ = ["GradientMismatch", "check_grads", "numerical_gradient"]


class GradientMismatch(AssertionError):
    """A derivative differs from central differences; the message says where, and by how much."""


def numerical_gradient(f: Callable[..., Any], x: np.ndarray, eps: float = 1e-6) -> np.ndarray:
    """Return the gradient of a scalar function by central differences: ``(f(x + e) - f(x - e)) / 2e`` for each entry.

    The error is of order ``eps**2``; ``x`` should be float64. ``f`` is called twice per entry.

    >>> import numpy as np
    >>> numerical_gradient(lambda x: (x**2).sum(), np.array([1.0, 2.0])).round(6)
    array([2., 4.])
    """
    x = np.array(x, dtype=np.float64)
    out = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        kept = x[place]
        x[place] = kept + eps
        above = float(bare(f(x.copy())))
        x[place] = kept - eps
        below = float(bare(f(x.copy())))
        x[place] = kept
        out[place] = (above - below) / (2 * eps)
    return out


def check_grads(
    f: Callable[..., Any],
    *arrays: Any,
    order: int = 2,
    eps: float = 1e-6,
    rtol: float = 1e-6,
    atol: float = 1e-7,
    seed: int = 0,
) -> None:
    """Hold the derivatives of ``f`` up to ``order`` against central differences; return silently when they agree.

    The value of ``f`` (an array, or a tuple or list of them) is contracted with a fixed random cotangent, and the
    gradient of that scalar with respect to every entry of every array is compared with
    ``(L(x + eps) - L(x - eps)) / (2 eps)`` in float64. For ``order`` 2 the same is done to the gradient itself.
    An entry passes when ``|ours - numerical| <= atol + rtol * largest |numerical|``.

    Raises:
        GradientMismatch: naming the order, the argument, the entry, both values and the relative error.

    The JAX equivalent is ``jax.test_util.check_grads``; torch's are ``gradcheck`` and ``gradgradcheck``.

    >>> import numpy as np
    >>> check_grads(lambda x, y: np.sin(x) * y, np.array([0.1, 0.7]), np.array(2.0))
    """
    if home().recording:
        raise RuntimeError("check_grads compares plain arrays. Call it outside every tape.")
    points = [np.array(bare(a), dtype=np.float64) for a in arrays]
    rng = np.random.default_rng(seed)

    def as_list(value: Any) -> list:
        return list(value) if isinstance(value, (tuple, list)) else [value]

    outputs = as_list(f(*[p.copy() for p in points]))
    weights = [rng.uniform(0.5, 1.5, np.shape(bare(y))) if bare(y).dtype.kind == "f" else None for y in outputs]

    def scalar(*args: Any) -> Any:
        total: Any = 0.0
        for y, weight in zip(as_list(f(*args)), weights, strict=True):
            if weight is not None:
                total = total + np.sum(y * weight)
        return total

    def gradients(*args: Any) -> tuple:
        value, pullback = vjp(scalar, *args)
        return pullback(np.ones(np.shape(bare(value))))

    _compare(scalar, gradients, points, eps, rtol, atol)
    if order > 1:
        try:
            check_grads(gradients, *points, order=order - 1, eps=eps, rtol=rtol, atol=atol, seed=seed + 1)
        except GradientMismatch as error:
            raise GradientMismatch(f"in the derivative of the gradient: {error}") from None


def _compare(scalar: Callable, gradients: Callable, points: list, eps: float, rtol: float, atol: float) -> None:
    ours = [np.asarray(bare(g)) for g in gradients(*points)]
    for number, (point, mine) in enumerate(zip(points, ours, strict=True)):

        def along(x: np.ndarray, number: int = number) -> Any:
            return scalar(*points[:number], x, *points[number + 1 :])

        expected = numerical_gradient(along, point, eps)
        if mine.shape != expected.shape:
            raise GradientMismatch(f"argument {number} has shape {expected.shape}, its gradient {mine.shape}.")
        if expected.size == 0:
            continue
        difference = np.abs(mine - expected)
        limit = atol + rtol * np.max(np.abs(expected))
        if not np.all(difference <= limit):
            place = np.unravel_index(np.argmax(np.where(np.isnan(difference), np.inf, difference)), difference.shape)
            scale = max(abs(mine[place]), abs(expected[place]), np.finfo(float).tiny)
            raise GradientMismatch(
                f"argument {number}, entry {tuple(int(i) for i in place)} of shape {point.shape}: gradient "
                f"{mine[place]:.10g}, central differences {expected[place]:.10g}, relative error "
                f"{difference[place] / scale:.2e} ({int(np.sum(~(difference <= limit)))} of {difference.size} "
                f"entries differ)."
            )
