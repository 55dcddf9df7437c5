"""The normalisations by themselves: blocks, the layout and the dtype of what goes in, and numbers far from zero."""

from __future__ import annotations

import numpy as np
import pytest

import beras
from beras import layers
from beras.layers import windows

RNG = np.random.default_rng(0)
#: More rows than are worked on at once.
IMAGES = RNG.normal(1.0, 2.0, size=(96, 14, 14, 16))
MAKERS = {
    "BatchNormalization": lambda **options: layers.BatchNormalization(**options),
    "LayerNormalization": lambda **options: layers.LayerNormalization(**options),
    "LayerNormalization of images": lambda **options: layers.LayerNormalization([1, 2, 3], **options),
}


def gradients(name, x, cotangent, **options):
    """Return what a layer with weights of its own makes of ``x``, and the gradients by ``x`` and by the weights."""
    layer = MAKERS[name](**options)
    layer.build_for((None, *x.shape[1:]))
    weights = np.random.default_rng(1)
    for weight in layer.trainable_weights:
        weight.assign(weights.normal(size=weight.shape))
    with beras.GradientTape() as tape:
        watched = tape.watch(x)
        y = layer(watched, training=True) if name == "BatchNormalization" else layer(watched)
    return [y.numpy(), *tape.gradient(y, [watched, *layer.trainable_weights], output_gradients=cotangent)]


def by_hand(name, x, cotangent, epsilon):
    """Return the same by the formulas of the papers, all in float64."""
    axes = {"BatchNormalization": (0, 1, 2), "LayerNormalization": (3,)}.get(name, (1, 2, 3))
    shape = x.shape[1:] if axes == (1, 2, 3) else x.shape[3:]
    weights = np.random.default_rng(1)
    gamma, beta = weights.normal(size=shape), weights.normal(size=shape)
    x, g = x.astype("float64"), cotangent.astype("float64")
    deviation = np.sqrt(x.var(axes, keepdims=True) + epsilon)
    z = (x - x.mean(axes, keepdims=True)) / deviation
    h = g * gamma
    dx = (h - h.mean(axes, keepdims=True) - z * (h * z).mean(axes, keepdims=True)) / deviation
    others = tuple(range(x.ndim - len(shape)))
    return [z * gamma + beta, dx, (g * z).sum(others), g.sum(others)]


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize(("dtype", "rtol", "atol"), [("float64", 1e-12, 1e-11), ("float32", 1e-5, 2e-4)])
def test_many_blocks_are_the_formulas(name, dtype, rtol, atol):
    x, cotangent = IMAGES.astype(dtype), RNG.normal(size=IMAGES.shape).astype(dtype)
    found = gradients(name, x, cotangent, dtype=dtype, epsilon=0.01)
    for one, other in zip(found, by_hand(name, x, cotangent, 0.01), strict=True):
        assert one.dtype == dtype
        np.testing.assert_allclose(one, other, rtol=rtol, atol=atol)


@pytest.mark.parametrize("name", MAKERS)
def test_the_size_of_the_blocks_changes_nothing(name, monkeypatch):
    x, cotangent = IMAGES[:5], RNG.normal(size=IMAGES[:5].shape)
    whole = gradients(name, x, cotangent, dtype="float64")
    monkeypatch.setattr(windows, "BLOCK_BYTES", 1)
    for one, other in zip(whole, gradients(name, x, cotangent, dtype="float64"), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", MAKERS)
def test_memory_may_be_laid_out_in_any_way(name):
    """Channels that came first, images upside down, read-only numbers, and a cotangent that is one number."""
    x, cotangent = IMAGES[:6], RNG.normal(size=IMAGES[:6].shape)
    expected = gradients(name, x, cotangent, dtype="float64")
    moved = np.moveaxis(np.moveaxis(x, -1, 1).copy(), 1, -1)
    turned = x[:, ::-1].copy()[:, ::-1]
    turned.flags.writeable = False
    for other in (moved, turned, np.asfortranarray(x)):
        assert not other.flags.c_contiguous
        for one, another in zip(gradients(name, other, cotangent, dtype="float64"), expected, strict=True):
            np.testing.assert_allclose(one, another, rtol=1e-12, atol=1e-12)
    ones = np.broadcast_to(np.ones(1), x.shape)
    for one, another in zip(
        gradients(name, x, ones, dtype="float64"), gradients(name, x, ones.copy(), dtype="float64"), strict=True
    ):
        np.testing.assert_allclose(one, another, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", MAKERS)
def test_half_precision_stays_in_range(name):
    """The squares of 300 are beyond it."""
    x = (300 * IMAGES[:6]).astype(np.float16)
    cotangent = RNG.normal(size=x.shape).astype(np.float16)
    found = gradients(name, x, cotangent, dtype="float16")
    assert {each.dtype.name for each in found} == {"float16"}
    for one, other in zip(found, by_hand(name, x, cotangent, 1e-3), strict=True):
        np.testing.assert_allclose(one, other, rtol=0.02, atol=0.02)


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("mean", [1e3, -1e4])
def test_a_large_mean_cancels_nothing(name, mean):
    x = (RNG.normal(size=(8, 6, 5, 16)) + mean).astype(np.float32)
    cotangent = RNG.normal(size=x.shape).astype(np.float32)
    found = gradients(name, x, cotangent)[:2]
    for one, other in zip(found, by_hand(name, x, cotangent, 1e-3)[:2], strict=True):
        # The mean itself is rounded, by half a unit in its last place: 5e-4 at 1e4.
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-6 * abs(mean))


@pytest.mark.parametrize("name", MAKERS)
def test_equal_numbers_are_normalized_to_zero(name):
    x = np.full((2, 3, 4, 5), 7.0)
    y, dx, dgamma = gradients(name, x, RNG.normal(size=x.shape), center=False)
    assert np.all(y == 0)
    assert np.all(np.isfinite(dx))
    assert np.all(dgamma == 0)
