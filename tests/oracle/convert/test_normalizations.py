"""BatchNormalization, LayerNormalization and Embedding as modules of torch, and back: in training too."""

from __future__ import annotations

import numpy as np
import pytest

import beras
from beras import layers
from beras.oracle.convert import from_torch, to_torch

torch = pytest.importorskip("torch")
nn = torch.nn
pytestmark = pytest.mark.torch

RNG = np.random.default_rng(0)
X = RNG.normal(2.0, 3.0, size=(8, 5))
IMAGES = RNG.normal(size=(4, 3, 2, 5))
WORDS = RNG.integers(0, 7, (5, 4))


@pytest.mark.parametrize(
    ("layer", "x", "kind"),
    [
        (lambda: layers.BatchNormalization(momentum=0.9, dtype="float64"), X, "BatchNorm1d"),
        (lambda: layers.BatchNormalization(momentum=0.9, dtype="float64"), IMAGES, "BatchNormAlong"),
        (lambda: layers.BatchNormalization(1, momentum=0.9, dtype="float64"), IMAGES, "BatchNorm2d"),
        (lambda: layers.BatchNormalization(1, momentum=0.9, dtype="float64"), IMAGES[..., 0], "BatchNorm1d"),
        (lambda: layers.BatchNormalization(-2, momentum=0.9, dtype="float64"), IMAGES, "BatchNormAlong"),
    ],
)
def test_in_training_outputs_agree_and_torch_moves_the_unbiased_variance(layer, x, kind):
    layer = layer()
    layer.build_for((None, *x.shape[1:]))
    module = to_torch(layer)
    assert type(module).__name__ == kind
    assert module.momentum == pytest.approx(0.1)
    y = layer(x, training=True)
    np.testing.assert_allclose(module(torch.tensor(x)).detach().numpy(), y, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(module.running_mean.numpy(), layer.moving_mean.numpy(), rtol=1e-12)
    n = y.size // layer.moving_mean.size
    taken = layer.moving_variance.numpy() - 0.9  # it began as 1
    np.testing.assert_allclose(module.running_var.numpy() - 0.9, taken * n / (n - 1), rtol=1e-12)
    back = from_torch(module, dtype="float64").layers[0]
    assert (back.axis, back.momentum, back.epsilon) == (layer.axis if kind == "BatchNormAlong" else 1, 0.9, 1e-3)
    np.testing.assert_array_equal(back.moving_variance.numpy(), module.running_var.numpy())
    again = to_torch(back)
    assert type(again).__name__ == kind
    expected = module.eval()(torch.tensor(x)).detach().numpy()
    np.testing.assert_allclose(back(x), expected, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(again.eval()(torch.tensor(x)).detach().numpy(), expected, rtol=1e-14)


MODULES = {
    "BatchNorm1d": (lambda: nn.BatchNorm1d(5), X),
    "BatchNorm1d without affine": (lambda: nn.BatchNorm1d(5, affine=False, momentum=0.3), X),
    "BatchNorm1d of sequences": (lambda: nn.BatchNorm1d(3), IMAGES[..., 0]),
    "BatchNorm2d": (lambda: nn.BatchNorm2d(3, eps=0.1), IMAGES),
    "BatchNorm3d": (lambda: nn.BatchNorm3d(3), IMAGES[..., None]),
    "LayerNorm": (lambda: nn.LayerNorm(5), IMAGES),
    "LayerNorm of two axes": (lambda: nn.LayerNorm((2, 5), eps=0.1), IMAGES),
    "LayerNorm without bias": (lambda: nn.LayerNorm(5, bias=False), X),
    "LayerNorm without affine": (lambda: nn.LayerNorm(5, elementwise_affine=False), X),
    "Embedding": (lambda: nn.Embedding(7, 3), WORDS),
}


@pytest.mark.parametrize("name", MODULES)
def test_a_module_becomes_a_layer(name):
    make, x = MODULES[name]
    module = make().double()
    with torch.no_grad():
        for tensor in (*module.parameters(), *module.buffers()):
            if tensor.is_floating_point():
                tensor.copy_(torch.rand(tensor.shape, dtype=tensor.dtype) + 0.5)
    model = from_torch(nn.Sequential(module), dtype="float64")
    expected = module.eval()(torch.tensor(x)).detach().numpy()
    np.testing.assert_allclose(model(x), expected, rtol=1e-12, atol=1e-13)
    state = to_torch(model).state_dict()
    for (ours, found), (theirs, tensor) in zip(state.items(), nn.Sequential(module).state_dict().items(), strict=True):
        assert ours == theirs
        assert torch.equal(found, tensor)


def test_a_model_of_them_there_and_back():
    model = beras.Sequential(
        [
            beras.Input((4,), dtype="int32"),
            layers.Embedding(7, 3),
            layers.LayerNormalization(),
            layers.Flatten(),
            layers.Dense(6, use_bias=False),
            layers.BatchNormalization(),
            layers.ELU(),
            layers.Dense(2),
        ]
    )
    model.compile("adam", "mse")
    model.fit(WORDS, RNG.normal(size=(5, 2)), epochs=3, verbose=0)
    module = model.to_torch().eval()
    assert [type(part).__name__ for part in module] == [
        *("Embedding", "LayerNorm", "Flatten", "Linear", "BatchNorm1d", "ELU", "Linear"),
    ]  # fmt: skip
    expected = model.predict(WORDS, verbose=0)
    np.testing.assert_allclose(module(torch.tensor(WORDS)).detach().numpy(), expected, rtol=1e-5, atol=1e-6)
    back = from_torch(module)
    np.testing.assert_allclose(back(WORDS), expected, rtol=1e-5, atol=1e-6)
    for w, v in zip(model.get_weights(), back.get_weights(), strict=True):
        np.testing.assert_array_equal(w, v)


def test_the_gradient_of_an_embedding():
    layer = layers.Embedding(7, 3, dtype="float64")
    layer.build()
    module = to_torch(layer)
    with beras.GradientTape() as tape:
        loss = np.sum(np.sin(layer(WORDS)))
    torch.sin(module(torch.tensor(WORDS))).sum().backward()
    np.testing.assert_allclose(tape.gradient(loss, layer.embeddings), module.weight.grad.numpy(), rtol=1e-12)


def test_frozen_statistics_are_in_the_module():
    layer = layers.BatchNormalization(trainable=False)
    layer.build_for((None, 5))
    module = to_torch(layer)
    assert not module.weight.requires_grad
    assert [w.name for w in from_torch(module).non_trainable_weights] == [
        "gamma",
        "beta",
        "moving_mean",
        "moving_variance",
    ]


REFUSED = {
    "a mean of all batches": (lambda: nn.BatchNorm1d(5, momentum=None), "with a momentum and moving statistics only"),
    "no statistics": (lambda: nn.BatchNorm1d(5, track_running_stats=False), "moving statistics only"),
    "padding": (lambda: nn.Embedding(7, 3, padding_idx=0), "beras has padding_idx=None only"),
    "rows that are scaled down": (lambda: nn.Embedding(7, 3, max_norm=1.0), "beras has max_norm=None only"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_settings_that_beras_lacks(case):
    make, message = REFUSED[case]
    with pytest.raises(ValueError, match=message):
        from_torch(make())


def test_layer_norms_along_inner_axes_have_no_module():
    layer = layers.LayerNormalization(axis=1)
    layer.build_for((None, 3, 4))
    with pytest.raises(TypeError, match=r"along the axes \(1,\) of 3, and nn.LayerNorm along the last ones"):
        to_torch(layer)
