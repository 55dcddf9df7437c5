"""clone_model, to_json and model_from_json, and configurations, against the real Keras."""

from __future__ import annotations

import json

import numpy as np
import pytest

import beras
from beras import constraints, layers
from beras.models import clone_model, model_from_json
from tests.keras_oracle import keras as real_keras

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

X = np.random.default_rng(0).normal(size=(10, 6)).astype("float32")
Y = np.random.default_rng(1).integers(0, 3, 10)


def network(library=beras):
    made = library.layers
    return library.Sequential(
        [
            library.layers.Input((6,)),
            made.Reshape((2, 3), name="rows"),
            made.BatchNormalization(momentum=0.9, name="norm"),
            made.LayerNormalization(axis=[1, 2], epsilon=1e-4, name="samples"),
            made.GaussianNoise(0.1, seed=4, name="noise"),
            made.Permute((2, 1), name="turned"),
            made.Flatten(name="flat"),
            made.RepeatVector(2, name="repeated"),
            made.Flatten(name="again"),
            made.ELU(0.5, name="elu"),
            made.Dense(3, "softmax", kernel_constraint="unit_norm", trainable=False, name="scores"),
        ],
        name="network",
    )


def compiled(model):
    model.compile(beras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def fitted(model):
    return model.fit(X, Y, batch_size=4, epochs=2, shuffle=False, verbose=0).history


COPIES = {
    "clone_model": clone_model,
    "to_json": lambda model: model_from_json(model.to_json()),
    "get_config": lambda model: beras.Sequential.from_config(model.get_config()),
}


@pytest.mark.parametrize("way", COPIES)
def test_a_copy_is_alike_and_shares_nothing(way):
    model = compiled(network())
    twin = COPIES[way](model)
    assert twin.name == model.name
    assert twin.get_config() == model.get_config()
    assert [type(layer) for layer in twin.layers] == [type(layer) for layer in model.layers]
    assert not {id(layer) for layer in twin.layers} & {id(layer) for layer in model.layers}
    assert not {id(w) for w in twin.weights} & {id(w) for w in model.weights}
    assert twin.built
    assert [w.shape for w in twin.weights] == [w.shape for w in model.weights]
    assert [w.name for w in twin.trainable_weights] == [w.name for w in model.trainable_weights]
    assert isinstance(twin.get_layer("scores").kernel.constraint, constraints.UnitNorm)
    twin.set_weights(model.get_weights())
    np.testing.assert_array_equal(twin(X), model(X))
    if way != "get_config":
        assert twin.get_compile_config() == model.get_compile_config()
        assert twin.optimizer is not model.optimizer
        assert fitted(twin) == fitted(model)
        for w, v in zip(twin.get_weights(), model.get_weights(), strict=True):
            np.testing.assert_array_equal(w, v)


@pytest.mark.torch
def test_configurations_are_those_of_keras():
    """Key by key, where Keras wraps a dtype, and a part into where its class is found."""
    theirs, ours = network(real_keras()).get_config(), network().get_config()
    assert [entry["class_name"] for entry in ours["layers"]] == [entry["class_name"] for entry in theirs["layers"]]
    for mine, other in list(zip(ours["layers"], theirs["layers"], strict=True))[1:]:
        expected = {name: unwrapped(value) for name, value in other["config"].items()}
        left_out = {"quantization_config", "activity_regularizer"} & {n for n, v in expected.items() if v is None}
        assert json.loads(json.dumps(mine["config"])) == {n: v for n, v in expected.items() if n not in left_out}


def unwrapped(value):
    if isinstance(value, dict) and value.get("class_name") == "DTypePolicy":
        return value["config"]["name"]
    if isinstance(value, dict) and "class_name" in value:
        return {"class_name": value["class_name"], "config": value["config"]}
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.torch
def test_a_layer_is_made_of_keras_configuration():
    for layer in network(real_keras()).layers:
        config = {name: unwrapped(value) for name, value in layer.get_config().items()}
        again = getattr(layers, type(layer).__name__).from_config(config)
        mine = json.loads(json.dumps(again.get_config()))
        assert mine == {name: value for name, value in config.items() if name in mine}


@pytest.mark.torch
def test_what_is_cloned_is_what_keras_clones():
    for library in (beras, real_keras()):
        model = network(library)
        model.compile("sgd", "mse")
        twin = library.models.clone_model(model)
        assert twin.name == "network"
        assert [layer.name for layer in twin.layers] == [layer.name for layer in model.layers]
        assert not twin.get_layer("scores").trainable
        assert twin.compiled
        assert twin.built
        seeded = library.models.clone_model(model, clone_function=reseeded)
        assert seeded.get_layer("noise").seed == 7
        with pytest.raises(ValueError, match="call_function"):
            library.models.clone_model(model, call_function=lambda layer, x: layer(x))


def reseeded(layer):
    config = layer.get_config()
    if "seed" in config:
        config["seed"] = 7
    return type(layer).from_config(config)


def test_a_layer_that_stands_twice_is_cloned_once():
    shared = layers.Dense(4)
    twin = clone_model(beras.Sequential([beras.Input((4,)), shared, layers.ReLU(), shared]))
    assert twin.layers[0] is twin.layers[2]
    assert twin.layers[0] is not shared


def test_models_inside():
    inner = beras.Sequential([layers.Dropout(0.5, seed=1), layers.Dense(2)], name="inner")
    model = beras.Sequential([beras.Input((3,)), inner])
    plain = clone_model(model)
    assert plain.layers[0] is not inner
    assert plain.layers[0].layers[0].seed == 1
    assert clone_model(model, clone_function=reseeded, recursive=True).layers[0].layers[0].seed == 7
    assert model_from_json(model.to_json()).layers[0].layers[0].seed == 1


class Line(beras.Model):
    def __init__(self, units=2, **options):
        super().__init__(**options)
        self.dense = layers.Dense(units)

    def call(self, inputs):
        return self.dense(inputs)


def test_a_class_of_ones_own():
    model = Line(3)
    model(X)
    model.compile("sgd", "mse")
    for twin in (clone_model(model), model_from_json(model.to_json())):
        assert type(twin) is Line
        assert [w.shape for w in twin.weights] == [(6, 3), (3,)]
        assert twin.compiled
    with pytest.raises(ValueError, match="made in its constructor"):
        clone_model(model, clone_function=reseeded)


def test_unbuilt_models_stay_so():
    model = beras.Sequential([layers.Dense(2), layers.BatchNormalization()])
    for twin in (clone_model(model), model_from_json(model.to_json())):
        assert not twin.built
        assert not twin.compiled


def test_a_loss_that_is_a_function_is_left_out_with_a_warning():
    def gap(y_true, y_pred):
        return np.mean(np.abs(y_true - y_pred), axis=-1)

    model = network()
    model.compile("sgd", gap)
    with pytest.warns(UserWarning, match="is not compiled: The loss 'gap' is a function"):
        assert not clone_model(model).compiled
    with pytest.warns(UserWarning, match="without the way it was compiled: The loss 'gap' is a function"):
        text = model.to_json()
    assert not model_from_json(text).compiled


def test_options_of_the_text():
    assert model_from_json(network().to_json(indent=2, sort_keys=True)).name == "network"


@pytest.mark.parametrize("text", ["", "{", "[1]", "{}", None, '{"class_name": "Sequential"}'])
def test_what_is_no_model(text):
    with pytest.raises(ValueError, match=r"the text that model.to_json\(\) returns"):
        model_from_json(text)


def test_bad_arguments():
    with pytest.raises(ValueError, match=r"Unknown class 'Sequentiel'.*Did you mean 'Sequential'"):
        model_from_json('{"class_name": "Sequentiel", "config": {}}')
    with pytest.raises(TypeError, match=r"takes a model. Received: Dense"):
        clone_model(layers.Dense(2))
    with pytest.raises(TypeError, match=r"no argument 'recursiv'. Did you mean 'recursive'"):
        clone_model(network(), recursiv=True)
    with pytest.raises(ValueError, match="input_tensors"):
        clone_model(network(), input_tensors=X)
