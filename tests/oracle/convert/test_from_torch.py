from __future__ import annotations

import numpy as np
import pytest

import beras
from beras import layers
from beras.oracle.convert import from_torch, to_torch
from tests.oracle.convert.cases import ACTIVATIONS, LAYERS
from tests.oracle.convert.test_to_torch import X

torch = pytest.importorskip("torch")
nn = torch.nn
pytestmark = pytest.mark.torch

MODULES = {
    "Sequential": lambda: nn.Sequential(nn.Linear(16, 5), nn.ReLU(), nn.Linear(5, 3, bias=False), nn.Softmax(dim=1)),
    "Linear": lambda: nn.Linear(16, 4),
    "nested": lambda: nn.Sequential(nn.Sequential(nn.Identity(), nn.Linear(16, 5)), nn.Sequential(nn.Mish())),
    "Flatten": lambda: nn.Sequential(nn.Flatten(), nn.Linear(16, 2)),
    "Dropout": lambda: nn.Sequential(nn.Dropout(0.3), nn.Linear(16, 2)).eval(),
    "Hardsigmoid": lambda: nn.Hardsigmoid(),
    "Softplus": lambda: nn.Softplus(),
    "GELU": lambda: nn.GELU(approximate="tanh"),
    "LogSoftmax": lambda: nn.LogSoftmax(dim=-1),
    "LogSoftmax along 1": lambda: nn.LogSoftmax(dim=1),
    "Threshold": lambda: nn.Threshold(0.1, 20.0),
    "ReLU6": lambda: nn.ReLU6(),
    "PReLU's relative": lambda: nn.LeakyReLU(0.01, inplace=False),
}


@pytest.mark.parametrize("name", MODULES)
def test_a_module_becomes_a_model_with_the_same_outputs_and_weights(name):
    module = MODULES[name]().double()
    model = from_torch(module, dtype="float64")
    expected = module(torch.tensor(X)).detach().numpy()
    # From its threshold of 20 on torch's own Softplus is x itself, 2e-9 below the function.
    tolerance = 3e-9 if name == "Softplus" else 1e-12
    np.testing.assert_allclose(model.predict(X, verbose=0), expected, rtol=tolerance, atol=1e-12)
    again = to_torch(model)
    for ours, theirs in zip(again.parameters(), module.parameters(), strict=True):
        assert torch.equal(ours, theirs)
        assert ours.dtype == theirs.dtype


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", [*LAYERS, *ACTIVATIONS])
def test_there_and_back_again_changes_nothing(name, dtype):
    known = name in LAYERS
    layer = LAYERS[name](dtype) if known else layers.Activation(ACTIVATIONS[name], dtype=dtype)
    x = X.reshape(4, 4, 4) if known and ("axis" in name or "axes" in name) else X
    layer.build_for((None, *x.shape[1:]))
    first = to_torch(layer)
    model = from_torch(first, dtype=dtype)
    x = x.astype(dtype)
    np.testing.assert_array_equal(np.asarray(model(x)), np.asarray(layer(x)))
    second = to_torch(model).eval()
    assert torch.equal(second(torch.tensor(x)), first.eval()(torch.tensor(x)))
    third = to_torch(from_torch(second, dtype=dtype))
    assert list(third.state_dict()) == list(second.state_dict())


def test_keys_are_kept_so_that_state_dicts_still_load():
    module = nn.Sequential(nn.Flatten(), nn.Linear(6, 4), nn.Sequential(nn.Tanh(), nn.Linear(4, 2)))
    model = from_torch(module, (2, 3))
    assert [layer.name for layer in model.layers] == ["0", "1", "2"]
    again = model.to_torch()
    again.load_state_dict(module.state_dict())
    assert list(again.state_dict()) == list(module.state_dict())


def test_the_shape_of_a_sample_is_found_where_it_can_be():
    assert from_torch(nn.Sequential(nn.Dropout(0.1), nn.Linear(6, 4))).input_shape == (None, 6)
    assert from_torch(nn.Sequential(nn.Sequential(nn.Linear(6, 4)))).output_shape == (None, 4)
    assert from_torch(nn.Sequential(nn.Flatten(), nn.Linear(6, 4)), (2, 3)).input_shape == (None, 2, 3)
    for unclear in (nn.Flatten(), nn.GLU()):
        model = from_torch(nn.Sequential(unclear, nn.Linear(6, 4)))
        assert model.input_shape is None
        assert [w.shape for w in model.weights] == [(6, 4), (4,)]
    assert model(np.ones((5, 12), np.float32)).shape == (5, 4)


def test_it_can_be_trained_and_saved_like_any_model(tmp_path):
    model = beras.Sequential.from_torch(nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1)))
    model.compile("adam", "mse")
    x = np.linspace(-1, 1, 60).reshape(20, 3).astype(np.float32)
    losses = model.fit(x, x.sum(axis=1), epochs=20, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    model.save(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(beras.load_model(tmp_path / "model.safetensors")(x), model(x))


def test_parameters_without_gradient_are_frozen():
    module = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
    module[0].requires_grad_(False)
    module[1].bias.requires_grad_(False)
    model = from_torch(module)
    assert not model.layers[0].trainable
    assert [w.name for w in model.trainable_weights] == ["kernel"]
    assert [p.requires_grad for p in model.to_torch().parameters()] == [False, False, True, False]


def test_a_module_that_stands_twice_is_one_layer():
    shared = nn.Linear(4, 4)
    model = from_torch(nn.Sequential(shared, nn.Tanh(), shared))
    assert model.layers[0] is model.layers[2]
    assert len(model.weights) == 2
    x = np.linspace(-1, 1, 8, dtype=np.float32).reshape(2, 4)
    expected = nn.Sequential(shared, nn.Tanh(), shared)(torch.tensor(x)).detach().numpy()
    np.testing.assert_allclose(model(x), expected, rtol=1e-5, atol=1e-6)


UNKNOWN = {
    "a convolution, with its path": (
        lambda: nn.Sequential(nn.Linear(3, 3), nn.Sequential(nn.ReLU(), nn.Conv3d(1, 1, 1))),
        TypeError,
        r"The module '1\.1' \(Conv3d\) has no layer in beras. These have one: .*Linear.*twin_module\(MyLayer, Conv3d",
    ),
    "a subclass that computes something else": (
        lambda: torch.nn.utils.parametrizations.weight_norm(nn.Linear(3, 3)), TypeError, "ParametrizedLinear",
    ),
    "a softmax without an axis": (lambda: nn.Sequential(nn.Softmax()), ValueError, r"'0' \(Softmax\).*dim=-1"),
    "a hard tanh with other ends": (lambda: nn.Hardtanh(-2, 2), ValueError, r"min_val=-1 only.*min_val=-2"),
    "a steeper softplus": (lambda: nn.Softplus(beta=2), ValueError, "beta=1 only"),
    "flattening the batch": (lambda: nn.Flatten(0), ValueError, "start_dim=1"),
    "bfloat16": (lambda: nn.Linear(2, 2, dtype=torch.bfloat16), TypeError, r"bfloat16. Write module.float\(\)"),
    "no module": (lambda: 3, TypeError, "takes an nn.Module. Received: int"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_has_no_layer_is_refused(name):
    make, kind, message = UNKNOWN[name]
    with pytest.raises(kind, match=message):
        from_torch(make())


def test_hooks_are_not_dropped_in_silence():
    module = nn.Sequential(nn.Linear(2, 2))
    module[0].register_forward_hook(lambda module, inputs, output: 2 * output)
    with pytest.raises(TypeError, match=r"'0' \(Linear\) has forward hooks"):
        from_torch(module)
