"""Mean and variance of inputs along axes, and what comes of them: what the normalisations share."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.autodiff.primitives import cast

__all__ = ["centered", "second_cotangent", "widened"]


def widened(x: Any) -> Any:
    """Return ``x``, half precision as float32, in which its squares stay in range."""
    return cast(x, np.dtype(np.float32)) if x.dtype.itemsize < 4 else x


def centered(x: Any, axes: tuple[int, ...]) -> tuple[Any, Any, Any]:
    """Return ``x`` less its mean along ``axes``, that mean and the variance; both keep the axes, of length 1.

    The variance is the mean of the squares of what is left, so that nothing cancels however large the mean is.
    """
    mean = np.mean(x, axis=axes, keepdims=True)
    rest = x - mean
    return rest, mean, np.mean(np.square(rest), axis=axes, keepdims=True)


def second_cotangent(u: Any, h: Any, x: Any, axes: tuple[int, ...], epsilon: float) -> Any:
    """Return the derivative by ``x`` of the cotangent that a normalisation along ``axes`` gives ``x``, times ``u``.

    That cotangent is ``(h - mean(h) - z mean(h z)) r`` with ``r = 1 / sqrt(variance + epsilon)``, ``z = (x - mean) r``
    and ``h`` the cotangent of ``z``. With ``u`` and ``h`` less their means, the derivative of its product with ``u`` is
    ``-r^2 (z (mean(u h) - 3 mean(u z) mean(h z)) + h mean(u z) + u mean(h z))``.
    """

    def mean(y: Any) -> Any:
        return np.mean(y, axis=axes, keepdims=True)

    rest, _, variance = centered(x, axes)
    inverse = 1 / np.sqrt(variance + epsilon)
    z, u, h = rest * inverse, u - mean(u), h - mean(h)
    uz, hz = mean(u * z), mean(h * z)
    return -np.square(inverse) * (z * (mean(u * h) - 3 * uz * hz) + h * uz + u * hz)
