"""The layers on images as modules of torch, and back: in either order of the axes, whole networks, and in training."""

from __future__ import annotations

import numpy as np
import pytest

import beras
from beras import layers
from beras.oracle.convert import from_torch, to_torch
from beras.oracle.convert.to_module import Conversion
from tests.oracle.convert.sides import in_beras, in_torch

torch = pytest.importorskip("torch")
nn = torch.nn
pytestmark = pytest.mark.torch

RNG = np.random.default_rng(11)
#: (batch, height, width, channels); several equal numbers in a window, several largest ones, and not a square.
IMAGES = np.round(RNG.normal(size=(3, 7, 8, 4)), 1).clip(-1.5, 1.5)
FIRST, LAST = "channels_first", "channels_last"

RANDOM = {"bias_initializer": "random_normal"}
LAYERS = {
    "AveragePooling2D": lambda **o: layers.AveragePooling2D(2, **o),
    "AveragePooling2D, same": lambda **o: layers.AveragePooling2D((3, 2), (2, 1), "same", **o),
    "Conv2D": lambda **o: layers.Conv2D(5, (3, 2), **RANDOM, **o),
    "Conv2D, strides": lambda **o: layers.Conv2D(5, 3, (2, 1), activation="tanh", **RANDOM, **o),
    "Conv2D, same": lambda **o: layers.Conv2D(5, (3, 4), padding="same", activation="selu", use_bias=False, **o),
    "Conv2D, same with strides": lambda **o: layers.Conv2D(5, 3, (2, 3), "same", activation="softmax", **o),
    "Conv2D, dilated": lambda **o: layers.Conv2D(2, (2, 3), dilation_rate=(3, 2), padding="same", **RANDOM, **o),
    "Conv2D, groups": lambda **o: layers.Conv2D(6, 3, groups=2, **RANDOM, **o),
    "DepthwiseConv2D": lambda **o: layers.DepthwiseConv2D(3, **RANDOM, **o),
    "DepthwiseConv2D, several": lambda **o: layers.DepthwiseConv2D(
        (3, 2), 2, "same", depth_multiplier=3, activation="relu", **RANDOM, **o
    ),
    "GlobalAveragePooling2D": lambda **o: layers.GlobalAveragePooling2D(**o),
    "GlobalAveragePooling2D, kept": lambda **o: layers.GlobalAveragePooling2D(keepdims=True, **o),
    "GlobalMaxPooling2D": lambda **o: layers.GlobalMaxPooling2D(**o),
    "GlobalMaxPooling2D, kept": lambda **o: layers.GlobalMaxPooling2D(keepdims=True, **o),
    "MaxPooling2D": lambda **o: layers.MaxPooling2D(**o),
    "MaxPooling2D, overlapping": lambda **o: layers.MaxPooling2D(3, 1, **o),
    "MaxPooling2D, same": lambda **o: layers.MaxPooling2D((2, 3), 2, "same", **o),
    "ZeroPadding2D": lambda **o: layers.ZeroPadding2D(((0, 1), (2, 3)), **o),
}


def images(data_format, dtype="float64"):
    x = IMAGES if data_format == LAST else np.moveaxis(IMAGES, -1, 1)
    return np.ascontiguousarray(x, dtype)


def built(name, data_format, dtype="float64"):
    beras.set_random_seed(2)
    layer = LAYERS[name](data_format=data_format, dtype=dtype)
    layer.build_for((None, *images(data_format).shape[1:]))
    return layer


def agree(layer, x, tolerance=1e-12):
    made = Conversion(layer)
    value, gradients = in_beras(layer, x)
    theirs, their_gradients = in_torch(made.module.eval(), made.pairs, x)
    assert len(gradients) == len(their_gradients) == 1 + len(layer.trainable_weights)
    for ours, other in zip([value, *gradients], [theirs, *their_gradients], strict=True):
        assert (other.dtype, other.shape) == (ours.dtype, ours.shape)
        np.testing.assert_allclose(other, ours, rtol=tolerance, atol=tolerance * max(1.0, np.abs(ours).max()))


