import numpy as np
import pytest

import beras
from beras import layers as L
from beras.viz.stages import stages_of


def stages(shape, *layers):
    return stages_of(beras.Sequential([beras.Input(shape), *layers]))


def kinds(shape, *layers):
    return [stage.kind for stage in stages(shape, *layers)]


def test_the_captions_of_stacks_hold_the_shapes_that_come_out_of_the_layers():
    layers = [
        L.Conv2D(4, 3, strides=2, padding="same"),
        L.ZeroPadding2D(((1, 0), (2, 3))),
        L.DepthwiseConv2D((2, 3), depth_multiplier=2),
        L.AveragePooling2D(2),
        L.Permute((2, 1, 3)),
        L.Reshape((2, -1, 16)),
        L.GlobalMaxPooling2D(keepdims=True),
    ]
    found = stages((13, 10, 3), *layers)
    x = np.zeros((2, 13, 10, 3), np.float32)
    shapes = [x.shape[1:]]
    for layer in layers:
        x = np.asarray(layer(x))
        shapes.append(x.shape[1:])
    assert [stage.kind for stage in found] == ["stack"] * 8
    assert [stage.shape for stage in found] == shapes
    assert [stage.lines[1] for stage in found] == [f"{h} x {w} x {c}" for h, w, c in shapes]


