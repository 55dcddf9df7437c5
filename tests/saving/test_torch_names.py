"""Weights under torch's names: what torch reads, and what torch wrote."""

from __future__ import annotations

import numpy as np
import pytest

import beras
from beras import saving
from beras.saving.torch_names import to_torch_names

CASES = {
    "Dense": ((6,), lambda layers: [layers.Dense(5, "relu"), layers.Dropout(0.5), layers.Dense(3, use_bias=False)]),
    "Conv2D": ((6, 6, 4), lambda layers: [layers.Conv2D(6, 3, groups=2), layers.Conv2D(2, (2, 3), use_bias=False)]),
    "DepthwiseConv2D": ((6, 6, 3), lambda layers: [layers.DepthwiseConv2D((2, 3), depth_multiplier=2)]),
    "BatchNormalization": ((6,), lambda layers: [layers.Dense(4), layers.BatchNormalization()]),
    "LayerNormalization": ((6,), lambda layers: [layers.LayerNormalization(), layers.Dense(4)]),
    "Embedding": ((5,), lambda layers: [layers.Embedding(9, 3)]),
    "nested": ((6,), lambda layers: [beras.Sequential([layers.Dense(4)], name="inner"), layers.Dense(2, name="a.b")]),
}


def make(case):
    shape, parts = CASES[case]
    model = beras.Sequential([beras.Input(shape), *parts(beras.layers)])
    rng = np.random.default_rng(0)
    model.set_weights([rng.random(w.shape).astype("float32") + 0.5 for w in model.weights])
    return model, shape


@pytest.mark.parametrize("case", CASES)
def test_weights_come_back(tmp_path, case):
    model, _ = make(case)
    path = tmp_path / "t.safetensors"
    model.save_weights(path, names="torch")
    named, texts = saving.load_weights_file(path)
    assert texts == {"format": "pt"}
    assert not any("/" in name for name in named)
    assert all(value.flags.c_contiguous for value in named.values())
    before = model.get_weights()
    model.set_weights([np.zeros_like(value) for value in before])
    model.load_weights(path, names="torch")
    for a, b in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_names_and_layouts():
    layers = beras.layers
    model = beras.Sequential(
        [
            beras.Input((6, 6, 4)),
            layers.Conv2D(6, (2, 3), groups=2, name="c"),
            layers.BatchNormalization(name="n"),
            layers.DepthwiseConv2D(2, depth_multiplier=3, name="d"),
            layers.Flatten(),
            layers.Dense(5, name="e"),
        ]
    )
    shapes = {name: value.shape for name, value in to_torch_names(model).items()}
    assert shapes == {
        "c.weight": (6, 2, 2, 3),
        "c.bias": (6,),
        "n.weight": (6,),
        "n.bias": (6,),
        "n.running_mean": (6,),
        "n.running_var": (6,),
        "d.weight": (18, 1, 2, 2),
        "d.bias": (18,),
        "e.weight": (5, 18 * 4 * 3),
        "e.bias": (5,),
    }


def torch_module(case):
    """Return what computes the same in torch, on images with the channels first."""
    torch = pytest.importorskip("torch")
    nn = torch.nn
    return {
        "Dense": lambda: nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 3, bias=False)),
        "Conv2D": lambda: nn.Sequential(nn.Conv2d(4, 6, 3, groups=2), nn.Conv2d(6, 2, (2, 3), bias=False)),
        "DepthwiseConv2D": lambda: nn.Sequential(nn.Conv2d(3, 6, (2, 3), groups=3)),
        "BatchNormalization": lambda: nn.Sequential(nn.Linear(6, 4), nn.BatchNorm1d(4, eps=1e-3)),
        "LayerNormalization": lambda: nn.Sequential(nn.LayerNorm(6, eps=1e-3), nn.Linear(6, 4)),
        "Embedding": lambda: nn.Sequential(nn.Embedding(9, 3)),
        "nested": lambda: nn.Sequential(nn.Linear(6, 4), nn.Linear(4, 2)),
    }[case]()


@pytest.mark.torch
@pytest.mark.parametrize("case", CASES)
def test_torch_computes_the_same_with_them(tmp_path, case):
    torch = pytest.importorskip("torch")
    from safetensors.torch import load_file, save_file

    model, shape = make(case)
    model.save_weights(tmp_path / "t.safetensors", names="torch")
    module = torch_module(case).eval()
    with_weights = [name for name, part in module.named_children() if list(part.parameters())]
    owners = dict.fromkeys(name.rpartition(".")[0] for name in to_torch_names(model))  # in the model's order
    place = dict(zip(owners, with_weights, strict=True))
    state = {}
    for name, value in load_file(tmp_path / "t.safetensors").items():
        owner, _, last = name.rpartition(".")
        state[f"{place[owner]}.{last}"] = value
    module.load_state_dict(state)
    rng = np.random.default_rng(1)
    x = rng.integers(0, 9, (3, *shape)) if case == "Embedding" else rng.standard_normal((3, *shape))
    x = x.astype("int64" if case == "Embedding" else "float32")
    images = len(shape) == 3
    with torch.no_grad():
        expected = module(torch.tensor(np.moveaxis(x, -1, 1) if images else x)).numpy()
    np.testing.assert_allclose(
        model.predict(x), np.moveaxis(expected, 1, -1) if images else expected, rtol=1e-5, atol=1e-5
    )
    # and back: what torch wrote, the count of batches included
    owner_of = {number: owner for owner, number in place.items()}
    renamed = {f"{owner_of[n.partition('.')[0]]}.{n.partition('.')[2]}": v + 1 for n, v in module.state_dict().items()}
    save_file(renamed, tmp_path / "back.safetensors")
    before = model.get_weights()
    model.load_weights(tmp_path / "back.safetensors", names="torch")
    for a, b in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b + np.float32(1))


@pytest.mark.torch
def test_they_are_those_of_to_torch(tmp_path):
    pytest.importorskip("torch")
    from safetensors.torch import load_file

    for case in ("Dense", "nested"):
        model, _ = make(case)
        model.save_weights(tmp_path / "t.safetensors", names="torch")
        expected, found = model.to_torch().state_dict(), load_file(tmp_path / "t.safetensors")
        assert found.keys() == expected.keys()
        for name, value in expected.items():
            np.testing.assert_array_equal(found[name].numpy(), value.numpy())


def test_names_that_do_not_fit_change_nothing(tmp_path):
    model, _ = make("Dense")
    other = beras.Sequential([beras.Input((6,)), beras.Dense(4, name="one"), beras.Dense(3, name="two")])
    model.save_weights(tmp_path / "t.safetensors", names="torch")
    before = other.get_weights()
    with pytest.raises(ValueError, match=r"'one/kernel' \(6, 4\) is missing from the file"):
        other.load_weights(tmp_path / "t.safetensors", names="torch")
    np.testing.assert_array_equal(other.get_weights()[0], before[0])
    with pytest.raises(ValueError, match=r"names must be 'beras' or 'torch' here. Did you mean 'torch'.*names='troch'"):
        model.save_weights(tmp_path / "t.safetensors", names="troch")
    pytest.importorskip("h5py")
    with pytest.raises(ValueError, match="A file of Keras's has Keras's own"):
        model.save_weights(tmp_path / "t.weights.h5", names="torch")
