"""Keras's own files, both ways: what the real Keras writes beras reads, and what beras writes the real Keras reads."""

from __future__ import annotations

import json
import warnings
import zipfile

import numpy as np
import pytest

import beras
from beras import initializers, losses, metrics, optimizers, saving
from tests.keras.differences import agree
from tests.keras_oracle import keras as real_keras

pytestmark = [
    pytest.mark.torch,
    # Keras's own, on its torch backend
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]
h5py = pytest.importorskip("h5py")

FEATURES, IMAGES, NUMBERS = (6,), (6, 6, 4), (5,)

#: For each layer how it is made and on what, by class; more than one where its arguments change what is in the file.
LAYERS = {
    "Activation": [(FEATURES, {"activation": "tanh"}), (FEATURES, {"activation": "leaky_relu"})],
    "AveragePooling2D": [(IMAGES, {"pool_size": 2, "padding": "same"})],
    "BatchNormalization": [(FEATURES, {}), (IMAGES, {"scale": False}), (FEATURES, {"center": False, "momentum": 0.9})],
    "Conv2D": [
        (IMAGES, {"filters": 3, "kernel_size": 3, "activation": "relu"}),
        (IMAGES, {"filters": 4, "kernel_size": (2, 3), "strides": 2, "padding": "same", "groups": 2}),
        (IMAGES, {"filters": 2, "kernel_size": 2, "dilation_rate": 2, "use_bias": False}),
    ],
    "Dense": [
        (FEATURES, {"units": 4, "use_bias": False, "kernel_constraint": "max_norm"}),
        (FEATURES, {"units": 3, "activation": "sigmoid", "kernel_regularizer": "l1", "activity_regularizer": "l2"}),
    ],
    "DepthwiseConv2D": [(IMAGES, {"kernel_size": 3, "depth_multiplier": 2})],
    "Dropout": [(FEATURES, {"rate": 0.25, "seed": 3}), (FEATURES, {"rate": 0.5})],
    "ELU": [(FEATURES, {"alpha": 0.5})],
    "Embedding": [(NUMBERS, {"input_dim": 9, "output_dim": 3})],
    "Flatten": [(IMAGES, {})],
    "GaussianNoise": [(FEATURES, {"stddev": 0.3})],
    "GlobalAveragePooling2D": [(IMAGES, {})],
    "GlobalMaxPooling2D": [(IMAGES, {"keepdims": True})],
    "LayerNormalization": [(FEATURES, {}), (IMAGES, {"center": False})],
    "LeakyReLU": [(FEATURES, {"negative_slope": 0.1})],
    "MaxPooling2D": [(IMAGES, {"pool_size": (2, 3), "strides": 1})],
    "Permute": [(IMAGES, {"dims": (3, 1, 2)})],
    "RandomElasticTransform": [(IMAGES, {"factor": 0.5})],
    "RandomRotation": [(IMAGES, {"factor": 0.1})],
    "RandomTranslation": [(IMAGES, {"height_factor": 0.1, "width_factor": 0.2})],
    "RandomZoom": [(IMAGES, {"height_factor": 0.1})],
    "ReLU": [(FEATURES, {"max_value": 2.0, "negative_slope": 0.1})],
    "RepeatVector": [(FEATURES, {"n": 3})],
    "Rescaling": [(IMAGES, {"scale": 0.5, "offset": -1.0})],
    "Reshape": [(FEATURES, {"target_shape": (2, 3)})],
    "Softmax": [(FEATURES, {})],
    "ZeroPadding2D": [(IMAGES, {"padding": ((1, 2), (0, 1))})],
}
#: What has no row of its own: base classes, and the Input that every model has.
ELSEWHERE = {"Input", "InputLayer", "Layer"}
#: Layers that draw at random in training, which no other library repeats.
DRAWING = ("Dropout", "GaussianNoise", "Random")


