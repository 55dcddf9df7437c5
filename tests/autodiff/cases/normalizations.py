"""Rows of the primitives of the normalisations; the moments and sums that they are given move with ``x`` and ``g``."""

from beras.autodiff import no_gradient
from beras.layers.normalize_batch import batch_moments, batch_sums, normalize_batch, normalize_batch_to_input
from beras.layers.normalize_samples import normalize_samples, normalize_samples_to_gamma, normalize_samples_to_input
from tests.autodiff.case import Case, points

WHY = "beras's own"
EPSILON = 0.01


def moments_of(x):
    with no_gradient():
        return batch_moments(x) * 1


def sums_of(g, x):
    with no_gradient():
        return batch_sums(g, x, moments_of(x), EPSILON) * 1


def normalized(x, gamma=None, beta=None):
    return normalize_batch(x, moments_of(x), gamma, beta, EPSILON)


def to_input(g, x, gamma=None):
    return normalize_batch_to_input(g, x, moments_of(x), gamma, sums_of(g, x), EPSILON)


#: The function, a use of it, and the shapes of its arrays.
USES = (
    (normalize_batch, lambda np, x, gamma, beta: normalized(x, gamma, beta) ** 2, (4, 2), (2,), (2,)),
    (normalize_batch, lambda np, x, gamma: normalized(x, gamma) ** 3, (2, 2, 3), (3,)),
    (normalize_batch, lambda np, x, beta: normalized(x, None, beta) ** 3, (2, 1, 2, 2), (2,)),
    (normalize_batch_to_input, lambda np, g, x, gamma: to_input(g, x, gamma), (4, 2), (4, 2), (2,)),
    (normalize_batch_to_input, lambda np, g, x: to_input(g, x) ** 2, (2, 2, 2), (2, 2, 2)),
    (batch_sums, lambda np, g, x: batch_sums(g, x, moments_of(x), EPSILON) ** 2, (4, 2), (4, 2)),
    (batch_sums, lambda np, g, x: batch_sums(g, x, moments_of(x), EPSILON) ** 2, (2, 2, 2), (2, 2, 2)),
    (normalize_samples, lambda np, x, gamma, beta: normalize_samples(x, gamma, beta, EPSILON) ** 2, (2, 3), (3,), (3,)),
    (normalize_samples, lambda np, x, gamma: normalize_samples(x, gamma, None, EPSILON) ** 2, (2, 2, 3), (3,)),
    (normalize_samples, lambda np, x: normalize_samples(x, None, None, EPSILON) ** 3, (2, 3)),
    (
        normalize_samples_to_input,
        lambda np, g, x, gamma: normalize_samples_to_input(g, x, gamma, EPSILON),
        *((2, 3), (2, 3), (3,)),
    ),
    (normalize_samples_to_input, lambda np, g, x: normalize_samples_to_input(g, x, None, EPSILON), (2, 3), (2, 3)),
    (normalize_samples_to_gamma, lambda np, g, x: normalize_samples_to_gamma(g, x, EPSILON) ** 2, (2, 3), (2, 3)),
    (normalize_samples_to_gamma, lambda np, g, x: normalize_samples_to_gamma(g, x, EPSILON), (2, 1, 3), (2, 1, 3)),
)
CASES = [Case(function, use, points(*shapes), hips=False, why=WHY) for function, use, *shapes in USES]
