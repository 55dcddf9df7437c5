"""Graphs of layers under Keras and under beras: layers, configuration, summary, ten training steps, predictions."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

import beras
from tests.keras_oracle import call
from tests.keras_oracle import keras as real_keras

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")]

RNG = np.random.default_rng(11)
A = RNG.normal(size=(40, 4)).astype("float32")
B = RNG.normal(size=(40, 3)).astype("float32")
PICTURES = RNG.normal(size=(40, 4, 4, 1)).astype("float32")
WORDS = RNG.integers(0, 7, (40, 3))
CLASSES = RNG.integers(0, 3, 40)
STEADY = {"shuffle": False, "verbose": 0, "batch_size": 16}


def residual(k):
    x = k.Input((4,), name="x")
    h = k.layers.Dense(4, activation="relu", name="one")(x)
    h = k.layers.Add(name="sum")([x, k.layers.Dense(4, name="two")(h)])
    return k.Model(x, k.layers.Dense(3, activation="softmax", name="out")(h), name="residual"), A


def branches(k):
    a, b = k.Input((4,), name="a"), k.Input((3,), name="b")
    left = k.layers.Dense(5, activation="tanh", name="left")(a)
    right = k.layers.Dense(5, activation="tanh", name="right")(b)
    merged = [k.layers.Multiply(name="times")([left, right]), k.layers.Subtract(name="minus")([right, left])]
    h = k.layers.Concatenate(name="joined")([*merged, a])
    return k.Model([a, b], k.layers.Dense(3, activation="softmax", name="out")(h), name="branches"), [A, B]


def by_name(k):
    model, _ = branches(k)
    return model, {"b": B, "a": A}


def dict_of_inputs(k):
    b, a = k.Input((3,), name="b"), k.Input((4,), name="a")
    h = k.layers.Concatenate(name="joined")([b, k.layers.Dense(2, name="d")(a)])
    return k.Model({"b": b, "a": a}, k.layers.Dense(3, activation="softmax", name="out")(h), name="dict"), {
        "a": A,
        "b": B,
    }


def shared(k):
    x = k.Input((4,), name="x")
    twice = k.layers.Dense(4, activation="tanh", activity_regularizer="l2", kernel_regularizer="l1", name="twice")
    other = k.layers.Dense(4, name="other")
    h = twice(other(twice(x)))
    return k.Model(x, k.layers.Dense(3, activation="softmax", name="out")(h), name="shared"), A


def nested(k):
    i = k.Input((4,), name="inner_in")
    inner = k.Model(i, k.layers.Add(name="inner_sum")([i, k.layers.Dense(4, "tanh", name="inner_d")(i)]), name="inner")
    chain = k.Sequential([k.Input((4,)), k.layers.Dense(5, "relu", name="c1"), inner_of_five(k)], name="chain")
    x = k.Input((4,), name="x")
    h = chain(inner(inner(x)))
    return k.Model(x, k.layers.Dense(3, activation="softmax", name="out")(h), name="outer"), A


def inner_of_five(k):
    five = k.Input((5,), name="five")
    return k.Model(five, k.layers.Dense(4, name="of_five")(five), name="inside_chain")


def ends_in_a_model(k):
    head = k.Sequential([k.Input((4,)), k.layers.Dense(3, activation="softmax", name="head_d")], name="head")
    x = k.Input((4,), name="x")
    return k.Model(x, head(k.layers.BatchNormalization(name="bn")(x)), name="ends"), A


def convolutions(k):
    x = k.Input((4, 4, 1), name="x")
    h = k.layers.Conv2D(3, 3, padding="same", activation="relu", name="conv")(x)
    h = k.layers.BatchNormalization(name="bn")(h)
    h = k.layers.Add(name="sum")([h, k.layers.Conv2D(3, 1, name="skip")(x)])
    h = k.layers.Dropout(0.0, name="drop")(k.layers.MaxPooling2D(name="pool")(h))
    return k.Model(
        x, k.layers.Dense(3, activation="softmax", name="out")(k.layers.Flatten(name="flat")(h)), name="conv"
    ), PICTURES


def words(k):
    x = k.Input((3,), dtype="int32", name="x")
    h = k.layers.Flatten(name="flat")(k.layers.Embedding(7, 2, name="embedded")(x))
    return k.Model(x, k.layers.Dense(3, activation="softmax", name="out")(h), name="words"), WORDS


def arithmetic(k):
    x = k.Input((4,), name="x")
    a, b = k.layers.Dense(4, name="one")(x), k.layers.Dense(4, name="two")(x)
    h = (a + b) * a - b / 2.0 + 1.0
    h = -(3.0 - h * 0.5)
    return k.Model(x, k.layers.Dense(3, activation="softmax", name="out")(h), name="arithmetic"), A


def frozen_base(k):
    x = k.Input((4,), name="x")
    h = k.layers.BatchNormalization(name="bn")(k.layers.Dense(4, "tanh", name="d")(x))
    base = k.Model(x, h, name="base")
    base.trainable = False
    i = k.Input((4,), name="i")
    return k.Model(i, k.layers.Dense(3, activation="softmax", name="out")(base(i)), name="transfer"), A


#: Keras's operators are no layers, so in `arithmetic` the lists of layers differ.
GRAPHS = {
    make.__name__: make
    for make in (
        *(residual, branches, by_name, dict_of_inputs, shared, nested, ends_in_a_model, convolutions, words),
        *(frozen_base, arithmetic),
    )
}
SAME_LAYERS = sorted(GRAPHS.keys() - {"arithmetic"})


def pair(make):
    """Return the model under Keras and under beras, with the same weights, and its inputs."""
    theirs, x = make(real_keras())
    ours, _ = make(beras)
    rng = np.random.default_rng(2)
    weights = [rng.uniform(0.1, 0.6, w.shape).astype("float32") for w in theirs.get_weights()]
    theirs.set_weights(weights)
    ours.set_weights(weights)
    return theirs, ours, x


@pytest.mark.parametrize("make", GRAPHS.values(), ids=GRAPHS)
def test_ten_steps(make):
    theirs, ours, x = pair(make)
    for k, model in ((real_keras(), theirs), (beras, ours)):
        model.compile(k.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    assert np.abs(theirs.predict(x, verbose=0) - ours.predict(x)).max() < 2e-6
    expected = theirs.fit(x, CLASSES, epochs=5, validation_split=0.2, **STEADY).history
    history = ours.fit(x, CLASSES, epochs=5, validation_split=0.2, **STEADY).history
    assert ours.way_of_steps == "replayed"
    assert list(history) == list(expected)
    for name, values in expected.items():
        assert np.allclose(history[name], values, rtol=2e-5, atol=2e-5), name
    for mine, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        assert np.abs(mine - other).max() < 5e-5
    assert np.allclose(ours.evaluate(x, CLASSES, verbose=0), theirs.evaluate(x, CLASSES, verbose=0), atol=2e-5)


@pytest.mark.parametrize("make", GRAPHS.values(), ids=GRAPHS)
def test_a_replay_gives_the_same_bits(make):
    found = []
    weights = make(beras)[0].get_weights()
    for eager in (False, True):
        model, x = make(beras)
        model.set_weights(weights)
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"], run_eagerly=eager)
        history = model.fit(x, CLASSES, epochs=3, validation_data=(x, CLASSES), **STEADY | {"batch_size": 18})
        assert (model.way_of_steps == "replayed") is not eager
        found.append((history.history, *map(np.ndarray.tobytes, (*model.get_weights(), model.predict(x)))))
    assert found[0] == found[1]


@pytest.mark.parametrize("name", SAME_LAYERS)
def test_layers_weights_and_shapes(name):
    theirs, ours, _ = pair(GRAPHS[name])
    assert [layer.name for layer in ours.layers] == [layer.name for layer in theirs.layers]
    assert [w.shape for w in ours.get_weights()] == [w.shape for w in theirs.get_weights()]
    for seen in ("input_shape", "output_shape"):
        assert getattr(ours, seen) == getattr(theirs, seen)
    assert [n.shape for n in ours.inputs + ours.outputs] == [t.shape for t in theirs.inputs + theirs.outputs]


@pytest.mark.parametrize("name", SAME_LAYERS)
def test_configuration(name):
    theirs, ours, x = pair(GRAPHS[name])
    expected, found = (json.loads(json.dumps(model.get_config())) for model in (theirs, ours))
    assert set(found) == set(expected)
    for key in ("name", "trainable", "input_layers", "output_layers"):
        assert found[key] == expected[key]
    for layer, other in zip(found["layers"], expected["layers"], strict=True):
        assert (layer["class_name"], layer["name"]) == (other["class_name"], other["name"])
        for node in other["inbound_nodes"]:  # Keras writes defaults of `call` down too
            node["kwargs"] = {}
        assert layer["inbound_nodes"] == other["inbound_nodes"]
    again = type(ours).from_config(ours.get_config())
    again.set_weights(ours.get_weights())
    assert np.array_equal(again.predict(x), ours.predict(x))
    assert again.get_config() == ours.get_config()


def test_dropout_in_a_file_of_keras_still_drops(tmp_path):
    """Keras writes ``training: false`` beside every call of a Dropout, though nobody said so."""
    k = real_keras()
    x = k.Input((4,), name="x")
    k.Model(x, k.layers.Dropout(0.5, name="drop")(x), name="m").save(tmp_path / "m.keras")
    ours = beras.load_model(tmp_path / "m.keras")
    assert (ours(A, training=True) == 0).any()
    assert np.array_equal(ours(A), A)


@pytest.mark.parametrize("name", SAME_LAYERS)
def test_files_in_both_directions(name, tmp_path):
    theirs, ours, x = pair(GRAPHS[name])
    theirs.save(tmp_path / "theirs.keras")
    assert np.array_equal(beras.load_model(tmp_path / "theirs.keras").predict(x), ours.predict(x))
    ours.save(tmp_path / "ours.keras")
    loaded = real_keras().saving.load_model(tmp_path / "ours.keras")
    assert np.array_equal(loaded.predict(x, verbose=0), theirs.predict(x, verbose=0))
    ours.save(tmp_path / "ours.safetensors")
    assert np.array_equal(beras.load_model(tmp_path / "ours.safetensors").predict(x), ours.predict(x))


@pytest.mark.parametrize("name", SAME_LAYERS)
def test_summary(name, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    theirs, ours, _ = pair(GRAPHS[name])
    expected, found = (rows(model) for model in (theirs, ours))
    assert found == expected


def rows(model):
    """Return the cells of each row of `summary`, those of the header too."""
    lines: list[str] = []
    model.summary(line_length=160, print_fn=lines.append)
    text = [re.split("[┃│]", line)[1:-1] for line in "\n".join(lines).splitlines() if line[:1] in "┃│"]
    return [tuple(cell.strip() for cell in cells) for cells in text]


def test_a_model_of_inner_outputs():
    theirs, ours, x = pair(branches)
    for ends in (["left"], ["left", "joined"]):
        made = []
        for k, model in ((real_keras(), theirs), (beras, ours)):
            outputs = [model.get_layer(name).output for name in ends]
            part = k.Model(model.inputs, outputs if len(outputs) > 1 else outputs[0])
            made.append(part.predict(x, verbose=0))
        expected, found = made
        for mine, other in zip(found, expected, strict=True):
            assert np.allclose(mine, other, atol=1e-6)


def test_the_second_half_of_a_model():
    theirs, ours, _ = pair(branches)
    inner = RNG.normal(size=(6, 14)).astype("float32")
    made = []
    for k, model in ((real_keras(), theirs), (beras, ours)):
        made.append(k.Model(model.get_layer("joined").output, model.output).predict(inner, verbose=0))
    assert np.allclose(*made, atol=1e-6)
    assert [layer.name for layer in ours.layers][-1] == "out"


def test_features_of_a_sequential():
    made = []
    for k in (real_keras(), beras):
        model = k.Sequential([k.Input((4,)), k.layers.Dense(3, "relu", name="a"), k.layers.Dense(2, name="b")])
        model.set_weights([np.full(w.shape, 0.3, "float32") for w in model.get_weights()])
        made.append(k.Model(model.inputs, [layer.output for layer in model.layers]).predict(A, verbose=0))
    for mine, other in zip(*made, strict=True):
        assert np.allclose(mine, other, atol=1e-6)


def test_a_sequential_around_a_graph():
    made = []
    for k in (real_keras(), beras):
        graph, _ = residual(k)
        model = k.Sequential([graph, k.layers.Dense(2, name="last")])
        model.set_weights([np.full(w.shape, 0.1, "float32") for w in model.get_weights()])
        assert model.built
        made.append(call(model, A) if k is not beras else model(A))
    assert np.allclose(*made, atol=1e-6)


def test_a_column_more_or_less():
    made = []
    for k in (real_keras(), beras):
        x = k.Input((1,))
        model = k.Model(x, k.layers.Dense(2, kernel_initializer="ones")(x))
        made.append(model.predict(np.arange(5, dtype="float32"), verbose=0))
    assert np.array_equal(*made)


@pytest.mark.parametrize("weights", [None, np.linspace(0.5, 1.5, 40).astype("float32")], ids=["plain", "weighted"])
@pytest.mark.parametrize("form", ["list", "dict"])
def test_several_outputs(form, weights):
    """Losses by list and dict, weights of losses, metrics; logs key by key and results."""
    names = ["kind", "size"] if form == "list" else ["k", "s"]
    y = [CLASSES, B[:, :2]]
    settings = [
        {
            "loss": ["sparse_categorical_crossentropy", "mse"],
            "loss_weights": [1.0, 0.5],
            "metrics": [["accuracy"], "mae"],
        },
        {"loss": dict(zip(names, ["sparse_categorical_crossentropy", "mse"], strict=True))},
        {
            "loss": dict(zip(names, ["sparse_categorical_crossentropy", "mse"], strict=True)),
            "loss_weights": dict(zip(names, [2.0, 0.3], strict=True)),
            "metrics": {names[1]: ["mae", "mse"]},
            "weighted_metrics": {names[0]: ["accuracy"]},
        },
    ]
    for setting in settings[form == "dict" :]:
        found = []
        for k in (real_keras(), beras):
            a, b = k.Input((4,), name="a"), k.Input((3,), name="b")
            h = k.layers.Concatenate(name="joined")([k.layers.Dense(5, activation="relu", name="d")(a), b])
            kind = k.layers.Dense(3, activation="softmax", name="kind")(h)
            size = k.layers.Dense(2, kernel_regularizer="l2", name="size")(h)
            model = k.Model([a, b], [kind, size] if form == "list" else {"s": size, "k": kind})
            rng = np.random.default_rng(1)
            model.set_weights([rng.normal(size=w.shape).astype("float32") for w in model.get_weights()])
            model.compile(k.optimizers.SGD(0.1), **setting)
            truth = y if form == "list" else dict(zip(names, y, strict=True))
            history = model.fit([A, B], truth, epochs=3, validation_split=0.2, sample_weight=weights, **STEADY)
            results = model.evaluate([A, B], truth, verbose=0)
            named = model.evaluate([A, B], truth, verbose=0, return_dict=True)
            step = model.train_on_batch([A, B], truth)
            outputs = model.predict([A, B], verbose=0)
            outputs = [outputs[name] for name in names] if form == "dict" else outputs
            found.append((history.history, named, results, step, *outputs, *model.get_weights()))
        expected, mine = found
        assert list(mine[0]) == list(expected[0])
        assert list(mine[1]) == list(expected[1])
        for name, values in expected[0].items():
            assert np.allclose(mine[0][name], values, atol=1e-5), name
        for one, other in zip(mine[2:], expected[2:], strict=True):
            assert np.allclose(one, other, atol=1e-5)
