from __future__ import annotations

import numpy as np
import pytest

import beras
from beras import activations, layers
from beras.oracle.convert import from_torch, to_torch, twin_activation, twin_module
from tests.oracle.convert.cases import ACTIVATIONS, LAYERS, WITHOUT_MODULE
from tests.oracle.convert.sides import in_beras, in_torch

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch

# Kinks and far ends of the activations, and numbers between them.
SPECIAL = np.array([-50, -6, -3, -1, -0.5, -0.2, 0, 0.2, 0.5, 1, 2, 3, 6, 50, -1.3, 0.7])
X = np.stack([SPECIAL, SPECIAL[::-1], np.roll(SPECIAL, 3), np.roll(SPECIAL, 5)])
TOLERANCES = {"float64": 1e-12, "float32": 1e-6}


def conversion(model):
    from beras.oracle.convert.to_module import Conversion

    return Conversion(model)


def agree(layer, dtype, x=X, sums=True):
    """Hold outputs and gradients of a layer, at inference, against those of its module.

    Where they are sums of products the tolerance is relative to the largest entry, else to each, and at least absolute.
    """
    x = x.astype(dtype)
    layer.build_for((None, *x.shape[1:]))
    made = conversion(layer)
    value, gradients = in_beras(layer, x)
    theirs, their_gradients = in_torch(made.module.eval(), made.pairs, x)
    for ours, other in zip([value, *gradients], [theirs, *their_gradients], strict=True):
        assert other.dtype == ours.dtype == np.dtype(dtype)
        tolerance, scale = TOLERANCES[dtype], max(1.0, np.abs(ours).max()) if sums else 1.0
        np.testing.assert_allclose(other, ours, rtol=tolerance, atol=tolerance * scale)


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_and_its_module_agree_in_outputs_and_gradients(name, dtype):
    agree(LAYERS[name](dtype), dtype, X.reshape(4, 4, 4) if "axis" in name or "axes" in name else X)


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_and_its_module_agree_in_outputs_and_gradients(name, dtype):
    agree(layers.Activation(ACTIVATIONS[name], dtype=dtype), dtype, sums=False)


def test_every_public_layer_is_held_against_its_module():
    known = {type(make("float32")).__name__ for make in LAYERS.values()} | set(WITHOUT_MODULE)
    missing = set(layers.__all__) - known
    assert not missing, f"to_torch must know {missing}: add rows to convert/layers.py and to cases.py"


def test_every_public_activation_is_held_against_its_module():
    tried = {getattr(function, "func", function) for function in ACTIVATIONS.values()}
    beside = ("deserialize", "get", "serialize")
    functions = {getattr(activations, name) for name in activations.__all__ if name not in beside}
    assert not functions - tried, "to_torch must know them: add rows to convert/activations.py and to cases.py"


def mlp(dtype="float32"):
    beras.set_random_seed(5)
    made = beras.Sequential(
        [
            beras.Input((6,)),
            layers.Dense(5, "tanh", name="hidden", dtype=dtype),
            beras.Sequential([layers.Dense(4, use_bias=False, dtype=dtype), layers.ReLU(dtype=dtype)], name="inner"),
            layers.Dense(3, "softmax", name="scores", dtype=dtype),
        ]
    )
    made.dtype = dtype
    return made


def test_a_model_becomes_a_sequential_with_its_layers_names():
    module = mlp().to_torch()
    assert type(module) is torch.nn.Sequential
    names = [name for name, _ in module.named_children()]
    assert names == ["hidden", "hidden_tanh", "inner", "scores", "scores_softmax"]
    assert list(module.state_dict()) == [
        "hidden.weight", "hidden.bias", f"inner.{mlp_inner_name(module)}.weight", "scores.weight", "scores.bias",
    ]  # fmt: skip
    assert module.training


def mlp_inner_name(module):
    return next(iter(module.inner.named_children()))[0]


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_the_weights_are_the_same_bits_in_the_same_dtype(dtype):
    model = mlp(dtype)
    odd = np.array([np.nan, np.inf, -0.0, np.finfo(dtype).smallest_subnormal, np.finfo(dtype).max], dtype)
    model.layers[0].bias.assign(odd)
    made = conversion(model)
    assert len(made.pairs) == len(model.weights) == 5
    for pair, weight in zip(made.pairs, model.weights, strict=True):
        assert pair.variable is weight
        theirs = pair.parameter.detach().numpy()
        assert theirs.dtype == weight.dtype
        ours = weight.numpy().T if weight.numpy().ndim == 2 else weight.numpy()
        assert np.ascontiguousarray(ours).tobytes() == theirs.tobytes()
    back = from_torch(made.module)
    for weight, again in zip(model.weights, back.weights, strict=True):
        assert weight.numpy().tobytes() == again.numpy().tobytes()
        assert weight.dtype == again.dtype