def test_every_layer_on_images_is_here():
    from beras.layers.augmentation import Augmentation
    from beras.layers.images import ImageLayer

    public = [getattr(layers, name) for name in layers.__all__]
    kinds = {c for c in public if isinstance(c, type) and issubclass(c, ImageLayer) and not issubclass(c, Augmentation)}
    assert kinds == {type(make()) for make in LAYERS.values()}


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-12), ("float32", 1e-5)])
@pytest.mark.parametrize("data_format", [LAST, FIRST])
@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_and_its_module_agree_in_outputs_and_gradients(name, data_format, dtype, tolerance):
    agree(built(name, data_format, dtype), images(data_format, dtype), tolerance)


@pytest.mark.parametrize("data_format", [LAST, FIRST])
@pytest.mark.parametrize("name", LAYERS)
def test_there_and_back_again_changes_nothing(name, data_format):
    layer, x = built(name, data_format), images(data_format)
    module = to_torch(layer)
    model = from_torch(module, x.shape[1:], dtype="float64")
    np.testing.assert_array_equal(np.asarray(model(x)), np.asarray(layer(x)))
    again = to_torch(model)
    assert torch.equal(again(torch.tensor(x)), module(torch.tensor(x)))
    for ours, theirs in zip(again.parameters(), module.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_the_modules_of_channels_first_are_torchs_own():
    plain = {
        "Conv2D": nn.Conv2d, "DepthwiseConv2D": nn.Conv2d, "MaxPooling2D": nn.MaxPool2d,
        "AveragePooling2D": nn.AvgPool2d, "ZeroPadding2D": nn.ZeroPad2d,
    }  # fmt: skip
    for name, kind in plain.items():
        assert type(to_torch(built(name, FIRST))) is kind


def test_a_kernel_is_the_weight_of_a_conv2d_with_its_axes_in_torchs_order():
    layer = built("Conv2D, groups", LAST)
    weight = to_torch(layer).weight.detach().numpy()
    np.testing.assert_array_equal(weight, layer.kernel.numpy().transpose(3, 2, 0, 1))
    depthwise = built("DepthwiseConv2D, several", LAST)
    weight = to_torch(depthwise)[0].weight.detach().numpy()
    assert weight.shape == (12, 1, 3, 2)
    for channel in range(4):
        for output in range(3):
            np.testing.assert_array_equal(
                weight[3 * channel + output, 0], depthwise.kernel.numpy()[:, :, channel, output]
            )


def cnn(data_format=LAST):
    beras.set_random_seed(4)
    order = {"data_format": data_format}
    model = beras.Sequential(
        [
            beras.Input(images(data_format).shape[1:], dtype="float64"),
            layers.ZeroPadding2D(1, **order, dtype="float64"),
            layers.Conv2D(6, 3, activation="relu", name="first", **order, dtype="float64"),
            layers.BatchNormalization(-1 if data_format == LAST else 1, dtype="float64"),
            layers.MaxPooling2D(**order, dtype="float64"),
            layers.DepthwiseConv2D(2, padding="same", activation="tanh", name="second", **order, dtype="float64"),
            layers.AveragePooling2D(2, padding="same", **order, dtype="float64"),
            layers.Flatten(dtype="float64"),
            layers.Dense(3, "softmax", dtype="float64"),
        ]
    )
    model.dtype = "float64"
    return model


@pytest.mark.parametrize("data_format", [LAST, FIRST])
def test_a_small_network_agrees_whole(data_format):
    model = cnn(data_format)
    model.layers[1].bias.trainable = False
    agree(model, images(data_format), 1e-11)
    needs = {name: p.requires_grad for name, p in to_torch(model).named_parameters()}
    assert (needs["first.weight"], needs["first.bias"], needs["second.weight"]) == (True, False, True)


def test_a_frozen_convolution_needs_no_gradient():
    layer = built("Conv2D", LAST)
    layer.trainable = False
    assert not any(p.requires_grad for p in to_torch(layer).parameters())
    assert not from_torch(to_torch(layer)).trainable_weights


MODULES = {
    "a classifier": lambda: nn.Sequential(
        nn.Conv2d(4, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 8, (2, 3), groups=2),
        nn.Tanh(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 3),
    ).eval(),
    "flattened": lambda: nn.Sequential(nn.Conv2d(4, 5, 3, stride=2, bias=False), nn.Flatten(), nn.Linear(45, 2)),
    "same": lambda: nn.Conv2d(4, 2, (3, 5), padding="same", dilation=(2, 1)),
    "same by numbers": lambda: nn.Conv2d(4, 2, (3, 5), padding=(2, 2), dilation=(2, 1)),
    "valid": lambda: nn.Conv2d(4, 2, 3, padding="valid"),
    "depthwise": lambda: nn.Conv2d(4, 8, 3, groups=4),
    "padded": lambda: nn.Sequential(nn.ZeroPad2d((1, 2, 0, 3)), nn.Conv2d(4, 2, 3, stride=2)),
    "AvgPool2d": lambda: nn.AvgPool2d(3, 2),
    "AvgPool2d, padded": lambda: nn.AvgPool2d(3, 1, padding=1, count_include_pad=False),
    "MaxPool2d": lambda: nn.MaxPool2d((2, 3)),
    "MaxPool2d, padded": lambda: nn.MaxPool2d(3, 1, padding=1),
    "channels_last in memory": lambda: nn.Conv2d(4, 2, 3).to(memory_format=torch.channels_last),
}  # fmt: skip


@pytest.mark.parametrize("name", MODULES)
def test_a_module_becomes_a_model_with_the_same_outputs_and_weights(name):
    torch.manual_seed(0)
    module, x = MODULES[name]().double(), images(FIRST)
    for given in (x.shape[1:], None):
        model = from_torch(module, given, dtype="float64")
        expected = module(torch.tensor(x)).detach().numpy()
        np.testing.assert_allclose(model.predict(x, verbose=0), expected, rtol=1e-12, atol=1e-12)
    again = to_torch(model)
    for ours, theirs in zip(again.parameters(), module.parameters(), strict=True):
        assert torch.equal(ours, theirs)


REFUSED = {
    "a padding that keeps no size": (lambda: nn.Conv2d(1, 1, 3, stride=2, padding=1), r"keeps its size.*nn.ZeroPad2d"),
    "a mirror": (lambda: nn.Conv2d(1, 1, 3, padding=1, padding_mode="reflect"), "padding_mode='zeros' only"),
    "strides and dilation": (lambda: nn.Conv2d(1, 1, 3, 2, dilation=2), "one must be 1"),
    "half windows": (lambda: nn.MaxPool2d(2, ceil_mode=True), "ceil_mode=False only. Received: ceil_mode=True"),
    "windows with holes": (lambda: nn.MaxPool2d(2, dilation=2), "dilation=1 only"),
    "places": (lambda: nn.MaxPool2d(2, return_indices=True), "return_indices=False only"),
    "zeros in the mean": (lambda: nn.AvgPool2d(3, 1, padding=1), "count_include_pad=False only"),
    "a divisor": (lambda: nn.AvgPool2d(3, divisor_override=2), "divisor_override=None only"),
    "a grid": (lambda: nn.AdaptiveAvgPool2d((2, 1)), "output_size=1 only"),
    "cropping": (lambda: nn.ZeroPad2d((0, -1, 0, 0)), "by 0 or more"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_beras_does_otherwise_is_refused(name):
    make, message = REFUSED[name]
    with pytest.raises(ValueError, match=message):
        from_torch(make())


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adafactor", "muon"])
@pytest.mark.parametrize("data_format", [LAST, FIRST])
def test_two_trainings_of_a_small_network_part_by_rounding_only(data_format, optimizer):
    model = cnn(data_format)
    model.layers[1].kernel.constraint = beras.constraints.MaxNorm(1.0, axis=[0, 1, 2])
    model.compile(optimizer, "sparse_categorical_crossentropy")
    x = np.concatenate([images(data_format)] * 4)
    both = beras.oracle.train_both(model, x, np.arange(12) % 3, epochs=2, batch_size=4, dtype="float64")
    assert both.largest_relative_weight_difference < 1e-9, str(both)


def test_a_regularizer_sees_the_kernel_in_its_own_order():
    seen = []

    class Rows(beras.regularizers.Regularizer):
        def __call__(self, w):
            seen.append(w.shape)
            return np.sum(np.square(w[0]))

    beras.set_random_seed(1)
    model = beras.Sequential([layers.DepthwiseConv2D((3, 2), depth_multiplier=2, depthwise_regularizer=Rows())])
    model.add(layers.Flatten())
    model.compile("sgd", "mse")
    both = beras.oracle.train_both(model, IMAGES, np.zeros((3, 280)), epochs=2, dtype="float64")
    assert set(seen) == {(3, 2, 4, 2)}
    assert both.largest_relative_weight_difference < 1e-12, str(both)
