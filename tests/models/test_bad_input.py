"""What a user gets wrong, and what the message says."""

from __future__ import annotations

import numpy as np
import pytest

import beras
from beras import layers

RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 4)).astype(np.float32)
LABELS = RNG.integers(0, 3, 64)
ONE_HOT = np.eye(3)[LABELS]
YES = (X[:, :1] > 0).astype(np.float32)


def model(last=3, activation="softmax", loss="sparse_categorical_crossentropy", optimizer="adam"):
    made = beras.Sequential([layers.Dense(8, "relu"), layers.Dense(last, activation)])
    made.compile(optimizer, loss, metrics=["accuracy"])
    made.build((None, 4))
    return made


def fit(made, x=X, y=LABELS, **options):
    return made.fit(x, y, verbose=0, **options)


class NoSuper(layers.Layer):
    def __init__(self, units):
        self.units = units


class NoReturn(beras.Model):
    def call(self, inputs):
        np.tanh(inputs)


ROWS = [
    # Data
    (lambda: fit(model(), X[:, :3]), ValueError, r"Received: \(32, 3\)\. Every sample must have 4 numbers"),
    (lambda: fit(model(), X[:, :, None]), ValueError, r"Put a Flatten\(\) before it"),
    (lambda: model().predict(X[0], verbose=0), ValueError, r"shape of one sample, \(4,\).*x\[np\.newaxis\]"),
    (lambda: layers.Dense(2).build_for((None, 4)) or model().layers[0](X[0]), ValueError, r"x\[np\.newaxis\]"),
    (lambda: fit(model(), y=None), ValueError, r"y is missing.*two arrays"),
    (lambda: fit(model(), (X, LABELS)), ValueError, r"two arguments: \(x, y\)"),
    (lambda: fit(model(), X.astype(object)), TypeError, r"x\.astype\('float32'\)"),
    (lambda: fit(model(), y=LABELS.astype(str)), TypeError, "OneHotEncoder"),
    (lambda: fit(model(), X.astype(complex)), TypeError, "real numbers. Received: dtype complex128"),
    (lambda: fit(model(), sample_weight=np.full(64, np.nan)), ValueError, "sample_weight holds 64 values"),
    (lambda: fit(model(), class_weight="balanced"), TypeError, "{0: 1.0, 1: 5.0}"),
    (lambda: fit(model(), validation_data=X), ValueError, r"\(x, y\).*Received: ndarray"),
    (lambda: fit(model(), validation_data=(X[:, :2], LABELS)), ValueError, r"one shape. Received: \(4,\) and \(2,\)"),
    (lambda: fit(model(), validation_data=(X, ONE_HOT)), ValueError, r"y of validation_data.*\(\) and \(3,\)"),
    # Labels and losses that do not belong together
    (lambda: fit(model(loss="categorical_crossentropy")), ValueError, "SparseCategoricalCrossentropy.*to_categorical"),
    (lambda: fit(model(), y=ONE_HOT), ValueError, "one-hot, use CategoricalCrossentropy"),
    (lambda: fit(model(2, "sigmoid", "binary_crossentropy"), y=YES), ValueError, r"Dense\(1, activation='sigmoid'\)"),
    (
        lambda: fit(model(1, "sigmoid", "binary_crossentropy"), y=2 * YES - 1),
        ValueError,
        r"Received: -1.*\(y \+ 1\) / 2",
    ),
    (lambda: fit(model(3, "softmax", "binary_crossentropy")), ValueError, "class numbers go with SparseCategorical"),
    (lambda: fit(model(1, None, "mse"), y=X), ValueError, "Give the last layer 4 units"),
    (lambda: fit(model(), y=LABELS + 1), ValueError, "number the classes from 0"),
    (lambda: fit(model(), np.ones((8, 5, 4)), LABELS[:8]), ValueError, r"put a Flatten\(\) before the first Dense"),
    (lambda: fit(model(loss=lambda y_true, y_pred: 3)), TypeError, "must return an array.*Received: 3 of type int"),
    (lambda: fit(model(loss=lambda y_true, y_pred: None)), TypeError, "Received: None"),
    # Numbers
    (lambda: fit(model(), validation_freq=0, validation_data=(X, LABELS)), ValueError, "validation_freq must be"),
    (lambda: fit(model(), steps_per_epoch="5"), ValueError, "steps_per_epoch must be a positive integer"),
    (lambda: fit(model(), initial_epoch=-1), ValueError, "initial_epoch must be an integer, 0 or more"),
    (lambda: beras.optimizers.Adam(-0.1), ValueError, "0 or more.*Received: -0.1"),
    (lambda: beras.optimizers.Adam(float("nan")), ValueError, "Received: nan"),
    (lambda: beras.callbacks.EarlyStopping(patience=-1), ValueError, "patience is a number of epochs"),
    # compile
    (lambda: model(optimizer=None).fit(X, LABELS), RuntimeError, r"without an optimizer: compile\('adam'"),
    (lambda: model(loss=["mse"]), TypeError, "one output, so compile takes loss='mse'"),
    (lambda: model(loss={"out": "mse"}), TypeError, "one output"),
    (lambda: model().compile("adam", "mse", steps_per_execution=4), ValueError, "steps_per_execution=1"),
    # Layers and models
    (lambda: layers.Dense(3, activaton="relu"), TypeError, "Did you mean 'activation'"),
    (lambda: layers.LeakyReLU(alpha=0.1), TypeError, "Write negative_slope"),
    (lambda: layers.Dense(3, dtype="float33"), ValueError, "Did you mean 'float32'"),
    (lambda: layers.Dense(3, lora_rank=2), ValueError, "lora_rank is accepted.*None only"),
    (
        lambda: layers.Dense(3, kernel_constraint="non_negative"),
        ValueError,
        "Unknown constraint.*Did you mean 'non_neg'",
    ),
    (lambda: beras.Model(beras.Input((4,)), 1), TypeError, "what layers give.*Received in outputs: int"),
    (lambda: beras.Model(inputs=1, outputs=2), TypeError, "what beras.Input gives.*Received in inputs: int"),
    (lambda: beras.Input((4,), sparse=True), ValueError, "beras has no sparse"),
    (lambda: beras.Input(), ValueError, "needs the shape of one sample"),
    (lambda: beras.Sequential(layers.Dense(3), layers.Dense(3)), TypeError, r"a list of layers: Sequential\(\[...\]\)"),
    (lambda: fit(compiled(beras.Sequential())), ValueError, r"without layers cannot be built.*model\.add"),
    (lambda: beras.Sequential([layers.Dense(3)]).build(), ValueError, r"build\(\(None, 784\)\)"),
    (lambda: model().get_layer(0), TypeError, r"get_layer\(index=0\)"),
    (lambda: NoSuper(3)(X), RuntimeError, r"NoSuper.__init__ did not call super\(\).__init__\(\)"),
    (lambda: fit(compiled(NoReturn())), TypeError, "NoReturn.call returned None"),
    (lambda: beras.to_categorical(["cat"]), TypeError, "OneHotEncoder"),
    (lambda: beras.to_categorical([0.5]), ValueError, "Received: 0.5"),
]