@pytest.mark.parametrize(
    ("layer", "lines"),
    [
        (L.Conv2D(8, 3, activation="relu"), ("Conv2D 3x3", "26 x 26 x 8", "relu", "152 parameters")),
        (L.Conv2D(8, (3, 5), strides=(1, 2)), ("Conv2D 3x5", "26 x 12 x 8", "stride 1x2", "248 parameters")),
        (L.Conv2D(8, 3, dilation_rate=2), ("Conv2D 3x3", "24 x 24 x 8", "dilation 2", "152 parameters")),
        (
            L.Conv2D(8, 2, strides=2, groups=2, use_bias=False, activation="tanh"),
            ("Conv2D 2x2", "14 x 14 x 8", "stride 2, groups 2, tanh", "32 parameters"),
        ),
        (L.DepthwiseConv2D(3, depth_multiplier=3), ("DepthwiseConv2D 3x3", "26 x 26 x 6", "60 parameters")),
        (L.MaxPooling2D(2), ("MaxPooling2D 2x2", "14 x 14 x 2")),
        (L.MaxPooling2D(3, strides=1, padding="same"), ("MaxPooling2D 3x3", "28 x 28 x 2", "stride 1")),
        (L.GlobalAveragePooling2D(keepdims=True), ("GlobalAveragePooling2D", "1 x 1 x 2")),
        (L.ZeroPadding2D(2), ("ZeroPadding2D", "32 x 32 x 2")),
        (L.Dense(5, "relu"), ("Dense", "28 x 28 x 5", "relu", "15 parameters")),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_the_caption_of_a_layer_that_gives_images(layer, lines):
    before, after = stages((28, 28, 2), layer)
    assert before.lines == ("input", "28 x 28 x 2")
    assert after.kind == "stack"
    assert after.lines == lines


@pytest.mark.parametrize(
    ("layer", "lines"),
    [
        (L.Dropout(0.25), ("Dropout 0.25",)),
        (L.Activation("relu"), ("Activation relu",)),
        (L.ReLU(), ("ReLU",)),
        (L.GaussianNoise(0.1), ("GaussianNoise 0.1",)),
        (L.Rescaling(1 / 255), ("Rescaling 1/255",)),
        (L.Rescaling(2.0), ("Rescaling 2",)),
        (L.BatchNormalization(), ("BatchNormalization", "16 parameters")),
        (L.LayerNormalization(), ("LayerNormalization", "8 parameters")),
        (L.RandomRotation(0.1), ("RandomRotation",)),
        (L.Reshape((6, 6, 4, 1)), ("Reshape 6 x 6 x 4 x 1",)),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_a_layer_that_keeps_the_shape_of_images_is_written_below_them(layer, lines):
    _, plain = stages((8, 8, 2), L.Conv2D(4, 3))
    _, found = stages((8, 8, 2), L.Conv2D(4, 3), layer)
    assert found == plain._replace(lines=plain.lines + lines)


def test_an_axis_for_the_channel_makes_no_stage():
    before, _ = stages((28, 28), L.Reshape((28, 28, 1)), L.Conv2D(2, 3))
    assert before.lines == ("input", "28 x 28", "Reshape 28 x 28 x 1")
    assert before.shape == (28, 28, 1)


def test_a_convolution_that_keeps_the_shape_is_a_stage():
    assert kinds((8, 8, 2), L.Conv2D(2, 3, padding="same")) == ["stack", "stack"]


def test_what_is_flattened_becomes_a_column_that_dense_layers_are_joined_to():
    found = stages((8, 8, 1), L.Conv2D(2, 3), L.Flatten(), L.Dropout(0.5), L.Dense(5, "relu"), L.Dense(3))
    assert [stage.kind for stage in found] == ["stack", "stack", "step", "step", "column", "column", "column"]
    assert [stage.joined for stage in found] == [False] * 5 + [True] * 2
    assert [stage.lines for stage in found[2:]] == [
        ("Flatten",),
        ("Dropout 0.5",),
        ("72 values",),
        ("Dense 5", "relu", "365 parameters"),
        ("Dense 3", "linear", "18 parameters"),
    ]


@pytest.mark.parametrize(
    ("shape", "layers", "expected"),
    [
        ((8, 8), [L.Rescaling(0.5), L.Flatten(), L.Dense(2)], "picture step step column column"),
        ((8, 8, 1), [L.Rescaling(0.5), L.Flatten(), L.Dense(2)], "picture step step column column"),
        ((4,), [L.Dense(3), L.BatchNormalization(), L.Dense(2)], "column column step column"),
        ((8, 8, 1), [L.Conv2D(2, 3), L.GlobalAveragePooling2D(), L.Softmax()], "stack stack step step column"),
        ((4,), [L.Dense(9), L.Reshape((3, 3, 1)), L.Conv2D(1, 2)], "column column stack stack"),
        ((6,), [L.Embedding(9, 4), L.Flatten(), L.Dense(1)], "column stack step column column"),
        ((5, 4), [L.Dense(3)], "stack stack"),
    ],
)
def test_what_is_drawn_of_a_model(shape, layers, expected):
    assert kinds(shape, *layers) == expected.split()


def test_the_window_of_a_stack_reaches_over_what_dilation_leaves_out():
    found = stages((20, 20, 1), L.Conv2D(1, (3, 2), dilation_rate=3), L.MaxPooling2D(2), L.ZeroPadding2D())
    assert [stage.window for stage in found] == [None, (7, 4), (2, 2), None]


def test_of_images_with_the_channels_first_height_and_width_are_found():
    layers = [L.Conv2D(8, 3, data_format="channels_first"), L.MaxPooling2D(data_format="channels_first")]
    found = stages((3, 32, 20), *layers)
    assert [stage.shape for stage in found] == [(32, 20, 3), (30, 18, 8), (15, 9, 8)]
    assert [stage.lines[1] for stage in found] == ["3 x 32 x 20", "8 x 30 x 18", "8 x 15 x 9"]


def test_lengths_that_are_not_known_are_written_so():
    found = stages((None, None, 3), L.Conv2D(8, 3))
    assert found[1].lines[1] == "None x None x 8"


@pytest.mark.parametrize("layers", [12, 13, 30])
def test_of_many_stages_the_middle_is_left_out(layers):
    # With the input there is one stage more than layers.
    found = stages((4,), *(L.Dense(n) for n in range(1, layers + 1)))
    assert [stage.kind for stage in found] == ["column"] * 6 + ["dots"] + ["column"] * 5
    assert found[6].lines[0] == f"{layers + 1 - 11} stages"
    assert not found[7].joined
    assert all(stage.joined for stage in found[1:6] + found[8:])
    shown = [stage.lines[0] for stage in found]
    assert shown[5] == "Dense 5"
    assert shown[-1] == f"Dense {layers}"


def test_twelve_stages_are_all_drawn():
    assert kinds((4,), *(L.Dense(2) for _ in range(11))) == ["column"] * 12


def test_after_stages_left_out_no_window_is_drawn():
    found = stages((40, 40, 1), *(L.Conv2D(1, 3) for _ in range(15)))
    assert [stage.window for stage in found] == [None, *[(3, 3)] * 5, None, None, *[(3, 3)] * 4]
