"""Scripts as people write them for Keras, run under Keras and under beras from the same weights: the numbers agree.

Each script takes the module (``import beras as keras``) and what the two spell differently: the ending of files, and
`array`, which makes an array of an output. It returns numbers by name.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import beras
from tests.keras_oracle import keras as real_keras

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")]

RNG = np.random.default_rng(5)
IMAGES = RNG.integers(0, 256, (60, 4, 4), dtype=np.uint8)
X = IMAGES.reshape(60, 16).astype("float32") / 255
CLASSES = (X[:, :3].argmax(axis=1)).astype(np.int64)
YES = (X[:, 0] > X[:, 1]).astype(np.float32)
REAL = (X @ RNG.normal(size=(16, 2)) + 0.5).astype("float32")
STEADY = {"shuffle": False, "verbose": 0, "batch_size": 16}


@dataclass
class Library:
    """What a script needs to know about the library that it runs under."""

    ending: str
    folder: Path
    array: Callable[[Any], np.ndarray]
    to_categorical: Callable[..., Any]
    ops: Any

    def start(self, *models: Any) -> None:
        """Give models the same weights under either library."""
        rng = np.random.default_rng(3)
        for model in models:
            model.set_weights([rng.normal(size=w.shape, scale=0.4).astype("float32") for w in model.get_weights()])


def one_hot_labels(keras, library):
    y = library.to_categorical(CLASSES, 3)
    model = keras.Sequential()
    model.add(keras.Input(shape=(4, 4)))
    model.add(keras.layers.Rescaling(1.0 / 255))
    model.add(keras.layers.Flatten())
    model.add(keras.layers.Dense(12, activation="relu", kernel_initializer="he_normal"))
    model.add(keras.layers.Dense(3, activation="softmax"))
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    library.start(model)
    history = model.fit(IMAGES, y, epochs=3, validation_split=0.2, **STEADY)
    loss, accuracy = model.evaluate(IMAGES, y, verbose=0)
    return {**history.history, "epochs": history.epoch, "evaluated": [loss, accuracy], "labels": y}


def sparse_labels_and_logits(keras, library):
    model = keras.models.Sequential([keras.layers.Input(shape=(16,)), keras.layers.Dense(8), keras.layers.ReLU()])
    model.add(keras.layers.Dense(3))
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate=0.1, momentum=0.9, nesterov=True),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="acc"), keras.metrics.SparseTopKCategoricalAccuracy(k=2)],
    )
    library.start(model)
    history = model.fit(X, CLASSES[:, None], epochs=3, validation_data=(X[:20], CLASSES[:20, None]), **STEADY)
    result = model.evaluate(X, CLASSES, return_dict=True, verbose=0)
    return {**history.history, "predicted": np.argmax(model.predict(X, verbose=0), axis=1), **result}


def yes_or_no(keras, library):
    model = keras.Sequential([keras.Input((16,)), keras.layers.Dense(8, "tanh"), keras.layers.Dense(1, "sigmoid")])
    metrics = ["accuracy", keras.metrics.Precision(name="precision"), keras.metrics.Recall(name="recall")]
    model.compile("rmsprop", "binary_crossentropy", metrics=metrics)
    library.start(model)
    history = model.fit(X, YES, epochs=3, class_weight={0: 1.0, 1: 3.0}, **STEADY)
    return {**history.history, "called": model.predict(X, verbose=0) > 0.5}


def regression(keras, library):
    model = keras.Sequential()
    model.add(
        keras.layers.Dense(8, activation="relu", input_shape=(16,), kernel_regularizer=keras.regularizers.l2(0.01))
    )
    model.add(keras.layers.Dense(2))
    model.compile(keras.optimizers.Adam(1e-2, clipnorm=1.0), keras.losses.MeanSquaredError(), metrics=["mae"])
    library.start(model)
    history = model.fit(X, REAL, epochs=4, validation_split=0.25, sample_weight=np.linspace(0.5, 1.5, 60), **STEADY)
    return {**history.history, "predicted": model.predict(X[:5], verbose=0)}


def early_stopping_checkpoint_and_log(keras, library):
    best, log = library.folder / f"best{library.ending}", library.folder / "log.csv"
    callbacks = [
        keras.callbacks.EarlyStopping(monitor="val_loss", patience=2, restore_best_weights=True),
        keras.callbacks.ModelCheckpoint(best, monitor="val_accuracy", save_best_only=True),
        keras.callbacks.CSVLogger(str(log)),
        keras.callbacks.TerminateOnNaN(),
        keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=1),
    ]
    model = keras.Sequential([keras.Input((16,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(3, "softmax")])
    model.compile(keras.optimizers.SGD(1.5), "sparse_categorical_crossentropy", metrics=["accuracy"])
    library.start(model)
    history = model.fit(X, CLASSES, epochs=15, validation_split=0.3, callbacks=callbacks, **STEADY)
    with open(log, encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    loaded = keras.models.load_model(best)
    return {
        **history.history,
        "epochs": history.epoch,
        "stopped": [callbacks[0].stopped_epoch, callbacks[0].best_epoch],
        "restored": model.evaluate(X, CLASSES, verbose=0),
        "loaded": loaded.evaluate(X, CLASSES, verbose=0),
        "logged": [[float(cell) for cell in row] for row in rows],
        "columns": [header.index(name) for name in ("epoch", "accuracy", "loss", "val_accuracy", "val_loss")],
    }


def own_callback(keras, library):
    class Watch(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.losses, self.calls, self.rates = [], [], []

        def on_train_batch_end(self, batch, logs=None):
            self.losses.append(logs["loss"])

        def on_epoch_begin(self, epoch, logs=None):
            self.model.optimizer.learning_rate = 0.1 / (epoch + 1)

        def on_epoch_end(self, epoch, logs=None):
            self.rates.append(float(self.model.optimizer.learning_rate))
            self.calls.append(sorted(logs) == ["loss", "val_loss"])
            if epoch == 2:
                self.model.stop_training = True

    watch = Watch()
    model = keras.Sequential([keras.Input((16,)), keras.layers.Dense(2)])
    model.compile("sgd", "mse")
    library.start(model)
    history = model.fit(X, REAL, epochs=10, validation_split=0.2, callbacks=[watch], **STEADY)
    steps = history.params["steps"]
    return {**history.history, "batches": watch.losses, "rates": watch.rates, "calls": watch.calls, "steps": steps}


def own_layer(keras, library):
    class Linear(keras.layers.Layer):
        def __init__(self, units=4, **kwargs):
            super().__init__(**kwargs)
            self.units = units

        def build(self, input_shape):
            self.w = self.add_weight(shape=(input_shape[-1], self.units), initializer="random_normal", trainable=True)
            self.b = self.add_weight(shape=(self.units,), initializer="zeros", trainable=True)
            self.steps = self.add_weight(shape=(1,), initializer="ones", trainable=False)

        def call(self, inputs, training=False):
            scale = 2.0 if training else 1.0
            return (inputs @ self.w + self.b) * self.steps * scale

        def get_config(self):
            return {**super().get_config(), "units": self.units}

    model = keras.Sequential([keras.Input((16,)), Linear(6), keras.layers.Activation("relu"), Linear(units=2)])
    model.compile("sgd", "mse")
    library.start(model)
    history = model.fit(X, REAL, epochs=2, **STEADY)
    copy = Linear.from_config(model.layers[0].get_config())
    path = library.folder / f"own{library.ending}"
    model.save(path)
    loaded = keras.models.load_model(path, custom_objects={"Linear": Linear})
    return {
        **history.history,
        "units": copy.units,
        "counts": [len(model.trainable_weights), len(model.non_trainable_weights), model.count_params()],
        "shapes": [n for w in model.weights for n in w.shape],
        "loaded": loaded.predict(X, verbose=0),
    }


def own_loss_and_metric(keras, library):
    ops = library.ops

    def weighted_squares(y_true, y_pred):
        return ops.mean(ops.square(y_true - y_pred) * 3.0, axis=-1)

    class LargestError(keras.metrics.Metric):
        def __init__(self, name="largest_error", **kwargs):
            super().__init__(name=name, **kwargs)
            self.largest = self.add_weight(name="largest", initializer="zeros")

        def update_state(self, y_true, y_pred, sample_weight=None):
            error = ops.max(ops.abs(y_true - y_pred))
            self.largest.assign(ops.maximum(self.largest, error))

        def result(self):
            return self.largest

        def reset_state(self):
            self.largest.assign(0.0)

    model = keras.Sequential([keras.Input((16,)), keras.layers.Dense(1)])
    model.compile("adam", loss=weighted_squares, metrics=[LargestError()])
    library.start(model)
    history = model.fit(X, REAL[:, 0], epochs=3, validation_split=0.2, **STEADY)  # (n,) against (n, 1)
    return {name: [float(value) for value in values] for name, values in history.history.items()}


def own_model(keras, library):
    class Net(keras.Model):
        def __init__(self, hidden):
            super().__init__()
            self.first = keras.layers.Dense(hidden, activation="relu")
            self.drop = keras.layers.Dropout(0.0)
            self.last = keras.layers.Dense(3, activation="softmax")

        def call(self, inputs, training=False):
            x = self.first(inputs)
            x = self.drop(x, training=training)
            return self.last(x)

    model = Net(6)
    model.compile(keras.optimizers.Adam(0.01), keras.losses.SparseCategoricalCrossentropy(), metrics=["accuracy"])
    model(X[:1])
    library.start(model)
    history = model.fit(X, CLASSES, epochs=3, **STEADY)
    names = [layer.units for layer in (model.first, model.last)]
    return {**history.history, "units": names, "output": library.array(model(X[:4])), "layers": len(model.layers)}


def models_in_models_and_freezing(keras, library):
    encoder = keras.Sequential([keras.Input((16,)), keras.layers.Dense(5, "tanh", name="code")], name="encoder")
    model = keras.Sequential([keras.Input((16,)), encoder, keras.layers.Dense(3, "softmax", name="head")])
    encoder.trainable = False
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    library.start(model)
    before = model.get_layer("encoder").get_weights()
    first = model.fit(X, CLASSES, epochs=2, **STEADY).history["loss"]
    frozen = [np.array_equal(a, b) for a, b in zip(before, encoder.get_weights(), strict=True)]
    counts = [len(model.trainable_variables), len(model.non_trainable_variables)]
    encoder.trainable = True
    model.compile("sgd", "sparse_categorical_crossentropy")
    second = model.fit(X, CLASSES, epochs=2, **STEADY).history["loss"]
    kernel = library.array(model.get_layer("head").kernel)
    return {"first": first, "second": second, "frozen": frozen, "counts": counts, "kernel": kernel}


def schedule(keras, library):
    rate = keras.optimizers.schedules.ExponentialDecay(0.2, decay_steps=4, decay_rate=0.5, staircase=True)
    model = keras.Sequential([keras.Input((16,)), keras.layers.Dense(3, "softmax")])
    model.compile(keras.optimizers.SGD(learning_rate=rate), keras.losses.KLDivergence())
    library.start(model)
    history = model.fit(X, library.to_categorical(CLASSES), epochs=3, **STEADY)
    return {**history.history, "rate": [float(rate(step)) for step in (0, 3, 4, 9)]}


def batch_by_batch(keras, library):
    model = keras.Sequential([keras.Input((16,)), keras.layers.Dense(3, "softmax")])
    model.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy", metrics=["accuracy"])
    library.start(model)
    values = []
    for _ in range(2):
        model.reset_metrics()
        for start in range(0, 60, 20):
            part = slice(start, start + 20)
            values.append(model.train_on_batch(X[part], CLASSES[part]))
    tested = model.test_on_batch(X[:10], CLASSES[:10], return_dict=True)
    one = model.predict_on_batch(X[:1])
    single = model.predict(X[0][np.newaxis], verbose=0)
    return {"values": values, **tested, "one": one, "single": single}


def weights_and_copies(keras, library):
    model = keras.Sequential([keras.Input((16,)), keras.layers.Dense(4, "relu"), keras.layers.Dense(2)])
    library.start(model)
    model.layers[0].set_weights([np.ones((16, 4)), np.zeros(4)])
    copy = keras.Sequential.from_config(model.get_config())
    copy.set_weights(model.get_weights())
    popped = model.count_params()
    model.pop()
    model.add(keras.layers.Dense(1, kernel_initializer="ones", bias_initializer=keras.initializers.Constant(0.5)))
    return {
        "copied": copy.predict(X[:3], verbose=0),
        "grown": model.predict(X[:3], verbose=0),
        "counts": [popped, model.count_params(), len(model.layers)],
        "shapes": [*model.input_shape[1:], *model.output_shape[1:]],
        "normal": abs(library.array(keras.initializers.RandomNormal(seed=1)((500,))).std() - 0.05) < 0.01,
    }


SCRIPTS = [
    *(one_hot_labels, sparse_labels_and_logits, yes_or_no, regression, early_stopping_checkpoint_and_log),
    *(own_callback, own_layer, own_loss_and_metric, own_model, models_in_models_and_freezing, schedule),
    *(batch_by_batch, weights_and_copies),
]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.__name__)
@pytest.mark.filterwarnings("ignore:Do not pass an `input_shape`:UserWarning")
def test_a_keras_script_gives_the_same_numbers(script, tmp_path):
    keras = real_keras()
    (tmp_path / "theirs").mkdir()
    (tmp_path / "ours").mkdir()
    theirs = Library(".keras", tmp_path / "theirs", keras.ops.convert_to_numpy, keras.utils.to_categorical, keras.ops)
    ours = Library(".safetensors", tmp_path / "ours", np.asarray, beras.to_categorical, np)
    expected, found = script(keras, theirs), script(beras, ours)
    assert list(found) == list(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(
            np.asarray(found[name], float), np.asarray(values, float), rtol=2e-4, atol=1e-5, err_msg=name
        )