def samples(shape, count=24):
    rng = np.random.default_rng(1)
    x = rng.integers(0, 9, (count, *shape)) if shape is NUMBERS else rng.standard_normal((count, *shape))
    return (x if shape is NUMBERS else x / 4).astype("float32"), rng.standard_normal((count, 2)).astype("float32")


def classes(count=24):
    x, _ = samples(FEATURES, count)
    return x, np.random.default_rng(2).integers(0, 3, count)


def quietly(function, *args, **params):
    """Call something of the real Keras, whose torch backend warns."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*args, **params)


def predict(model, x):
    return model.predict(x, verbose=0) if isinstance(model, beras.Model) else quietly(model.predict, x, verbose=0)


def ten_steps(model, x, y):
    """Train ten steps, of which every other has a short batch."""
    return quietly(model.fit, x, y, batch_size=16, epochs=5, shuffle=False, verbose=0).history


def same_models(area, ours, theirs, x, atol=1e-6):
    agree(area, predict(ours, x), predict(theirs, x), rtol=1e-6, atol=atol)
    agree_weights(area, ours, theirs, atol=0)


def agree_weights(area, ours, theirs, atol):
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        agree(area, a, b, rtol=0, atol=atol)


def agree_in_training(area, ours, theirs, x, y):
    """Ten more steps in both give the same history and the same weights."""
    history, expected = ten_steps(ours, x, y), ten_steps(theirs, x, y)
    assert list(history) == list(expected)
    for name in expected:
        agree(area, history[name], expected[name], rtol=1e-5, atol=1e-5, message=name)
    agree_weights(area, ours, theirs, atol=1e-5)


def exchanged(area, tmp_path, theirs, x, y, trains=True):
    """Take a model of Keras's to beras and back, and hold each against the one before it, trained and untrained."""
    theirs.save(tmp_path / "theirs.keras")
    ours = saving.load_model(tmp_path / "theirs.keras")
    same_models(area, ours, theirs, x)
    if trains:
        agree_in_training(area, ours, theirs, x, y)
    ours.save(tmp_path / "ours.keras")
    back = real_keras().saving.load_model(tmp_path / "ours.keras")  # a warning would fail here
    same_models(area, ours, back, x)
    if trains:
        agree_in_training(area, ours, back, x, y)
    again = saving.load_model(tmp_path / "ours.keras")
    if not trains:
        same_models(area, again, back, x)
    return ours


def configuration(path):
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read("config.json"))


def said_less(ours, theirs, where=""):
    """Return where our configuration says something else than Keras's, which may say more."""
    if isinstance(theirs, dict) and theirs.get("class_name") == "DTypePolicy":
        theirs = theirs["config"]["name"]
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return [
            fault
            for name, value in ours.items()
            for fault in (said_less(value, theirs[name], f"{where}.{name}") if name in theirs else [f"{where}.{name}"])
        ]
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        return [fault for i, (a, b) in enumerate(zip(ours, theirs)) for fault in said_less(a, b, f"{where}[{i}]")]
    close = isinstance(ours, float) and isinstance(theirs, float) and abs(ours - theirs) <= 1e-7 * abs(theirs)
    return [] if ours == theirs or close else [f"{where}: {ours!r} for {theirs!r}"]


CASES = [(name, shape, arguments) for name, rows in LAYERS.items() for shape, arguments in rows]


@pytest.mark.parametrize(("name", "shape", "arguments"), CASES, ids=[f"{row[0]}-{i}" for i, row in enumerate(CASES)])
def test_every_layer_goes_over_and_comes_back(tmp_path, name, shape, arguments):
    keras = real_keras()
    x, y = samples(shape)
    parts = [keras.layers.Dense(4), keras.layers.Dropout(0.0)] if shape is FEATURES and name != "Dense" else []
    arguments = {k: v for k, v in arguments.items() if not (parts and k == "n")} or arguments
    theirs = keras.Sequential(
        [
            *(keras.Input(shape), getattr(keras.layers, name)(**arguments)),
            *(keras.layers.Flatten(), *parts, keras.layers.Dense(2)),
        ]
    )
    theirs.compile(keras.optimizers.SGD(0.01, momentum=0.9), "mse", metrics=["mae"])
    quietly(theirs.train_on_batch, x, y)
    exchanged("files, layers", tmp_path, theirs, x, y, trains=not name.startswith(DRAWING))
    faults = said_less(
        configuration(tmp_path / "ours.keras")["config"], configuration(tmp_path / "theirs.keras")["config"]
    )
    assert not faults


