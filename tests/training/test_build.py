import math
from pathlib import Path

import numpy as np
import pytest

import beras
from beras.training import build_model, resolve
from beras.training.build import build_callbacks
from beras.training.decays import DECAYS


def test_the_model_is_the_one_that_was_asked_for():
    config = resolve("digits", layers=(32, 16), activation="tanh", dropout=0.25)
    model = build_model(config, (8, 8), 10, 16, 100)
    assert [type(layer).__name__ for layer in model.layers] == [
        *("Rescaling", "Flatten", "Dense", "Dropout", "Dense", "Dropout", "Dense")
    ]
    assert model.count_params() == 64 * 32 + 32 + 32 * 16 + 16 + 16 * 10 + 10
    assert model.get_layer("hidden_1").activation is beras.activations.tanh


def test_no_hidden_layers_is_softmax_regression():
    beras.set_random_seed(0)
    model = build_model(resolve("digits", layers=()), (8, 8), 10, 16, 100)
    x = np.random.default_rng(0).integers(0, 17, (3, 8, 8)).astype(np.uint8)
    kernel, bias = model.get_weights()
    z = (x.reshape(3, 64) / 16.0) @ kernel + bias
    expected = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model.predict(x, verbose=0), expected, rtol=1e-5)


@pytest.mark.parametrize(("decay", "last"), [("cosine", 0.0), ("exponential", 0.005), ("linear", 0.0)])
def test_the_learning_rate_falls_from_the_first_step_to_the_last(decay, last):
    schedule = DECAYS[decay](0.5, 100)
    rates = [float(schedule(step)) for step in range(101)]
    assert rates[0] == 0.5
    assert rates == sorted(rates, reverse=True)
    assert math.isclose(rates[-1], last, abs_tol=1e-9)


def test_the_schedule_ends_with_the_last_batch_of_the_last_epoch():
    model = build_model(resolve("digits", layers=(), epochs=3, batch_size=32, decay="linear"), (8, 8), 10, 16, 100)
    x, y = np.zeros((100, 8, 8), np.uint8), np.zeros(100, np.uint8)
    model.fit(x, y, batch_size=32, epochs=3, verbose=0)
    assert float(model.optimizer.learning_rate) == 0.0


def test_relative_paths_of_callbacks_begin_in_the_run_folder(tmp_path):
    config = resolve("digits", validation=0.1, callbacks=("csv_logger:filename=log.csv", "EarlyStopping:patience=3"))
    logger, stopping = build_callbacks(config, tmp_path)
    assert Path(logger.filename) == tmp_path / "log.csv"
    assert stopping.patience == 3


@pytest.mark.parametrize(("name", "shape", "scale"), [("mnist", (28, 28), 255), ("digits", (8, 8), 16)])
def test_a_network_that_convolves(name, shape, scale):
    config = resolve(name, model="cnn", layers=(16,), augment=True)
    model = build_model(config, shape, 10, scale, 100)
    assert [type(layer).__name__ for layer in model.layers] == [
        *("Rescaling", "Reshape", "ElasticDistortion", "RandomRotation", "RandomTranslation"),
        *("Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D", "Flatten", "Dropout", "Dense", "Dropout", "Dense"),
    ]
    assert [layer.filters for layer in model.layers if hasattr(layer, "filters")] == [32, 64]
    pixels = 25 if name == "mnist" else 4
    assert model.count_params() == 320 + 18_496 + pixels * 64 * 16 + 16 + 16 * 10 + 10
    assert (model.get_layer("dropout").rate, model.get_layer("dropout_1").rate) == (config.dropout / 2, config.dropout)
    assert model.predict(np.zeros((2, *shape), np.uint8), verbose=0).shape == (2, 10)


def test_a_dense_network_sees_moved_images_too():
    model = build_model(resolve("digits", layers=(), augment=True), (8, 8), 10, 16, 100)
    assert model.count_params() == 650
    assert model.get_layer("elastic").sigma == pytest.approx(4 * 8 / 28)
