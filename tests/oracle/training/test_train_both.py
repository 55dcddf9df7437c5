from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import beras
from beras import layers
from beras.oracle.training import train_both
from tests.oracle.training.problems import BATCH, LABELS, NUMBERS, ONE_HOT, STEPS, X, mlp

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch


def classifier(*before, dtype="float64", optimizer="adam"):
    beras.set_random_seed(3)
    made = beras.Sequential(
        [
            layers.Dense(9, "gelu", input_dim=X.shape[1], dtype=dtype),
            *before,
            layers.Dense(3, "softmax", dtype=dtype),
        ]
    )
    made.dtype = dtype
    made.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return made


def everything(model):
    """Return all that a training could have changed."""
    state = {} if model.optimizer is None else model.optimizer.state()
    return [*model.get_weights(), *state.values(), *(np.float64(m.result()) for m in model.metrics)]


@pytest.mark.parametrize("is_fitted", [False, True])
def test_the_model_and_the_generator_stay_as_they_were(is_fitted):
    model = classifier(layers.Dropout(0.3, seed=1, dtype="float64"))
    if is_fitted:
        model.fit(X, LABELS, epochs=2, verbose=0)
    before, stream = everything(model), beras.config.generator().bit_generator.state
    own_stream = model.layers[1]._generator.bit_generator.state
    train_both(model, X, LABELS, epochs=2)
    assert beras.config.generator().bit_generator.state == stream
    assert model.layers[1]._generator.bit_generator.state == own_stream
    for old, new in zip(before, everything(model), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize("shuffle", [True, False])
def test_the_beras_side_is_what_fit_does(shuffle):
    model = classifier(layers.Dropout(0.3, dtype="float64"))
    both = train_both(model, X, LABELS, epochs=3, batch_size=BATCH, seed=11, shuffle=shuffle)
    beras.set_random_seed(11)
    history = model.fit(X, LABELS, epochs=3, batch_size=BATCH, shuffle=shuffle, verbose=0).history
    for ours, fitted in zip(both.model.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, fitted)
    assert [epoch["beras"]["accuracy"] for epoch in both.epochs] == history["accuracy"]
    np.testing.assert_allclose([epoch["beras"]["loss"] for epoch in both.epochs], history["loss"], rtol=1e-12)


def test_a_model_without_weights_yet_gets_those_of_the_seed():
    model = beras.Sequential([layers.Dense(4, "tanh"), layers.Dense(3)])
    model.compile("sgd", "mse")
    first, second = (train_both(model, X, NUMBERS, seed=seed, dtype="float64") for seed in (1, 2))
    assert not model.built
    assert first.largest_relative_weight_difference < 1e-13
    assert not np.array_equal(first.model.get_weights()[0], second.model.get_weights()[0])


def test_a_float32_model_can_be_trained_in_float64_from_the_same_weights():
    model = classifier(dtype="float32", optimizer=beras.optimizers.SGD(0.0))
    both = train_both(model, X, LABELS, dtype="float64")
    assert [w.dtype.name for w in both.model.weights] == ["float64"] * 4
    assert {p.dtype for p in both.module.parameters()} == {torch.float64}
    for ours, theirs in zip(model.get_weights(), both.model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert model.dtype == model.layers[0].dtype == "float32"


def test_in_float32_the_two_part_slowly_and_in_float64_not():
    model = classifier(dtype="float32")
    single, double = (
        train_both(model, X, LABELS, epochs=40, batch_size=BATCH, dtype=dtype) for dtype in (None, "float64")
    )
    assert double.largest_relative_weight_difference < 1e-13
    assert 1e-8 < single.largest_relative_weight_difference < 1e-4
    assert single.relative_weight_differences[-1] > single.relative_weight_differences[0]
    assert single.largest_loss_difference < 1e-4
    np.testing.assert_allclose(single.beras_losses, double.beras_losses, atol=1e-4)


DROPOUTS = {
    "from the common generator": lambda: layers.Dropout(0.4, dtype="float64"),
    "with a seed": lambda: layers.Dropout(0.4, seed=5, dtype="float64"),
    "with a mask's shape": lambda: layers.Dropout(0.4, noise_shape=(None, 1), dtype="float64"),
}


@pytest.mark.parametrize("name", DROPOUTS)
def test_dropout_drops_the_same_units_on_both_sides(name):
    model = classifier(DROPOUTS[name](), layers.Dropout(0.1, dtype="float64"))
    both = train_both(model, X, LABELS, epochs=40, batch_size=BATCH)
    assert both.largest_relative_weight_difference < 1e-12


def test_other_masks_are_seen(monkeypatch):
    from beras.oracle.training.dropout import SharedDropout

    monkeypatch.setattr(SharedDropout, "forward", lambda self, x: torch.nn.functional.dropout(x, self.layer.rate))
    both = train_both(classifier(layers.Dropout(0.4, dtype="float64")), X, LABELS)
    assert both.first_step_apart() == 1


def test_regularizers_count_on_both_sides():
    beras.set_random_seed(3)
    last = layers.Dense(3, "softmax", bias_regularizer=lambda w: np.sum(w**4), activity_regularizer="l2")
    model = beras.Sequential(
        [
            layers.Dense(9, "tanh", input_dim=X.shape[1], kernel_regularizer=beras.regularizers.L1L2(0.01, 0.1)),
            beras.Sequential([layers.Dense(4, "mish", activity_regularizer="l1")]),
            last,
        ]
    )
    model.compile("adam", "categorical_crossentropy")
    both = train_both(model, X, ONE_HOT, epochs=40, batch_size=BATCH, dtype="float64")
    assert len(both.beras_losses) == STEPS
    assert both.largest_relative_weight_difference < 1e-12
    for layer in (model.layers[0], last):
        layer.kernel_regularizer = layer.activity_regularizer = None
        layer._regularizers.clear()
    assert train_both(model, X, ONE_HOT, dtype="float64").beras_losses[0] < both.beras_losses[0] - 0.1


class Sin(beras.Diffable):
    elementwise = True
    slope = 1.0

    def forward(self, inputs):
        self.inputs = inputs
        return np.sin(inputs)

    def input_gradients(self):
        return self.slope * np.cos(self.inputs)


class Residual(beras.Model):
    """A model with a call of its own, shared layers, dropout and a hand-written gradient."""

    def __init__(self):
        super().__init__()
        self.inner = layers.Dense(X.shape[1], "tanh", kernel_regularizer="l2")
        self.sin, self.drop, self.last = Sin(), layers.Dropout(0.2), layers.Dense(3)

    def call(self, inputs, training=False):
        hidden = inputs + self.inner(inputs)
        return self.last(self.drop(self.sin(self.inner(hidden)), training=training))


def test_a_model_with_a_call_of_its_own_is_replayed():
    beras.set_random_seed(3)
    model = Residual()
    model.compile("rmsprop", "mse")
    both = train_both(model, X, NUMBERS, epochs=10, batch_size=BATCH, dtype="float64")
    assert both.largest_relative_weight_difference < 1e-12
    Sin.slope = 1.01
    try:
        wrong = train_both(model, X, NUMBERS, epochs=10, batch_size=BATCH, dtype="float64")
    finally:
        Sin.slope = 1.0
    assert wrong.loss_differences[0] < 1e-14
    assert wrong.first_step_apart() == 1


class Doubled(layers.Dense):
    """A last layer that no module is known of, and whose softmax the loss still sees through."""

    def logits(self, inputs, training=False):
        return 2 * super().logits(inputs, training)

    def call(self, inputs):
        return self.activation(2 * self._affine(inputs))


def test_the_loss_takes_the_logits_of_a_layer_that_is_replayed():
    model = beras.Sequential([Doubled(3, "softmax", input_dim=X.shape[1])])
    model.compile("sgd", "categorical_crossentropy")
    both = train_both(model, 1000 * X, ONE_HOT, dtype="float64")
    assert both.beras_losses.max() > 100, "clipped probabilities would give 16 at most"
    assert both.largest_loss_difference < 1e-9


def test_swapped_batches_are_seen(monkeypatch):
    from beras.oracle.training.sides import TorchSide

    step = TorchSide.step
    monkeypatch.setattr(TorchSide, "step", lambda self, x, y, rate: step(self, x[::-1], y, rate))
    both = train_both(classifier(), X, LABELS)
    assert both.first_step_apart(1e-3) == 1


def test_loss_and_optimizer_can_be_given_instead_of_the_compiled_ones():
    model = mlp()
    optimizer = beras.optimizers.SGD(0.1)
    both = train_both(model, X, NUMBERS, loss="mse", optimizer=optimizer)
    assert both.settings["optimizer"] == "SGD"
    assert both.largest_loss_difference < 1e-13
    assert not model.compiled
    assert int(optimizer.iterations) == 0
    compiled = classifier()
    again = train_both(compiled, X, LABELS, optimizer="rmsprop")
    assert again.settings["loss"] == "sparse_categorical_crossentropy"
    assert "accuracy" in again.epochs[0]["torch"]


def test_bytes_are_taken_as_they_are():
    pixels = np.random.default_rng(0).integers(0, 256, (40, 4, 4), dtype=np.uint8)
    pixels.flags.writeable = False
    model = beras.Sequential([layers.Flatten(), layers.Rescaling(1 / 255), layers.Dense(3, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    labels = LABELS[:40].astype(np.uint16)
    both = train_both(model, pixels, labels, epochs=3, shuffle=False, dtype="float64")
    assert both.largest_relative_weight_difference < 1e-13


BAD_INPUT = {
    "not compiled": (mlp, {}, RuntimeError, r"without an optimizer: model.compile\('adam'"),
    "no loss": (mlp, {"optimizer": "sgd"}, RuntimeError, "without a loss"),
    "a layer": (lambda: layers.Dense(3), {}, TypeError, "takes a model. Received: Dense"),
    "other lengths": (None, {"y": LABELS[:50]}, ValueError, "Received: 60 and 50"),
    "another width": (None, {"x": X[:, :4]}, ValueError, r"batch, 5\). Received: \(32, 4\)"),
    "labels that do not fit": (None, {"y": LABELS + 5}, ValueError, "has 3 classes, 0 to 2"),
    "NaN": (None, {"x": np.full_like(X, np.nan)}, ValueError, "not finite"),
    "no epoch": (None, {"epochs": 0}, ValueError, "epochs must be a positive integer"),
    "never compared": (None, {"every": 0}, ValueError, "every must be a positive integer"),
    "half precision": (None, {"dtype": "float16"}, ValueError, "'float16'.*Known: float32, float64"),
    "an unknown loss": (None, {"loss": "msee"}, ValueError, "Did you mean 'mse'"),
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_is_refused_before_anything_is_changed(name):
    make, changed, kind, message = BAD_INPUT[name]
    model = (make or classifier)()
    before, stream = model.get_weights(), beras.config.generator().bit_generator.state
    with pytest.raises(kind, match=message):
        train_both(model, **{"x": X, "y": LABELS, **changed})
    assert beras.config.generator().bit_generator.state == stream
    assert all(np.array_equal(old, new) for old, new in zip(before, model.get_weights(), strict=True))


def test_a_function_is_no_model():
    with pytest.raises(TypeError, match=r"takes a model\. Received: ufunc"):
        train_both(np.sin, X, LABELS)


def test_what_cannot_be_copied_is_named():
    model = classifier()
    model.lock = (token for token in "ab")
    with pytest.raises(TypeError, match=r"cannot be copied: cannot pickle 'generator' object"):
        train_both(model, X, LABELS)


def test_an_activity_regularizer_that_torch_cannot_see_is_refused():
    model = Residual()
    model.inner.activity_regularizer = beras.regularizers.L2(0.1)
    model.compile("sgd", "mse")
    with pytest.raises(TypeError, match="has an activity regularizer and is called by a class without a module"):
        train_both(model, X, NUMBERS)


def test_without_torch_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ImportError, match=r"beras\[oracle\]"):
        train_both(classifier(), X, LABELS)
    with pytest.raises(ImportError, match=r"beras\[oracle\]"):
        classifier().to_torch()


def test_importing_the_packages_does_not_import_torch():
    code = "import sys, beras.oracle.training, beras.oracle.convert; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