def test_every_layer_that_both_have_was_exchanged():
    keras = real_keras()
    both = {name for name in beras.layers.__all__ if name[0].isupper() and hasattr(keras.layers, name)}
    assert both - ELSEWHERE == {*LAYERS, *(name for name, _ in MERGING)}, "give each new layer a row in LAYERS"


#: For each optimizer, settings that change which arrays it keeps.
OPTIMIZERS = {
    "Adadelta": [{}],
    "Adafactor": [{}],
    "Adagrad": [{}],
    "Adam": [{}, {"amsgrad": True}, {"use_ema": True, "weight_decay": 0.01}, {"gradient_accumulation_steps": 2}],
    "AdamW": [{"clipnorm": 1.0}],
    "Adamax": [{}],
    "Ftrl": [{}],
    "Lamb": [{}],
    "Lion": [{}],
    "Muon": [{}],
    "Nadam": [{}],
    "RMSprop": [{}, {"momentum": 0.5}, {"momentum": 0.5, "centered": True}],
    "SGD": [{}, {"momentum": 0.9, "nesterov": True}],
}
RUNS = [(name, settings) for name, rows in OPTIMIZERS.items() for settings in rows]


def classifier(library, optimizer, **compiled):
    layers = library.layers
    model = library.Sequential(
        [library.Input(FEATURES), layers.Dense(5, "tanh"), layers.Dense(4, "tanh"), layers.Dense(3, "softmax")]
    )
    model.compile(optimizer, "sparse_categorical_crossentropy", **(compiled or {"metrics": ["accuracy"]}))
    return model


@pytest.mark.parametrize(("name", "settings"), RUNS, ids=[f"{name}-{'-'.join(s)}" for name, s in RUNS])
def test_every_optimizer_goes_on_where_it_was(tmp_path, name, settings):
    keras = real_keras()
    theirs = classifier(keras, getattr(keras.optimizers, name)(0.01, **settings))
    x, y = classes()
    ten_steps(theirs, x, y)
    ours = exchanged("files, optimizers", tmp_path, theirs, x, y)
    assert ours.optimizer.learning_rate == 0.01  # and not the float32 nearest to it
    compiled = [configuration(tmp_path / f"{whose}.keras")["compile_config"] for whose in ("ours", "theirs")]
    config, expected = (part["optimizer"]["config"] for part in compiled)
    assert config.keys() == expected.keys()
    assert not said_less({**config, "name": None}, {**expected, "name": None})


def test_every_optimizer_was_exchanged():
    assert {cls.__name__ for cls in optimizers.lookup.OPTIMIZERS.values()} == set(OPTIMIZERS)


@pytest.mark.parametrize("schedule", ["ExponentialDecay", "PiecewiseConstantDecay", "CosineDecay"])
def test_a_schedule_goes_on_where_it_was(tmp_path, schedule):
    keras = real_keras()
    given = {"PiecewiseConstantDecay": ([15, 25], [0.1, 0.01, 0.001])}.get(schedule, (0.05, 30, 0.5))
    made = getattr(keras.optimizers.schedules, schedule)(*given)
    theirs = classifier(keras, keras.optimizers.Adam(made))
    x, y = classes()
    ten_steps(theirs, x, y)
    ours = exchanged("files, optimizers", tmp_path, theirs, x, y)
    assert int(ours.optimizer.iterations) == 30