def compiled(made):
    made.compile("sgd", "mse")
    return made


@pytest.mark.parametrize(("call", "error", "message"), ROWS, ids=range(len(ROWS)))
def test_the_message_says_what_to_do(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_a_compile_that_fails_leaves_the_model_as_it_was():
    made = model()
    before = made.optimizer, made.loss
    with pytest.raises(ValueError, match="Unknown loss"):
        made.compile("sgd", "msee")
    assert (made.optimizer, made.loss) == before
    fit(made)


def test_data_frames_are_arrays():
    class Frame:
        def __init__(self, values):
            self.values = values

        def to_numpy(self):
            return self.values

    found = fit(model(), Frame(X), Frame(LABELS), validation_data=(Frame(X), Frame(LABELS)))
    assert set(found.history) == {"accuracy", "loss", "val_accuracy", "val_loss"}


def test_a_misspelt_hook_warns():
    class Watch(beras.callbacks.Callback):
        def on_epoch_ended(self, epoch, logs=None):
            pass

    with pytest.warns(UserWarning, match=r"Watch.on_epoch_ended is no hook.*Did you mean 'on_epoch_end'"):
        fit(model(), callbacks=[Watch()])


class Plain(beras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(3)

    def call(self, inputs):
        return self.dense(inputs)


@pytest.mark.parametrize("kind", ["sequential", "subclass", "validation_data", "validation_split"])
@pytest.mark.parametrize(("wrong", "message"), [(3, "number 3.*3 classes"), (-1, "number -1"), (0.5, "Received: 0.5")])
def test_a_class_number_late_in_the_data_is_found_before_the_first_update(kind, wrong, message):
    late = LABELS.astype(type(wrong))
    late[-1] = wrong
    made = Plain() if kind == "subclass" else model()
    made.compile("adam", beras.losses.SparseCategoricalCrossentropy(from_logits=kind == "subclass"))
    made.build_for((None, 4))
    before = made.get_weights()
    options = {
        "validation_data": {"y": LABELS, "validation_data": (X, late)},
        "validation_split": {"y": late, "validation_split": 0.1},
    }.get(kind, {"y": late})
    with pytest.raises(ValueError, match=message):
        fit(made, batch_size=8, shuffle=False, **options)
    for weight, kept in zip(made.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, kept)


def test_an_ignored_class_is_no_wrong_class_number():
    made = model(loss=beras.losses.SparseCategoricalCrossentropy(ignore_class=-1))
    assert np.isfinite(fit(made, y=np.where(LABELS == 2, -1, LABELS)).history["loss"][0])
