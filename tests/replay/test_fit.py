"""What is replayed ends bit for bit where the same model ends that computes every step anew."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import beras
from beras import layers, losses, regularizers
from beras.models.replays import Replays

RNG = np.random.default_rng(0)
X = RNG.normal(size=(52, 6)).astype(np.float32)
CLASSES = RNG.integers(0, 3, 52)
ONE_HOT = np.eye(3, dtype=np.float32)[CLASSES]
POSITIVE = RNG.uniform(0.1, 1, (52, 3)).astype(np.float32)
SIGNS = np.where(ONE_HOT > 0, 1, -1).astype(np.float32)


def trained(eagerly, make, loss="mse", y=ONE_HOT, x=X, optimizer="adam", metrics=(), **options):
    beras.set_random_seed(5)
    model = beras.Sequential(make())
    model.compile(optimizer, loss, metrics=list(metrics), run_eagerly=eagerly)
    history = model.fit(x, y, batch_size=16, epochs=3, verbose=0, **options)
    return model, history.history


def assert_equal(make, replayed=True, **options):
    eager, expected = trained(True, make, **options)
    model, found = trained(False, make, **options)
    assert found == expected
    for got, want in zip(model.get_weights(), eager.get_weights(), strict=True):
        np.testing.assert_array_equal(got, want)
    np.testing.assert_array_equal(model.predict(X), eager.predict(X))
    assert (model._replays.reason is None) == replayed, model._replays.reason
    return model


def network(activation="tanh", last=None):
    return lambda: [beras.Dense(5, activation), beras.Dense(3, last)]


#: Without a default for an argument, or with outputs of another shape.
NO_ACTIVATIONS = {"deserialize", "get", "glu", "serialize", "threshold"}


@pytest.mark.parametrize("activation", sorted(set(beras.activations.__all__) - NO_ACTIVATIONS))
def test_activations(activation):
    assert_equal(network(activation))


@pytest.mark.parametrize(
    ("loss", "last", "y"),
    [
        ("mse", None, ONE_HOT),
        ("mae", None, ONE_HOT),
        ("mape", None, POSITIVE),
        ("msle", "softplus", POSITIVE),
        ("huber", None, ONE_HOT),
        ("log_cosh", None, ONE_HOT),
        ("poisson", "softplus", POSITIVE),
        ("kl_divergence", "softmax", POSITIVE),
        ("cosine_similarity", None, ONE_HOT),
        ("hinge", None, SIGNS),
        ("squared_hinge", None, SIGNS),
        ("categorical_hinge", None, ONE_HOT),
        ("categorical_crossentropy", "softmax", ONE_HOT),
        ("categorical_crossentropy", "sigmoid", ONE_HOT),
        ("sparse_categorical_crossentropy", "softmax", CLASSES),
        ("sparse_categorical_crossentropy", "softmax", CLASSES.astype(np.uint8)[:, None]),
        ("sparse_categorical_crossentropy", "softmax", CLASSES.astype(np.float32)),
        ("binary_crossentropy", "sigmoid", ONE_HOT),
        ("binary_crossentropy", "softmax", ONE_HOT),
        (losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1), None, ONE_HOT),
        (losses.SparseCategoricalCrossentropy(from_logits=True), None, CLASSES),
        (losses.MeanSquaredError(reduction="sum"), None, ONE_HOT),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_losses(loss, last, y):
    assert_equal(network(last=last), loss=loss, y=y)


@pytest.mark.parametrize("optimizer", ["sgd", "rmsprop", "adam", "adamw"])
def test_optimizers(optimizer):
    assert_equal(network("relu", "softmax"), loss="categorical_crossentropy", optimizer=optimizer, metrics=["accuracy"])


LAYERS = {
    "dropout": lambda: [beras.Dense(8, "relu"), beras.Dropout(0.4), beras.Dense(3)],
    "its own dropout": lambda: [beras.Dense(8, "relu"), beras.Dropout(0.4, seed=1), beras.Dense(3)],
    "flatten": lambda: [beras.Flatten(), beras.Dense(3)],
    "rescaling": lambda: [layers.Rescaling(0.5, 1.0), beras.Dense(3, use_bias=False)],
    "activation layers": lambda: [beras.Dense(4), beras.LeakyReLU(), beras.Dense(4), beras.ReLU(), beras.Dense(3)],
    "regularized": lambda: [
        beras.Dense(4, kernel_regularizer="l2", activity_regularizer=regularizers.L1(0.1)),
        beras.Dense(3, bias_regularizer=regularizers.L1L2(0.1, 0.2)),
    ],
    "float64": lambda: [beras.Dense(4, "tanh", dtype="float64"), beras.Dense(3, dtype="float64")],
    "one inside another": lambda: [beras.Sequential([beras.Dense(4, "relu")]), beras.Dense(3)],
    "the same layer twice": lambda: (lambda shared: [shared, beras.ReLU(), shared, beras.Dense(3)])(beras.Dense(6)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_layers(name):
    assert_equal(LAYERS[name])


def test_inputs_of_another_dtype():
    assert_equal(network(), x=RNG.integers(0, 255, (52, 6)).astype(np.uint8))
    assert_equal(network(), y=np.eye(3, dtype=bool)[CLASSES])


def test_unshuffled_data_are_not_written_to():
    x, y = X.copy(), ONE_HOT.copy()
    x.flags.writeable = y.flags.writeable = False
    assert_equal(network(), x=x, y=y, shuffle=False)
    assert_equal(network(), x=x, y=y, validation_split=0.3)
    np.testing.assert_array_equal(x, X)


def test_weights_of_samples_are_computed_anew():
    assert_equal(network(), sample_weight=np.linspace(0, 1, 52))
    assert_equal(network(last="softmax"), loss="categorical_crossentropy", class_weight={0: 1.0, 1: 2.0, 2: 3.0})


def test_a_batch_given_by_hand_is_never_written_to():
    model = beras.Sequential(network()())
    model.compile("sgd", "mse")
    first, second = X[:16].copy(), X[16:32].copy()
    for batch in (first, second, first):
        model.train_on_batch(batch, ONE_HOT[:16])
    np.testing.assert_array_equal(first, X[:16])
    np.testing.assert_array_equal(second, X[16:32])


def test_predictions_belong_to_who_asked_for_them():
    model = beras.Sequential(network()())
    first = model.predict_on_batch(X[:4])
    kept = first.copy()
    model.predict_on_batch(X[4:8])
    np.testing.assert_array_equal(first, kept)


# What changes between two steps


def after_a_change(change):
    def run(eagerly):
        beras.set_random_seed(1)
        model = beras.Sequential([beras.Dense(8, "relu"), beras.Dropout(0.5), beras.Dense(3, kernel_regularizer="l2")])
        model.compile("adam", "mse", run_eagerly=eagerly)
        for step in range(6):
            if step == 3:
                change(model)
            model.train_on_batch(X[:16], ONE_HOT[:16])
        return model

    eager, model = run(True), run(False)
    for got, want in zip(model.get_weights(), eager.get_weights(), strict=True):
        np.testing.assert_array_equal(got, want)


CHANGES = {
    "a rate": lambda model: setattr(model.layers[1], "rate", 0.1),
    "an activation": lambda model: setattr(model.layers[0], "activation", beras.activations.tanh),
    "a frozen layer": lambda model: setattr(model.layers[0], "trainable", False),
    "a frozen weight": lambda model: setattr(model.layers[0].bias, "trainable", False),
    "new weights": lambda model: model.set_weights([w * 2 for w in model.get_weights()]),
    "one weight": lambda model: setattr(model.layers[0], "kernel", np.ones((6, 8))),
    "another loss": lambda model: model.compile("sgd", "mae", run_eagerly=model._compiled.run_eagerly),
    "a layer more": lambda model: (
        model.add(beras.Dense(3)) or model.compile("sgd", "mse", run_eagerly=model._compiled.run_eagerly)
    ),
    "the learning rate": lambda model: setattr(model.optimizer, "learning_rate", 0.1),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_seen(name):
    after_a_change(CHANGES[name])


def test_a_regularizer_that_is_changed_between_epochs():
    def run(eagerly):
        beras.set_random_seed(1)
        model = beras.Sequential([beras.Dense(3, kernel_regularizer=regularizers.L2(0.1))])
        model.compile("sgd", "mse", run_eagerly=eagerly)
        stronger = beras.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: setattr(model.layers[0].kernel_regularizer, "l2", 0.9)
        )
        model.fit(X, ONE_HOT, epochs=3, verbose=0, callbacks=[stronger])
        return model.get_weights()

    np.testing.assert_array_equal(run(False)[0], run(True)[0])


# Who is replayed


class Noisy(beras.Layer):
    def call(self, inputs):
        return inputs * np.float32(np.random.default_rng().normal())


class Declared(beras.Layer):
    replayable = True

    def call(self, inputs):
        return np.tanh(inputs) * 2


class Derived(Declared):
    pass


class Looking(beras.Layer):
    replayable = True

    def call(self, inputs):
        return inputs if float(np.sum(inputs)) > 0 else -inputs


def test_a_class_of_the_users_is_replayed_when_it_says_so():
    assert_equal(lambda: [Declared(), beras.Dense(3)])
    model = assert_equal(lambda: [Derived(), beras.Dense(3)], replayed=False)
    assert "Derived is not of the library, and does not declare replayable = True" in model._replays.reason
    assert_equal(lambda: [beras.Dense(4, activation=lambda x: np.sin(x)), beras.Dense(3)], replayed=False)
    assert_equal(lambda: [beras.Dense(4, activation=np.sin), beras.Dense(3)])
    assert_equal(network(), loss=lambda y_true, y_pred: np.mean((y_true - y_pred) ** 2, axis=-1), replayed=False)


def test_a_class_that_looks_at_values_runs_as_always():
    model = assert_equal(lambda: [Looking(), beras.Dense(3)], replayed=False)
    assert "looked at" in model._replays.reason


def test_random_numbers_of_the_users_are_drawn_for_every_batch():
    model, _ = trained(False, lambda: [Noisy(), beras.Dense(3)])
    assert model._replays.reason is not None
    assert not np.array_equal(model.predict_on_batch(X[:4]), model.predict_on_batch(X[:4]))


def test_inside_a_tape_a_model_runs_as_always():
    model = beras.Sequential(network()())
    model.compile("sgd", "mse")
    model.predict_on_batch(X[:4])
    with beras.GradientTape() as tape:
        value = np.sum(model(X[:4]))
    assert all(g is not None for g in tape.gradient(value, model.trainable_weights))


def test_what_is_wrong_is_said_as_always():
    model = beras.Sequential(network(last="softmax")())
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.train_on_batch(X[:4], CLASSES[:4])
    for _ in range(2):
        with pytest.raises(ValueError, match="class number 7"):
            model.train_on_batch(X[:4], np.array([0, 1, 7, 2]))
    with pytest.raises(ValueError, match="x holds"):
        model.train_on_batch(np.full((4, 6), np.nan, np.float32), CLASSES[:4])
    with pytest.raises(ValueError, match="built for inputs"):
        model.predict_on_batch(X[:4, :5])


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copy_has_programs_of_its_own(duplicate):
    model, _ = trained(False, network())
    other = duplicate(model)
    assert isinstance(other._replays, Replays)
    assert other._replays._model is other
    other.fit(X, ONE_HOT, epochs=1, verbose=0)
    assert not np.array_equal(other.get_weights()[0], model.get_weights()[0])


def test_no_memory_is_kept_for_batches_that_are_large():
    model = beras.Sequential(network()())
    model.predict_on_batch(np.zeros((400_000, 6), np.float32))
    assert not model._replays._steps


def test_the_summary_says_how_steps_are_computed(capsys):
    for layers_, options, expected in (
        (network()(), {}, "Steps: replayed"),
        (network()(), {"run_eagerly": True}, "computed anew, because of run_eagerly=True"),
        ([Noisy(), beras.Dense(3)], {}, "computed anew, because Noisy is not of the library"),
    ):
        model = beras.Sequential(layers_)
        model.compile("sgd", "mse", **options)
        model.summary()
        assert expected in capsys.readouterr().out