def test_our_own_files_come_back_bit_for_bit_in_training_too(tmp_path):
    x, y = classes()
    for number, (name, settings) in enumerate(RUNS):
        model = classifier(beras, getattr(optimizers, name)(0.01, **settings))
        ten_steps(model, x, y)
        model.save(tmp_path / f"{number}.keras")
        again = saving.load_model(tmp_path / f"{number}.keras")
        ten_steps(model, x, y)
        ten_steps(again, x, y)
        for a, b in zip(model.get_weights(), again.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b, err_msg=name)


LOSSES = [name for name in losses.__all__ if name[0].isupper() and name not in ("Loss", "CategoricalCrossEntropy")]


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_keeps_its_settings(tmp_path, name):
    keras = real_keras()
    settings = {"label_smoothing": 0.1} if name in ("BinaryCrossentropy", "CategoricalCrossentropy") else {}
    labels = 3 if "Categorical" in name else 1
    ending = keras.layers.Dense(labels, "softmax" if labels == 3 else "sigmoid")
    theirs = keras.Sequential([keras.Input(FEATURES), ending])
    theirs.compile("sgd", getattr(keras.losses, name)(name="mine", reduction="sum", **settings))
    x, numbers = classes()
    by_number = "Sparse" in name or "Generalized" in name
    y = numbers if by_number else np.eye(3, dtype="float32")[numbers] if labels == 3 else (numbers > 1) * 1.0
    y = y if y.ndim > 1 or by_number else y[:, None].astype("float32")
    theirs.save(tmp_path / "theirs.keras")
    ours = saving.load_model(tmp_path / "theirs.keras")
    assert (ours.loss.name, ours.loss.reduction) == ("mine", "sum")
    agree("files, losses", ours.evaluate(x, y, verbose=0), quietly(theirs.evaluate, x, y, verbose=0), 1e-5, 1e-5)
    ours.save(tmp_path / "ours.keras")
    back = keras.saving.load_model(tmp_path / "ours.keras")
    agree("files, losses", ours.evaluate(x, y, verbose=0), quietly(back.evaluate, x, y, verbose=0), 1e-5, 1e-5)
    parts = [configuration(tmp_path / f"{whose}.keras")["compile_config"]["loss"] for whose in ("ours", "theirs")]
    # Keras does not write down every argument of its losses: what it forgets, ours says
    assert {fault.rpartition(".")[2] for fault in said_less(*parts)} <= {"axis", "delta"}


#: Arguments of the metrics that need some.
METRICS = {
    "FBetaScore": {"beta": 2.0},
    "IoU": {"num_classes": 2, "target_class_ids": [1]},
    "MeanIoU": {"num_classes": 2},
    "OneHotIoU": {"num_classes": 3, "target_class_ids": [1]},
    "OneHotMeanIoU": {"num_classes": 3},
    "PrecisionAtRecall": {"recall": 0.5},
    "RecallAtPrecision": {"precision": 0.5},
    "SensitivityAtSpecificity": {"specificity": 0.5},
    "SpecificityAtSensitivity": {"sensitivity": 0.5},
}
NO_METRICS = ("Mean", "Sum", "Metric", "MeanMetricWrapper")


@pytest.mark.parametrize("name", [n for n in metrics.__all__ if n[0].isupper() and n not in NO_METRICS])
def test_every_metric_keeps_its_name_and_settings(tmp_path, name):
    keras = real_keras()
    settings = {**METRICS.get(name, {}), "name": "mine"}
    theirs = keras.Sequential([keras.Input(FEATURES), keras.layers.Dense(3, "softmax")])
    theirs.compile("sgd", "mse", metrics=[getattr(keras.metrics, name)(**settings)], weighted_metrics=["mae"])
    theirs.save(tmp_path / "theirs.keras")
    ours = saving.load_model(tmp_path / "theirs.keras")
    config = ours.get_compile_config()
    (metric,) = config["metrics"]
    assert (metric["class_name"], metric["config"]["name"]) == (name, "mine")
    assert config["weighted_metrics"] == ["mae"]
    ours.save(tmp_path / "ours.keras")
    back = keras.saving.load_model(tmp_path / "ours.keras")
    back.save(tmp_path / "back.keras")
    parts = [configuration(tmp_path / f"{whose}.keras")["compile_config"]["metrics"] for whose in ("back", "theirs")]
    assert parts[0] == parts[1]