def test_a_change_of_the_module_leaves_the_model_alone():
    model = mlp()
    before = model.get_weights()
    with torch.no_grad():
        for parameter in model.to_torch().parameters():
            parameter.zero_()
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_neither_random_generator_is_drawn_from():
    model = mlp()
    state, torch_state = beras.config.generator().bit_generator.state, torch.get_rng_state()
    model.to_torch()
    assert beras.config.generator().bit_generator.state == state
    assert torch.equal(torch.get_rng_state(), torch_state)


def test_dropout_drops_in_training_mode_only():
    module = to_torch(beras.Sequential([beras.Input((1000,)), layers.Dropout(0.25)]))
    ones = torch.ones(1, 1000)
    assert module(ones).unique().tolist() == [0.0, pytest.approx(4 / 3)]
    assert torch.equal(module.eval()(ones), ones)
    masked = to_torch(layers.Dropout(0.5, noise_shape=(None, 1)))(torch.ones(50, 3))
    assert torch.equal(masked.amin(dim=1), masked.amax(dim=1))
    assert set(masked.unique().tolist()) == {0.0, 2.0}


def test_what_is_frozen_needs_no_gradient():
    model = mlp()
    model.layers[0].trainable = False
    model.layers[2].bias.trainable = False
    needs = {name: parameter.requires_grad for name, parameter in model.to_torch().named_parameters()}
    assert [needs[name] for name in ("hidden.weight", "hidden.bias", "scores.weight", "scores.bias")] == [
        False, False, True, False,
    ]  # fmt: skip


def test_a_layer_that_stands_twice_is_one_module_with_one_set_of_weights():
    shared = layers.Dense(4, "tanh", name="shared", dtype="float64")
    model = beras.Sequential([beras.Input((4,), dtype="float64"), shared, shared])
    model.dtype = "float64"
    made = conversion(model)
    assert len(made.pairs) == len(list(made.module.parameters())) == 2
    agree(model, "float64", X.reshape(-1, 4) / 10)


def test_names_that_torch_cannot_take_are_changed_and_stay_apart():
    model = beras.Sequential([beras.Input((2,)), layers.Dense(2, name="a.b"), layers.Dense(2, name="forward")])
    model.add(layers.Dense(2, name="a_b"))
    assert [name for name, _ in model.to_torch().named_children()] == ["a_b", "forward_1", "a_b_1"]


def test_bytes_are_rescaled_as_in_beras():
    pixels = np.array([[0, 128, 255]], np.uint8)
    model = beras.Sequential([beras.Input((3,)), layers.Rescaling(1 / 255), layers.Dense(2)])
    theirs = model.to_torch()(torch.from_numpy(pixels)).detach().numpy()
    np.testing.assert_allclose(theirs, model.predict(pixels, verbose=0), rtol=1e-6)


def test_a_model_of_several_dtypes_casts_where_beras_does():
    model = beras.Sequential([beras.Input((3,)), layers.Dense(4, "tanh"), layers.Dense(2, dtype="float64")])
    x = np.linspace(-1, 1, 6, dtype=np.float32).reshape(2, 3)
    module = model.to_torch()
    theirs = module(torch.from_numpy(x)).detach().numpy()
    assert theirs.dtype == model(x).dtype == np.float64
    np.testing.assert_allclose(theirs, model(x), rtol=1e-6)
    np.testing.assert_array_equal(from_torch(module)(x), model(x))


class Scale(layers.Layer):
    def build(self, input_shape):
        self.factor = self.add_weight((input_shape[-1],), "ones", name="factor")

    def call(self, inputs):
        return inputs * self.factor


class OwnModel(beras.Model):
    def call(self, inputs):
        return inputs


class Quiet(layers.Dense):
    """A Dense that changes no more than its constructor."""

    def __init__(self, units, **options):
        super().__init__(units, "tanh", **options)


