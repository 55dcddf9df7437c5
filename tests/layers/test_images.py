"""The layers on images by themselves: what is refused, memory, replays, and what augmentation does."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

import beras
from beras import layers
from beras.layers import windows
from beras.layers.convolution import convolve, convolve_to_input, convolve_to_kernel
from beras.layers.depthwise import convolve_depthwise, convolve_depthwise_to_input, convolve_depthwise_to_kernel

RNG = np.random.default_rng(0)
IMAGES = RNG.random((27, 12, 12, 1), dtype=np.float32)
CLASSES = RNG.integers(0, 3, 27)


def test_a_convolution_by_hand():
    """Two windows of two pixels: 1 * 10 + 2 * 20 + 5 and 2 * 10 + 3 * 20 + 5."""
    layer = layers.Conv2D(1, (1, 2))
    layer.build((None, 1, 3, 1))
    layer.set_weights([np.array([10.0, 20.0]).reshape(1, 2, 1, 1), np.array([5.0])])
    np.testing.assert_array_equal(layer(np.array([1.0, 2.0, 3.0]).reshape(1, 1, 3, 1)).ravel(), [55.0, 85.0])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.Conv2D(0, 3), "filters is a positive integer. Received: filters=0"),
        (lambda: layers.Conv2D(4, (3, 3, 3)), r"kernel_size is an integer .* Received: kernel_size=\(3, 3, 3\)"),
        (lambda: layers.Conv2D(4, 3, strides=0), "strides is an integer of 1 or more"),
        (lambda: layers.Conv2D(4, 3, padding="smae"), "Did you mean 'same'"),
        (lambda: layers.Conv2D(4, 3, padding=1), "Unknown padding '1'"),
        (lambda: layers.Conv2D(4, 3, data_format="channel_first"), "Did you mean 'channels_first'"),
        (lambda: layers.Conv2D(4, 3, strides=2, dilation_rate=2), "strides and dilation_rate one must be 1"),
        (lambda: layers.Conv2D(4, 3, groups=3), "filters=4, groups=3"),
        (lambda: layers.DepthwiseConv2D(3, depth_multiplier=0), "depth_multiplier is a positive integer"),
        (lambda: layers.MaxPooling2D(2.5), "pool_size is an integer"),
        (lambda: layers.ZeroPadding2D(-1), "padding is an integer of 0 or more"),
        (lambda: layers.ZeroPadding2D(((1, 1), (1, 1, 1))), "padding is an integer"),
        (lambda: layers.RandomRotation(2), r"factor is a number from -1 to 1.* Received: factor=2"),
        (lambda: layers.RandomTranslation(0.1, "a lot"), "width_factor is a number"),
        (lambda: layers.RandomZoom(-1.0), "height_factor is a number"),
        (lambda: layers.RandomRotation(0.1, fill_mode="reflct"), "Did you mean 'reflect'"),
        (lambda: layers.RandomRotation(0.1, interpolation="bilinaer"), "Did you mean 'bilinear'"),
        (lambda: layers.ElasticDistortion(sigma=0), "sigma above 0"),
        (lambda: layers.RandomElasticTransform(factor=-0.1), "factor is a number from 0 to 1"),
    ],
)
def test_bad_arguments_say_what_was_meant(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (layers.Conv2D(2, 3, name="c"), (5, 28, 28), r"'c' takes images .*Received: \(None, 28, 28\). Grey images"),
        (layers.Conv2D(2, 3, name="c"), (5, 784), r"Received: \(None, 784\)\.$"),
        (layers.Conv2D(2, 3, groups=2), (5, 8, 8, 3), "as many channels. Received: images with 3"),
        (layers.Conv2D(2, 5, name="c"), (5, 4, 8, 3), "looks at 5 x 5 pixels .*Received: 4 x 8"),
        (layers.MaxPooling2D(), (5, 1, 1, 3), "looks at 2 x 2 pixels"),
        (layers.Conv2D(2, 3, dilation_rate=4), (5, 8, 8, 3), "looks at 9 x 9"),
        (layers.GlobalAveragePooling2D(), (5, 8), "takes images"),
        (layers.RandomRotation(0.1), (5, 8, 8), "takes images"),
        (layers.ZeroPadding2D(data_format="channels_first"), (5, 8, 8), "channels, height, width"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(layer, shape, message):
    with pytest.raises(ValueError, match=message):
        layer(np.zeros(shape, np.float32))


def test_other_channels_than_at_first_are_refused():
    layer = layers.Conv2D(2, 3, name="c")
    layer(np.zeros((1, 8, 8, 3), np.float32))
    with pytest.raises(ValueError, match=r"'c' was built for images with 3 channels. Received: 1, in \(1, 8, 8, 1\)"):
        layer(np.zeros((1, 8, 8, 1), np.float32))


def test_lengths_that_are_not_known_stay_unknown():
    assert layers.Conv2D(4, 3).compute_output_shape((None, None, 9, 1)) == (None, None, 7, 4)
    assert layers.MaxPooling2D(padding="same").compute_output_shape((None, 5, None, 1)) == (None, 3, None, 1)
    assert layers.ZeroPadding2D().compute_output_shape((None, None, 9, 1)) == (None, None, 11, 1)


@pytest.mark.parametrize("length", [0, 1, 2])
def test_batches_of_any_length_pass(length):
    model = small(layers.Conv2D(3, 3), layers.MaxPooling2D(), layers.AveragePooling2D(2))
    assert model(IMAGES[:length]).shape == (length, 3)


ORDINARY = convolve, convolve_to_input, convolve_to_kernel
OF_CHANNELS = convolve_depthwise, convolve_depthwise_to_input, convolve_depthwise_to_kernel


@pytest.mark.parametrize(
    ("functions", "channels", "kernel"),
    [
        (ORDINARY, 1, (3, 3, 1, 16)),
        (ORDINARY, 16, (3, 3, 16, 16)),
        (ORDINARY, 16, (3, 3, 8, 16)),
        (OF_CHANNELS, 16, (3, 3, 16, 1)),
        (OF_CHANNELS, 8, (3, 3, 8, 2)),
    ],
)
@pytest.mark.parametrize("strides", [(1, 1), (2, 2)])
def test_memory_is_bounded_by_blocks(functions, channels, kernel, strides):
    """The windows of 64 images, laid out at once, would take nine times the memory of the images."""
    convolve, convolve_to_input, convolve_to_kernel = functions
    x = RNG.random((64, 24, 24, channels), dtype=np.float32)
    kernel = RNG.random(kernel, dtype=np.float32)
    over = windows.Windows((3, 3), strides, padding=((1, 1), (1, 1)))
    g = convolve(x, kernel, None, over)
    bound = 4 * windows.BLOCK_BYTES + 2 * max(x.nbytes, g.nbytes)
    calls = (
        lambda: convolve(x, kernel, None, over),
        lambda: convolve_to_input(g, kernel, x.shape, over),
        lambda: convolve_to_kernel(x, g, kernel.shape, over),
    )
    for call in calls:
        tracemalloc.start()
        call()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < bound, (call, peak, bound)


@pytest.mark.parametrize(
    "make",
    [
        lambda seeded: layers.Conv2D(4, 3, padding="same", kernel_initializer=seeded),
        lambda seeded: layers.DepthwiseConv2D(3, padding="same", depthwise_initializer=seeded),
        lambda seeded: layers.DepthwiseConv2D(3, 2, depth_multiplier=2, depthwise_initializer=seeded),
    ],
    ids=["Conv2D", "DepthwiseConv2D", "DepthwiseConv2D in strides"],
)
def test_float32_stays_float32_and_blocks_change_nothing(make, monkeypatch):
    def gradients():
        layer = make(beras.initializers.GlorotUniform(seed=1))
        with beras.GradientTape() as tape:
            x = tape.watch(np.tile(IMAGES, (1, 1, 1, 9)))
            loss = np.sum(layers.MaxPooling2D(3, 2, "same")(layer(x)) ** 2)
        return tape.gradient(loss, [x, *layer.trainable_weights])

    whole = gradients()
    assert {g.dtype.name for g in whole} == {"float32"}
    monkeypatch.setattr(windows, "BLOCK_BYTES", 1)
    for one, other in zip(whole, gradients(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-4)


def test_half_precision_is_rounded_once():
    """Sums of twelve products, of which none is rounded by itself."""
    kernel = RNG.normal(size=(3, 4, 2, 1)).astype(np.float16)
    x = RNG.normal(size=(4, 6, 8, 2)).astype(np.float16)
    found = []
    for dtype in ("float16", "float64"):
        layer = layers.DepthwiseConv2D((3, 4), dtype=dtype, use_bias=False)
        layer.build(x.shape)
        layer.set_weights([kernel])
        found.append(layer(x.astype(dtype)))
    assert found[0].dtype == np.float16
    np.testing.assert_allclose(found[0], found[1], rtol=2e-3, atol=2e-3)


def small(*made):
    return beras.Sequential([beras.Input((12, 12, 1)), *made, layers.Flatten(), layers.Dense(3, activation="softmax")])


REPLAYED = {
    "convolutions": lambda: small(
        layers.Conv2D(4, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(9, 2, padding="same", strides=2),
        layers.Dropout(0.3),
    ),
    "channels first": lambda: small(
        layers.Permute((3, 1, 2)),
        layers.Conv2D(4, 3, data_format="channels_first", activation="tanh"),
        layers.MaxPooling2D(3, 2, data_format="channels_first"),
    ),
    "overlapping": lambda: small(
        layers.Conv2D(4, 3), layers.MaxPooling2D(3, 1, "same"), layers.AveragePooling2D(3, 2, "same")
    ),
    "depthwise": lambda: small(
        layers.Conv2D(4, 3, use_bias=False),
        layers.BatchNormalization(),
        layers.DepthwiseConv2D(3, padding="same"),
        layers.DepthwiseConv2D(3, strides=2, depth_multiplier=2, activation="relu"),
        layers.DepthwiseConv2D(2, depth_multiplier=8),
        layers.GlobalAveragePooling2D(),
    ),
    "augmentation": lambda: small(
        layers.ElasticDistortion(4.0, 2.0),
        layers.RandomRotation(0.1, "constant"),
        layers.RandomTranslation(0.1, 0.1, seed=5),
        layers.RandomZoom(0.1),
        layers.RandomElasticTransform(),
        layers.Conv2D(4, 3),
    ),
    "augmentation behind weights": lambda: small(layers.Conv2D(4, 3), layers.RandomRotation(0.1, "constant")),
}


@pytest.mark.parametrize("name", REPLAYED)
def test_a_replay_gives_the_same_bits(name):
    found = []
    for run_eagerly in (True, False):
        beras.set_random_seed(1)
        model = REPLAYED[name]()
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"], run_eagerly=run_eagerly)
        history = model.fit(
            IMAGES, CLASSES, batch_size=8, epochs=3, verbose=0, validation_data=(IMAGES, CLASSES)
        ).history
        found.append(
            (history, model.get_weights(), model.predict(IMAGES, verbose=0), beras.config.generator().random())
        )
        if not run_eagerly:
            assert model._replays.reason is None
    (history, weights, predictions, drawn), (other_history, others, also, next_drawn) = found
    assert history == other_history
    np.testing.assert_array_equal(predictions, also)
    assert drawn == next_drawn
    for w, v in zip(weights, others, strict=True):
        assert w.dtype == v.dtype == np.float32
        np.testing.assert_array_equal(w, v)


def test_a_model_of_convolutions_is_saved_and_loaded(tmp_path):
    model = small(
        layers.Conv2D(4, 3, kernel_constraint="max_norm"), layers.MaxPooling2D(), layers.RandomZoom(0.1, seed=2)
    )
    model.save(tmp_path / "model.safetensors")
    again = beras.models.load_model(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(again.predict(IMAGES, verbose=0), model.predict(IMAGES, verbose=0))
    assert again.layers[0].get_config() == model.layers[0].get_config()


# Augmentation

MOVERS = [
    lambda **o: layers.RandomTranslation(0.2, 0.2, **o),
    lambda **o: layers.RandomRotation(0.2, **o),
    lambda **o: layers.RandomZoom(0.2, **o),
    lambda **o: layers.ElasticDistortion(**o),
    lambda **o: layers.RandomElasticTransform(**o),
]


@pytest.mark.parametrize("make", MOVERS)
def test_each_image_is_moved_anew_in_training_and_never_at_inference(make):
    same = np.tile(IMAGES[:1], (4, 1, 1, 1))
    beras.set_random_seed(0)
    layer = make()
    first, second = layer(same, training=True), layer(same, training=True)
    assert first.dtype == np.float32
    assert not np.array_equal(first, second)
    assert not np.array_equal(first[0], first[1])
    np.testing.assert_array_equal(layer(same, training=False), same)
    beras.set_random_seed(0)
    np.testing.assert_array_equal(layer(same, training=True), first)
    np.testing.assert_array_equal(make(seed=4)(same), make(seed=4)(same))


@pytest.mark.parametrize("fill_mode", ["reflect", "wrap", "constant", "nearest"])
@pytest.mark.parametrize("interpolation", ["nearest", "bilinear"])
def test_the_gradient_of_an_augmentation(fill_mode, interpolation):
    """It is linear in the images, so the gradient is its transpose: <A u, g> = <u, A' g>."""
    u, g = RNG.normal(size=(2, 2, 5, 6, 3))
    moved = []
    with beras.GradientTape() as tape:
        x = tape.watch(u)
        y = layers.RandomRotation(0.5, fill_mode, interpolation, seed=1, dtype="float64")(x)
        moved.append(np.sum(y * g))
    pulled = tape.gradient(moved[0], x)
    assert float(np.sum(pulled * u)) == pytest.approx(float(moved[0].numpy()))
    assert np.abs(pulled).sum() > 0


def test_the_default_elastic_field_moves_pixels_as_its_docstring_says():
    places = layers.ElasticDistortion().coordinates((40, 200, 200, 1), np.random.default_rng(0))
    moves = (places - np.indices((200, 200))[:, None])[:, :, 20:-20, 20:-20]
    assert float(np.sqrt(np.mean(moves**2))) == pytest.approx(1.4, abs=0.05)