@pytest.mark.parametrize("name", [n for n in initializers.__all__ if n[0].isupper() and n != "Initializer"])
def test_every_initializer_keeps_its_settings(tmp_path, name):
    keras = real_keras()
    made = getattr(initializers, name)()
    ours = beras.Sequential([beras.Input((4,)), beras.Dense(4, kernel_initializer=made, bias_initializer="ones")])
    ours.save(tmp_path / "ours.keras")
    theirs = keras.saving.load_model(tmp_path / "ours.keras")
    same_models("files, initializers", ours, theirs, samples((4,))[0])
    theirs.save(tmp_path / "theirs.keras")
    again = saving.load_model(tmp_path / "theirs.keras")
    config = again.layers[0].get_config()["kernel_initializer"]["config"]
    for key, value in {**made.get_config(), **dict(zip(("scale", "mode", "distribution"), _settled(made)))}.items():
        assert config.get(key, value) == value


def _settled(made):
    """Return what the course's names stand for, which Keras has as arguments only."""
    return made.settled if type(made).__name__ in ("Xavier", "Kaiming") else ()


# Graphs of layers


def branches(library):
    layers = library.layers
    first, second = library.Input((6, 6, 1), name="picture"), library.Input(FEATURES, name="numbers")
    seen = layers.Flatten(name="flat")(layers.Conv2D(2, 3, activation="relu", name="conv")(first))
    shared = layers.Dense(5, "tanh", name="shared")
    inner = library.Sequential([library.Input(FEATURES), layers.Dense(6, name="inside")], name="inner")
    left, right = shared(second), shared(inner(second))
    both = layers.Concatenate(name="both")([seen, layers.Add(name="sum")([left, right])])
    return library.Model([first, second], layers.Dense(2, name="last")(both), name="branches")


def test_a_graph_of_layers_goes_over_and_comes_back(tmp_path):
    keras = real_keras()
    x = [samples((6, 6, 1))[0], samples(FEATURES)[0]]
    y = samples(FEATURES)[1]
    theirs = branches(keras)
    theirs.compile(keras.optimizers.SGD(0.01, momentum=0.9), "mse", metrics=["mae"])
    ten_steps(theirs, x, y)
    exchanged("files, graphs", tmp_path, theirs, x, y)
    paths = [tmp_path / f"{whose}.weights.h5" for whose in ("ours", "theirs")]
    ours = branches(beras)
    ours.save_weights(paths[0])
    branches(keras).save_weights(paths[1])
    found, expected = map(layout, paths)
    assert {path: shape for path, shape in found.items() if isinstance(shape, tuple)} == {
        path: shape for path, shape in expected.items() if isinstance(shape, tuple)
    }


MERGING = [
    *(("Add", {}), ("Average", {}), ("Concatenate", {"axis": 1}), ("Dot", {"axes": 1, "normalize": True})),
    *(("Maximum", {}), ("Minimum", {}), ("Multiply", {}), ("Subtract", {})),
]


@pytest.mark.parametrize(("name", "arguments"), MERGING, ids=[name for name, _ in MERGING])
def test_every_merging_layer_goes_over_and_comes_back(tmp_path, name, arguments):
    keras = real_keras()
    first, second = keras.Input(FEATURES), keras.Input(FEATURES)
    both = [keras.layers.Dense(4)(first), keras.layers.Dense(4)(second)]
    merged = getattr(keras.layers, name)(**arguments)(both)
    theirs = keras.Model([first, second], keras.layers.Dense(2)(merged))
    theirs.compile(keras.optimizers.SGD(0.01, momentum=0.9), "mse")
    x, y = samples(FEATURES)
    exchanged("files, graphs", tmp_path, theirs, [x, x[::-1].copy()], y)


