"""The library's own operations: activations, losses, layers."""

from __future__ import annotations

from math import pi, sqrt
from typing import Any

import numpy as np

from beras.activations.gated import gelu, silu
from beras.activations.gaussian import gaussian_cdf
from beras.activations.rectifiers import leaky_relu, relu
from beras.activations.sigmoids import sigmoid
from beras.activations.softmaxes import log_softmax, softmax, sparsemax
from beras.activations.softplus import softplus
from beras.autodiff.rules.exponential import log_sum_exp
from beras.layers.dense import affine
from beras.losses.logits import (
    sigmoid_cross_entropy,
    softmax_cross_entropy,
    softmax_excess,
    sparse_softmax_cross_entropy,
)
from beras.oracle.analytic.choices import minimum
from beras.oracle.analytic.elementwise import logarithm, logarithm_1p
from beras.oracle.analytic.table import ANALYTIC, no_kink, squeezed, with_parts


def _relu(x: Any, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> Any:
    no_kink((np.real(x) == threshold) & (negative_slope != 1), x)
    risen = np.where(np.real(x) > threshold, x, 0.0)
    risen = risen if max_value is None else minimum(risen, max_value)
    return risen - negative_slope * np.where(np.real(x) < threshold, threshold - x, 0.0)


def _leaky_relu(x: Any, negative_slope: float = 0.2) -> Any:
    return _relu(x, negative_slope)


def _sigmoid(x: Any) -> Any:
    positive = np.real(x) >= 0
    small = np.exp(np.where(positive, -x, x))
    return np.where(positive, 1.0, small) / (1.0 + small)


def _softplus(x: Any) -> Any:
    positive = np.real(x) > 0
    return np.where(positive, x, 0.0) + logarithm_1p(np.exp(np.where(positive, -x, x)))


def _gaussian_cdf(x: Any) -> Any:
    """The integral of the density; over the step, which is tiny, the density is the same everywhere."""
    real = np.real(x)
    return with_parts(gaussian_cdf(real), np.imag(x) * np.exp(-0.5 * np.square(real)) / sqrt(2 * pi))


def _gelu(x: Any, approximate: bool = False) -> Any:
    if not approximate:
        return x * _gaussian_cdf(x)
    u = np.where(np.abs(np.real(x)) < 10, x, 10 * np.sign(np.real(x)))  # from there on the gate is 0 or 1
    return x * (0.5 * (1 + np.tanh(sqrt(2 / pi) * (u + 0.044715 * u**3))))


def _shifted(x: Any, axis: Any) -> Any:
    return x - np.max(np.real(x), axis=axis, keepdims=True)


def _softmax(x: Any, axis: Any = -1) -> Any:
    e = np.exp(_shifted(x, axis))
    return e / np.sum(e, axis=axis, keepdims=True)


def _log_softmax(x: Any, axis: Any = -1) -> Any:
    z = _shifted(x, axis)
    return z - logarithm(np.sum(np.exp(z), axis=axis, keepdims=True))


def _log_sum_exp(x: Any, axis: Any = 0, *, keepdims: bool = False) -> Any:
    top = np.max(np.real(x), axis=axis, keepdims=True)
    top = np.where(np.isinf(top), 0.0, top)
    return squeezed(top + logarithm(np.sum(np.exp(x - top), axis=axis, keepdims=True)), axis, keepdims)


def _sparsemax(x: Any, axis: int = -1) -> Any:
    """The support stays; on it ``x`` less what makes the sum 1."""
    real = np.real(x)
    support = sparsemax(real, axis) > 0
    count = np.sum(support, axis=axis, keepdims=True)
    cut = (np.sum(np.where(support, x, 0.0), axis=axis, keepdims=True) - 1) / count
    no_kink(~support & (real == np.real(cut)), x - cut)
    return np.where(support, x - cut, 0.0)


def _picked(x: Any, labels: Any, axis: int) -> Any:
    return np.take_along_axis(x, np.expand_dims(np.asarray(labels), axis), axis)


def _softmax_excess(logits: Any, labels: Any, axis: int = -1) -> Any:
    p = np.asarray(_softmax(logits, axis))
    np.put_along_axis(p, np.expand_dims(np.asarray(labels), axis), _picked(p, labels, axis) - 1, axis)
    return p


ANALYTIC |= {
    affine: lambda x, kernel, bias: np.matmul(x, kernel) + bias,
    relu: _relu,
    leaky_relu: _leaky_relu,
    sigmoid: _sigmoid,
    softplus: _softplus,
    silu: lambda x: x * _sigmoid(x),
    gaussian_cdf: _gaussian_cdf,
    gelu: _gelu,
    softmax: _softmax,
    log_softmax: _log_softmax,
    log_sum_exp: _log_sum_exp,
    sparsemax: _sparsemax,
    softmax_cross_entropy: lambda x, y, axis=-1: -np.sum(_log_softmax(x, axis) * y, axis=axis),
    sparse_softmax_cross_entropy: lambda x, labels, axis=-1: np.squeeze(
        -_picked(_log_softmax(x, axis), labels, axis), axis
    ),
    softmax_excess: _softmax_excess,
    sigmoid_cross_entropy: lambda x, y: _softplus(x) - x * y,
}
