"""The primitives of the activations and of the losses that are taken from logits."""

import numpy as real_numpy

from beras.activations import gelu, leaky_relu, log_softmax, relu, sigmoid, silu, softmax, softplus, sparsemax
from beras.activations.gaussian import gaussian_cdf
from beras.losses.logits import (
    sigmoid_cross_entropy,
    softmax_cross_entropy,
    softmax_excess,
    sparse_softmax_cross_entropy,
)
from tests.autodiff.case import Case, points

OURS = {"hips": False, "why": "a primitive of beras"}
LABELS = real_numpy.array([2, 0])
GRID = real_numpy.array([[2, 0, 1], [1, 1, 0]])

CASES = [
    Case(relu, lambda np, x: relu(x), points((2, 3)), **OURS),
    Case(relu, lambda np, x: relu(x), points(()), **OURS),
    Case(relu, lambda np, x: relu(x, 0.3), points((5,)), **OURS),
    Case(relu, lambda np, x: relu(x, max_value=0.5), points((6,)), **OURS),
    Case(relu, lambda np, x: relu(x, threshold=0.2), points((6,)), **OURS),
    Case(relu, lambda np, x: relu(x, 0.1, max_value=0.5, threshold=0.2), points((6,)), **OURS),
    Case(leaky_relu, lambda np, x: leaky_relu(x), points((2, 3)), **OURS),
    Case(leaky_relu, lambda np, x: leaky_relu(x, 1.5), points((5,)), **OURS),
    Case(leaky_relu, lambda np, x: leaky_relu(x, negative_slope=-0.5), points((5,)), **OURS),
    Case(sigmoid, lambda np, x: sigmoid(x), points((2, 3), low=-3, high=3), **OURS),
    Case(sigmoid, lambda np, x: sigmoid(x), points(()), **OURS),
    Case(softplus, lambda np, x: softplus(x), points((2, 3), low=-3, high=3), **OURS),
    Case(softplus, lambda np, x: softplus(x), points(()), **OURS),
    Case(silu, lambda np, x: silu(x), points((2, 3), low=-3, high=3), **OURS),
    Case(gelu, lambda np, x: gelu(x), points((2, 3), low=-3, high=3), **OURS),
    Case(gelu, lambda np, x: gelu(x, approximate=True), points((2, 3), low=-3, high=3), **OURS),
    Case(gaussian_cdf, lambda np, x: gaussian_cdf(x), points((7,), low=-6, high=6), **OURS),
    Case(gaussian_cdf, lambda np, x: gaussian_cdf(x), points(()), **OURS),
    Case(softmax, lambda np, x: softmax(x), points((2, 3)), **OURS),
    Case(softmax, lambda np, x: softmax(x, 0), points((2, 3)), **OURS),
    Case(softmax, lambda np, x: softmax(x, axis=(0, 2)), points((2, 2, 2)), **OURS),
    Case(softmax, lambda np, x: softmax(x, axis=None), points((2, 2)), **OURS),
    Case(log_softmax, lambda np, x: log_softmax(x), points((2, 3)), **OURS),
    Case(log_softmax, lambda np, x: log_softmax(x, axis=0), points((2, 3)), **OURS),
    Case(sparsemax, lambda np, x: sparsemax(x), points((2, 4)), **OURS),
    Case(sparsemax, lambda np, x: sparsemax(x, axis=0), points((4, 2)), **OURS),
    Case(softmax_cross_entropy, lambda np, x, y: softmax_cross_entropy(x, y), points((2, 3), (2, 3)), **OURS),
    Case(softmax_cross_entropy, lambda np, x, y: softmax_cross_entropy(x, y, axis=0), points((3, 2), (3, 2)), **OURS),
    Case(sparse_softmax_cross_entropy, lambda np, x: sparse_softmax_cross_entropy(x, LABELS), points((2, 3)), **OURS),
    Case(
        sparse_softmax_cross_entropy,
        lambda np, x: sparse_softmax_cross_entropy(x, GRID, axis=1),
        points((2, 3, 3)),
        **OURS,
    ),
    Case(
        sparse_softmax_cross_entropy,
        lambda np, x: sparse_softmax_cross_entropy(x, LABELS, axis=0),
        points((3, 2)),
        **OURS,
    ),
    Case(softmax_cross_entropy, lambda np, x, y: softmax_cross_entropy(x, y), points((2, 2, 3), (2, 2, 3)), **OURS),
    Case(sparse_softmax_cross_entropy, lambda np, x: sparse_softmax_cross_entropy(x, GRID), points((2, 3, 4)), **OURS),
    Case(softmax_excess, lambda np, x: softmax_excess(x, GRID), points((2, 3, 4)), **OURS),
    Case(softmax_excess, lambda np, x: softmax_excess(x, LABELS), points((2, 3)), **OURS),
    Case(sigmoid_cross_entropy, lambda np, x, y: sigmoid_cross_entropy(x, y), points((2, 3), (2, 3)), **OURS),
]