def test_several_outputs_go_over_and_come_back(tmp_path):
    keras = real_keras()
    x, numbers = classes()
    y = {"kind": numbers, "size": samples(FEATURES)[1]}

    def make(library):
        layers = library.layers
        entry = library.Input(FEATURES, name="entry")
        hidden = layers.Dense(5, "tanh", name="hidden")(entry)
        ends = {"kind": layers.Dense(3, "softmax", name="kind"), "size": layers.Dense(2, name="size")}
        return library.Model(entry, {name: layer(hidden) for name, layer in ends.items()})

    theirs = make(keras)
    theirs.compile(
        keras.optimizers.SGD(0.01),
        {"kind": keras.losses.SparseCategoricalCrossentropy(), "size": "mse"},
        loss_weights={"kind": 1.0, "size": 0.5},
        metrics={"kind": ["accuracy"], "size": [keras.metrics.MeanAbsoluteError(name="mine")]},
    )
    ten_steps(theirs, x, y)
    theirs.save(tmp_path / "theirs.keras")
    ours = saving.load_model(tmp_path / "theirs.keras")
    agree_in_training("files, graphs", ours, theirs, x, y)
    ours.save(tmp_path / "ours.keras")
    back = keras.saving.load_model(tmp_path / "ours.keras")
    agree_in_training("files, graphs", ours, back, x, y)


# Weights alone