class Loud(layers.Dense):
    def call(self, inputs):
        return 2 * super().call(inputs)


def test_an_unknown_layer_is_refused_by_name_with_what_to_do():
    model = beras.Sequential([beras.Input((3,)), layers.Dense(3), Scale(name="stretch")])
    with pytest.raises(
        TypeError, match=r"'stretch' is a Scale.*Dense, DepthwiseConv2D, Dropout.*twin_module\(Scale.*compare"
    ):
        model.to_torch()
    with pytest.raises(TypeError, match="is a OwnModel"):
        OwnModel().to_torch()
    with pytest.raises(TypeError, match=r"Dense 'mine' has the activation 'sin'.*twin_activation\(sin"):
        to_torch(beras.Sequential([beras.Input((3,)), layers.Dense(3, np.sin, name="mine")]))
    with pytest.raises(TypeError, match="the activation 'threshold' needs a value for 'threshold'"):
        to_torch(layers.Activation("threshold"))


def test_a_subclass_is_taken_for_its_base_only_if_it_computes_the_same():
    quiet = Quiet(4, dtype="float64")
    agree(quiet, "float64")
    with pytest.raises(TypeError, match="is a Loud"):
        to_torch(beras.Sequential([beras.Input((3,)), Loud(3)]))


def test_a_layer_without_weights_yet_is_refused():
    with pytest.raises(ValueError, match=r"'mine' has no weights yet. Call the model on data"):
        beras.Sequential([layers.Dense(3, name="mine")]).to_torch()


@pytest.fixture
def tables():
    """Leave the tables of the conversion as they were."""
    import beras.oracle.convert.layers  # noqa: F401
    from beras.oracle.convert.registry import ACTIVATIONS, LAYERS, MODULES

    before = [dict(table) for table in (ACTIVATIONS, LAYERS, MODULES)]
    yield
    for table, rows in zip((ACTIVATIONS, LAYERS, MODULES), before, strict=True):
        table.clear()
        table.update(rows)


class TorchScale(torch.nn.Module):
    def __init__(self, n):
        super().__init__()
        self.factors = torch.nn.Parameter(torch.empty(n, dtype=torch.float64))

    def forward(self, x):
        return x * self.factors


@pytest.mark.usefixtures("tables")
def test_a_layer_of_ones_own_can_be_taught_both_ways():
    def to_layer(module):
        layer = Scale(dtype="float64")
        layer.build_for((None, len(module.factors)))
        return layer

    twin_module(
        Scale,
        TorchScale,
        to_torch=lambda layer: TorchScale(layer.factor.shape[0]),
        from_torch=to_layer,
        weights={"factor": "factors"},
    )
    layer = Scale(dtype="float64")
    layer.build_for((None, 16))
    layer.factor.assign(np.linspace(1, 2, 16))
    agree(layer, "float64")
    back = from_torch(to_torch(layer))
    assert isinstance(back.layers[0], Scale)
    np.testing.assert_array_equal(back.layers[0].factor.numpy(), layer.factor.numpy())


@pytest.mark.usefixtures("tables")
def test_a_row_that_forgets_a_weight_or_its_shape_is_refused():
    layer = Scale(dtype="float64")
    layer.build_for((None, 4))
    twin_module(Scale, to_torch=lambda layer: TorchScale(4))
    with pytest.raises(ValueError, match="has a weight 'factor', and nothing says what it is called"):
        to_torch(layer)
    twin_module(Scale, to_torch=lambda layer: TorchScale(5), weights={"factor": "factors"})
    with pytest.raises(ValueError, match=r"has shape \(4,\).*Received: \(5,\)"):
        to_torch(layer)
    with pytest.raises(ValueError, match="Received: neither"):
        twin_module(Scale)
    with pytest.raises(ValueError, match="needs to know the class of the module"):
        twin_module(Scale, from_torch=lambda module: layer)


@pytest.mark.usefixtures("tables")
def test_an_activation_of_ones_own_can_be_taught():
    class Sine(torch.nn.Module):
        def forward(self, x):
            return torch.sin(x)

    twin_activation(np.sin, Sine)
    layer = layers.Dense(3, np.sin, dtype="float64")
    agree(layer, "float64")
    assert from_torch(to_torch(layer)).layers[1].activation is np.sin
