"""Graphs of layers: what they refuse, copies of them, layers of the user's own, and models that are not trained."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import beras
from beras import layers

X = np.random.default_rng(3).normal(size=(12, 4)).astype("float32")
Z = np.random.default_rng(4).normal(size=(12, 3)).astype("float32")
Y = np.random.default_rng(5).normal(size=(12, 2)).astype("float32")


def node(n=4, name="a"):
    return beras.Input((n,), name=name)


def two_inputs():
    a, b = node(), node(3, "b")
    model = beras.Model([a, b], layers.Dense(2, name="out")(layers.Concatenate(name="both")([a, b])), name="two")
    model.compile("sgd", "mse")
    return model


def shared_with_another_shape():
    dense = layers.Dense(3, name="three")
    dense(node())
    return dense(node(3))


def without_an_input():
    a, b = node(), node(3, "b")
    return beras.Model(a, layers.Concatenate(name="both")([a, b]))


def two_of_one_name():
    a = node()
    return beras.Model(a, layers.Dense(2, name="d")(layers.Dense(2, name="d")(a)))


def several_outputs(**settings):
    a = node()
    model = beras.Model(a, [layers.Dense(2, name="p")(a), layers.Dense(1, name="q")(a)])
    model.compile("sgd", **settings)
    return model


ROWS = [
    (lambda: np.mean(node()), TypeError, r"np.mean was given a Node.*class Mine\(beras.Layer\)"),
    (lambda: np.exp(node()), TypeError, "np.exp was given a Node.*no value yet"),
    (lambda: np.asarray(node()), TypeError, "np.asarray"),
    (lambda: node() ** 2, TypeError, r"An operator other than \+"),
    (lambda: node() > 0, TypeError, "An operator other than"),
    (lambda: node() + np.ones(2), TypeError, "together with ndarray"),
    (lambda: np.ones(2) + node(), TypeError, "np.add was given a Node"),
    (lambda: bool(node()), TypeError, "if was given a Node"),
    (lambda: node()[:, 0], TypeError, "An index was given a Node"),
    (lambda: list(node()), TypeError, "A loop was given a Node"),
    (
        lambda: layers.Add(name="sum")([node(), X]),
        TypeError,
        "'sum' is called on nodes.*Received beside nodes: ndarray",
    ),
    (lambda: layers.Add(name="sum")([node(), node(3)]), ValueError, r"'sum'.*Received: \(None, 4\), \(None, 3\)"),
    (shared_with_another_shape, ValueError, r"'three' was built for inputs of shape \(batch, 4\). Received: \(1, 3\)"),
    (without_an_input, ValueError, "need the input 'b', through layer 'both'"),
    (lambda: beras.Model([], node()), ValueError, r"needs nodes. Received: inputs=\[\]"),
    (two_of_one_name, ValueError, "Two layers are named 'd'"),
    (lambda: two_inputs()(node()), ValueError, "takes 2 inputs, 'a', 'b'"),
    (
        lambda: two_inputs()([node(5), node(3)]),
        ValueError,
        r"Input 'a' of 'two' takes.*\(None, 4\). Received: \(1, 5\)",
    ),
    (lambda: two_inputs().predict(X), ValueError, r"takes 2 inputs, 'a', 'b'.*Received: an array of shape \(12, 4\)"),
    (lambda: two_inputs().predict([X]), ValueError, "takes 2 inputs.*Received: a list of 1"),
    (lambda: two_inputs().predict([Z, X]), ValueError, r"Input 'a'.*\(None, 4\). Received: \(12, 3\)"),
    (lambda: two_inputs().predict({"a": X, "c": Z}), ValueError, "inputs named 'a', 'b'. Received: 'a', 'c'"),
    (lambda: two_inputs().fit([X, Z[:5]], Y), ValueError, r"with as many samples each. Received: x\[0\] 12, x\[1\] 5"),
    (lambda: two_inputs().fit([X, Z * np.nan], Y), ValueError, r"x\[1\] holds 36 values that are not finite"),
    (lambda: two_inputs().fit([X, Z], Y[:5]), ValueError, "as many samples. Received: 12 and 5"),
    (lambda: two_inputs().fit([X, Z], Y, validation_data=([X, X], Y)), ValueError, r"x and the x of validation_data"),
    (lambda: several_outputs(loss=["mse"]), ValueError, "a list with an entry for each.*'p', 'q'. Received"),
    (lambda: several_outputs(loss={"p": "mse", "qq": "mse"}), ValueError, "Unknown output 'qq'. Did you mean 'q'"),
    (lambda: several_outputs(loss=[None, None]), ValueError, "a loss for one of its outputs at least"),
    (lambda: several_outputs(loss="mse", metrics=["mae"]), ValueError, "metrics of a model with several outputs"),
    (
        lambda: several_outputs(loss="mse").fit(X, Y),
        ValueError,
        r"y is a list of 2 arrays.*Received: an array of shape",
    ),
    (lambda: several_outputs(loss="mse").fit(X, {"p": Y}), ValueError, "by their names, 'p', 'q'. Received: a dict"),
    (lambda: several_outputs(loss="mse").fit(X, [Y, Y[:, :1]], class_weight={0: 1.0}), ValueError, "one output"),
    (lambda: layers.Dense(3).output, AttributeError, "has no output: it has not been called on an Input"),
    (lambda: beras.Sequential([layers.Dense(3)]).inputs, AttributeError, "it is not built"),
]


@pytest.mark.parametrize(("call", "error", "message"), ROWS, ids=range(len(ROWS)))
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


class Split(beras.Layer):
    """Two outputs, a weight, and an argument that is no array."""

    replayable = True

    def build(self, input_shape):
        self.kernel = self.add_weight((input_shape[-1], 2), name="kernel")

    def call(self, inputs, scale=1.0):
        return np.matmul(inputs, self.kernel) * scale, inputs


class Weighed(beras.Layer):
    """A second input by position and a third by name, and a dict of outputs."""

    replayable = True

    def __init__(self, **options):
        super().__init__(**options)
        self.dense = layers.Dense(3)

    def call(self, inputs, other, training=False, weight=None):
        factor = other if weight is None else weight
        return {"result": self.dense(inputs) * factor, "was_training": inputs * 0 + float(training)}


def users_layers():
    a, b = node(), node(3, "b")
    one, same = Split()(a, scale=3.0)
    found = Weighed()(same, b, weight=b)
    total = layers.Dense(2)(layers.Concatenate()([one, found["result"]]))
    return beras.Model({"a": a, "b": b}, {"total": total, "training": found["was_training"]})


def test_layers_of_the_users_own():
    model = users_layers()
    inputs = {"a": X, "b": Z}
    found = model.predict(inputs)
    assert {name: value.shape for name, value in found.items()} == {"total": (12, 2), "training": (12, 4)}
    assert not found["training"].any()
    assert model(inputs, training=True)["training"].all()
    split, weighed, last = (model.layers[i] for i in (1, 3, 5))
    kernel, dense = bare(split.kernel), weighed.dense
    expected = np.concatenate([X @ kernel * 3, (X @ bare(dense.kernel) + bare(dense.bias)) * Z], axis=1)
    assert np.allclose(found["total"], expected @ bare(last.kernel) + bare(last.bias), atol=1e-5)
    again = type(model).from_config(model.get_config())
    again.set_weights(model.get_weights())
    assert np.array_equal(again.predict(inputs)["total"], found["total"])


def bare(variable):
    return variable.numpy()


def test_what_a_layer_is_told_about_training_by_its_call_stays():
    a = node()
    norm, still = layers.BatchNormalization(), layers.BatchNormalization()
    model = beras.Model(a, [norm(a), still(a, training=False)])
    model.compile("sgd", "mse")
    model.fit(X + 5, [X, X], verbose=0)
    assert norm.moving_mean.numpy().all()
    assert not still.moving_mean.numpy().any()
    assert not type(model).from_config(model.get_config()).placements[-1].params["training"]


def test_dropout_that_stays_on():
    a = node()
    model = beras.Model(a, layers.Dropout(0.5)(a, training=True))
    assert (model.predict(X) == 0).any()
    off = beras.Model(a, layers.Dropout(0.5)(a))
    assert np.array_equal(off.predict(X), X)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_copies(copied):
    a, b = node(), node(3, "b")
    h = a
    for _ in range(300):
        h = layers.Rescaling(1.0)(h)
    model = beras.Model([a, b], layers.Dense(2, name="d")(layers.Concatenate()([h, b])))
    model.compile("sgd", "mse")
    clone = copied(model)
    assert np.array_equal(clone.predict([X, Z]), model.predict([X, Z]))
    clone.fit([X, Z], Y, verbose=0)
    assert not np.array_equal(clone.predict([X, Z]), model.predict([X, Z]))
    part = beras.Model(clone.inputs, clone.get_layer("d").output)
    assert np.array_equal(part.predict([X, Z]), clone.predict([X, Z]))


def test_a_copied_layer_is_in_no_graph():
    dense = layers.Dense(2)
    dense(node())
    with pytest.raises(AttributeError, match="has not been called"):
        copy.deepcopy(dense).output  # noqa: B018


def test_an_attribute_named_output_is_the_users():
    class Ends(beras.Model):
        def __init__(self):
            super().__init__()
            self.input, self.output = layers.Dense(3), layers.Dense(2)

        def call(self, inputs):
            return self.output(self.input(inputs))

    model = Ends()
    assert model.predict(X).shape == (12, 2)
    assert isinstance(model.output, layers.Dense)


def test_a_class_that_makes_its_graph_in_the_constructor():
    class Made(beras.Model):
        def __init__(self, units, **options):
            a = beras.Input((4,))
            super().__init__(inputs=a, outputs=layers.Dense(units)(a), **options)

        def twice(self, x):
            return 2 * self.predict(x)

    model = Made(2, name="made")
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    assert np.array_equal(model.twice(X), 2 * model.predict(X))
    assert [type(layer).__name__ for layer in model.layers] == ["InputLayer", "Dense"]
    assert Made.from_config(model.get_config()).name == "made"


def test_a_model_with_several_inputs_without_a_graph():
    class Sum(beras.Model):
        replayable = True

        def __init__(self):
            super().__init__()
            self.first, self.second = layers.Dense(2), layers.Dense(2)

        def call(self, inputs):
            left, right = inputs.values() if isinstance(inputs, dict) else inputs
            return self.first(left) + self.second(right)

    for inputs in ([X, Z], (X, Z), {"a": X, "b": Z}):
        found = []
        for eager in (False, True):
            beras.set_random_seed(1)
            model = Sum()
            model.compile("adam", "mse", run_eagerly=eager)
            history = model.fit(inputs, Y, epochs=3, batch_size=5, validation_split=0.25, verbose=0)
            assert (model.way_of_steps == "replayed") is not eager
            found.append((history.history, model.predict(inputs).tobytes()))
        assert found[0] == found[1]


def test_names_of_inputs_are_not_mixed_up_when_their_order_changes():
    a, b = node(2, "a"), node(2, "b")
    model = beras.Model({"b": b, "a": a}, layers.Subtract()([a, b]))
    one, other = np.ones((3, 2)), np.full((3, 2), 5.0)
    for inputs in ({"a": one, "b": other}, {"b": other, "a": one}):
        assert np.array_equal(model.predict(inputs), one - other)
        assert np.array_equal(model(inputs), one - other)


def test_weights_of_classes_and_samples_with_several_inputs():
    """A weight of two is the sample twice."""
    labels, weights = np.arange(12) % 2, np.where(np.arange(12) % 2, 2.0, 1.0)
    rows = np.repeat(np.arange(12), (weights).astype(int))
    losses = []
    for x, y, settings in (
        ([X, Z], labels, {"class_weight": {0: 1.0, 1: 2.0}}),
        ([X, Z], labels, {"sample_weight": weights}),
        ([X[rows], Z[rows]], labels[rows], {}),
    ):
        a, b = node(), node(3, "b")
        out = layers.Dense(2, kernel_initializer="ones")(layers.Concatenate()([a, b]))
        model = beras.Model([a, b], out)
        model.compile(beras.optimizers.SGD(0.1), beras.losses.SparseCategoricalCrossentropy(from_logits=True))
        model.train_on_batch(x, y, **settings)
        losses.append(model.get_weights()[0] - 1)
    assert np.allclose(losses[0], losses[1], atol=1e-7)
    assert np.allclose(losses[0] * 12 / 18, losses[2], atol=1e-6)


def test_an_output_without_a_loss():
    a = node()
    model = beras.Model(a, [layers.Dense(2, name="p")(a), layers.Dense(1, name="q")(a)])
    model.compile("sgd", loss=["mse", None], metrics={"q": ["mae"]})
    untouched = model.get_layer("q").get_weights()
    with pytest.warns(UserWarning, match="Gradients do not exist for variables"):
        history = model.fit(X, [Y, Y[:, :1]], verbose=0).history
    assert list(history) == ["loss", "q_mae"]
    assert all(map(np.array_equal, untouched, model.get_layer("q").get_weights()))


def test_the_compilation_of_several_outputs_is_written_down():
    model = several_outputs(loss={"p": "mse", "q": "mae"}, loss_weights={"q": 0.5}, metrics=[["mae"], None])
    again = beras.models.model_from_json(model.to_json())
    again.set_weights(model.get_weights())
    assert again.evaluate(X, [Y, Y[:, :1]], verbose=0) == model.evaluate(X, [Y, Y[:, :1]], verbose=0)


def test_clones():
    model = users_layers()
    clone = beras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    inputs = {"a": X, "b": Z}
    assert np.array_equal(clone.predict(inputs)["total"], model.predict(inputs)["total"])
    assert clone.get_config() == model.get_config()
    called = []

    def call(layer, *args, **params):
        called.append(layer.name)
        return layer(*args, **params)

    def renamed(layer):
        return type(layer).from_config({**layer.get_config(), "name": f"new_{layer.name}"})

    clone = beras.models.clone_model(model, clone_function=renamed, call_function=call)
    assert {layer.name for layer in clone.layers} == {"a", "b", *called}
    assert all(name.startswith("new_") for name in called)


def test_layers_that_lead_nowhere_do_not_belong():
    a = node()
    layers.Dense(7, name="lost")(a)
    model = beras.Model(a, layers.Dense(2, name="kept")(a))
    assert [layer.name for layer in model.layers] == ["a", "kept"]


def test_an_input_that_nobody_uses():
    a, b = node(), node(3, "b")
    model = beras.Model([a, b], layers.Dense(2)(a))
    assert model.predict([X, Z]).shape == (12, 2)
    assert [layer.name for layer in model.layers][:1] == ["a"]