def test_weights_go_over_both_ways_with_the_optimizers_state(tmp_path):
    keras = real_keras()
    x, y = classes()
    theirs, ours = classifier(keras, "adam"), classifier(beras, "adam")
    ten_steps(theirs, x, y)
    ten_steps(ours, x, y)
    theirs.save_weights(tmp_path / "theirs.weights.h5")
    ours.load_weights(tmp_path / "theirs.weights.h5")
    same_models("files, weights", ours, theirs, x)
    agree_in_training("files, weights", ours, theirs, x, y)
    ours.save_weights(tmp_path / "ours.weights.h5")
    second = classifier(keras, "adam")
    ten_steps(second, x, y)
    second.load_weights(tmp_path / "ours.weights.h5")
    same_models("files, weights", ours, second, x)
    agree_in_training("files, weights", ours, second, x, y)
    # a whole model's file has the weights too
    ours.save(tmp_path / "ours.keras")
    third = classifier(beras, "sgd")
    third.load_weights(tmp_path / "ours.keras")
    for a, b in zip(third.get_weights(), ours.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def layout(path):
    """Return the arrays of an HDF5 file by path, with their shapes, and the names of the groups."""
    with h5py.File(path) as file:
        found = {}
        file.visititems(
            lambda name, item: found.update({name: item.shape if isinstance(item, h5py.Dataset) else dict(item.attrs)})
        )
    return found


def library_of(model):
    return beras if isinstance(model, beras.Model) else real_keras()


class Branches:
    """A model of the user's own, in either library."""

    @staticmethod
    def of(library):
        layers = library.layers

        class Net(library.Model):
            def __init__(self):
                super().__init__(name="net")
                self.zeta = layers.Dense(6, name="zeta")
                self.alpha = layers.Dense(5, name="alpha")
                self.many = [layers.Dense(4, name="one"), library.Sequential([layers.Dense(3, name="two")], name="in")]
                self._hidden = layers.Dense(2, name="hidden")

            def call(self, inputs):
                return self._hidden(self.many[1](self.many[0](self.alpha(self.zeta(inputs)))))

        return Net


def test_the_layout_is_that_of_keras_for_nested_and_for_users_models(tmp_path):
    keras = real_keras()
    x, _ = classes()

    def nested(library):
        layers = library.layers
        inner = library.Sequential(
            [library.Input(FEATURES), layers.Dense(4, name="a"), layers.ReLU(name="r"), layers.Dense(3, name="b")],
            name="inner",
        )
        parts = [library.Input(FEATURES), inner, layers.LeakyReLU(name="leaky"), layers.Dense(2, name="c")]
        return library.Sequential(parts, name="outer")

    for number, make in enumerate((nested, lambda library: Branches.of(library)())):
        ours, theirs = make(beras), make(keras)
        for model in (ours, theirs):
            quietly(model, x)
            model.compile(library_of(model).optimizers.SGD(name="sgd"), "mse")
        ours.optimizer.build(ours.trainable_weights)
        theirs.optimizer.build(theirs.trainable_variables)
        theirs.save_weights(tmp_path / f"theirs{number}.weights.h5")
        ours.save_weights(tmp_path / f"ours{number}.weights.h5")
        assert layout(tmp_path / f"ours{number}.weights.h5") == layout(tmp_path / f"theirs{number}.weights.h5")
        ours.load_weights(tmp_path / f"theirs{number}.weights.h5")
        same_models("files, weights", ours, theirs, x)


def test_a_users_model_goes_over_whole(tmp_path):
    keras = real_keras()
    x, y = classes()[0], samples(FEATURES)[1]
    theirs = Branches.of(keras)()
    theirs.compile("adam", "mse")
    ten_steps(theirs, x, y)
    theirs.save(tmp_path / "theirs.keras")
    ours = saving.load_model(tmp_path / "theirs.keras", custom_objects={"Net": _without_arguments(beras)})
    same_models("files, users' models", ours, theirs, x)
    agree_in_training("files, users' models", ours, theirs, x, y)
    ours.save(tmp_path / "ours.keras")
    back = keras.saving.load_model(tmp_path / "ours.keras", custom_objects={"Net": _without_arguments(keras)})
    same_models("files, users' models", ours, back, x)


def _without_arguments(library):
    class Net(Branches.of(library)):
        @classmethod
        def from_config(cls, config, custom_objects=None):
            return cls()

        def get_config(self):
            return {}

    return Net


def test_an_older_keras_called_the_layers_otherwise(tmp_path):
    model = classifier(beras, "sgd")
    model.save_weights(tmp_path / "new.weights.h5")
    with h5py.File(tmp_path / "new.weights.h5") as new, h5py.File(tmp_path / "old.weights.h5", "w") as old:
        new.copy("layers", old, "_layer_checkpoint_dependencies")
        old["layers_seed/seed_generator/vars/0"] = np.zeros(2, "uint32")
        old["metrics/mean/vars/0"] = np.float32(1)
    second = classifier(beras, "sgd")
    second.load_weights(tmp_path / "old.weights.h5")
    for a, b in zip(model.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    theirs = classifier(real_keras(), "sgd")
    quietly(theirs.load_weights, tmp_path / "old.weights.h5")
    agree_weights("files, weights", second, theirs, atol=0)


def test_layers_that_keras_lacks_become_activations(tmp_path):
    layers = beras.layers
    ours = beras.Sequential([layers.Dense(3, input_shape=(6,)), layers.Tanh(), layers.Dense(2), layers.Sigmoid()])
    ours.save(tmp_path / "ours.keras")
    theirs = real_keras().saving.load_model(tmp_path / "ours.keras")
    same_models("files, layers", ours, theirs, samples(FEATURES)[0])
    assert [layer.name for layer in theirs.layers] == [layer.name for layer in ours.layers]


def test_checkpoints_in_keras_files(tmp_path):
    keras = real_keras()
    x, y = classes()
    ours = classifier(beras, "adam")
    whole = beras.callbacks.ModelCheckpoint(tmp_path / "{epoch}.keras")
    weights = beras.callbacks.ModelCheckpoint(tmp_path / "{epoch}.weights.h5", save_weights_only=True)
    ours.fit(x, y, batch_size=16, epochs=2, verbose=0, callbacks=[whole, weights])
    names = ["1.keras", "1.weights.h5", "2.keras", "2.weights.h5"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    theirs = keras.saving.load_model(tmp_path / "2.keras")
    same_models("files, weights", ours, theirs, x)
    quietly(theirs.load_weights, tmp_path / "1.weights.h5")
    ours.load_weights(tmp_path / "1.weights.h5")
    same_models("files, weights", ours, theirs, x)
    quietly(theirs.fit, x, y, verbose=0, callbacks=[keras.callbacks.ModelCheckpoint(tmp_path / "theirs.keras")])
    same_models("files, weights", saving.load_model(tmp_path / "theirs.keras"), theirs, x)


def test_a_model_that_was_never_trained_or_compiled(tmp_path):
    keras = real_keras()
    x, y = classes()
    for library, other in ((beras, keras), (keras, beras)):
        compiled = classifier(library, "adam")
        plain = library.Sequential([library.Input(FEATURES), library.layers.Dense(2)])
        compiled.save(tmp_path / "compiled.keras")
        plain.save(tmp_path / "plain.keras")
        found = other.saving.load_model(tmp_path / "compiled.keras")
        pair = (found, compiled) if library is keras else (compiled, found)
        same_models("files, weights", *pair, x)
        agree_in_training("files, weights", *pair, x, y)
        assert not other.saving.load_model(tmp_path / "plain.keras").compiled
        assert not other.saving.load_model(tmp_path / "compiled.keras", compile=False).compiled


def test_frozen_layers_stay_frozen(tmp_path):
    keras = real_keras()
    x, y = classes()
    layers = keras.layers
    frozen = [layers.Dense(5, "tanh", trainable=False), layers.BatchNormalization(trainable=False)]
    inner = keras.Sequential([keras.Input((5,)), layers.Dense(4, "tanh")])
    inner.trainable = False
    # by its constructor a model inside another one freezes nothing in Keras
    other = keras.Sequential([keras.Input((4,)), layers.Dense(4, "tanh")], trainable=False)
    theirs = keras.Sequential([keras.Input(FEATURES), *frozen, inner, other, layers.Dense(3, "softmax")])
    theirs.compile("adam", "sparse_categorical_crossentropy")
    ten_steps(theirs, x, y)
    ours = exchanged("files, layers", tmp_path, theirs, x, y)
    assert len(ours.trainable_weights) == len(theirs.trainable_variables) == 4
    theirs.trainable = False
    theirs.save(tmp_path / "theirs.keras")
    with pytest.warns(UserWarning, match="The optimizer's state .* is left out"):  # as in Keras
        ours = saving.load_model(tmp_path / "theirs.keras")
    assert ours.trainable_weights == theirs.trainable_variables == []


def test_float64(tmp_path):
    keras = real_keras()
    x, y = samples(FEATURES)
    theirs = keras.Sequential(
        [
            keras.Input(FEATURES, dtype="float64"),
            keras.layers.Dense(4, "tanh", dtype="float64"),
            keras.layers.Dense(2, dtype="float64"),
        ]
    )
    theirs.compile(keras.optimizers.SGD(0.01), "mse")
    ten_steps(theirs, x, y)
    theirs.save(tmp_path / "theirs.keras")
    ours = saving.load_model(tmp_path / "theirs.keras")
    assert {weight.dtype.name for weight in ours.weights} == {"float64"}
    same_models("files, layers", ours, theirs, x)
    ours.save(tmp_path / "ours.keras")
    same_models("files, layers", ours, keras.saving.load_model(tmp_path / "ours.keras"), x)


def test_a_policy_that_beras_lacks_is_one_error(tmp_path):
    keras = real_keras()
    keras.Sequential([keras.Input(FEATURES), keras.layers.Dense(2, dtype="mixed_float16")]).save(tmp_path / "m.keras")
    with pytest.raises(ValueError, match=r"The model in .* cannot be made: A layer computes in one of float"):
        saving.load_model(tmp_path / "m.keras")


def test_a_model_without_a_shape_yet(tmp_path):
    keras = real_keras()
    for library, other in ((beras, keras), (keras, beras)):
        model = library.Sequential([library.layers.Dense(2), library.layers.Dense(3)])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Keras warns of it
            model.save(tmp_path / "m.keras")
        found = other.saving.load_model(tmp_path / "m.keras")
        assert [layer.units for layer in found.layers] == [2, 3]
