"""Averages of the weights: `fit` with ``use_ema`` and `SwapEMAWeights` against the real Keras."""

from __future__ import annotations

import numpy as np
import pytest

import beras
from beras.callbacks import Callback, EarlyStopping, SwapEMAWeights
from tests.keras.differences import agree
from tests.keras_oracle import keras as real_keras

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")]

RNG = np.random.default_rng(0)
X = RNG.normal(size=(70, 8)).astype(np.float32)
Y = (X[:, :2] * 2 + 1).astype(np.float32)


def build(library, **averaging):
    model = library.Sequential([library.layers.Dense(6, activation="tanh"), library.layers.Dense(2)])
    optimizer = library.optimizers.Adam(0.05, use_ema=True, ema_momentum=0.7, **averaging)
    model.compile(optimizer, "mse", metrics=["mae"])
    return model


def models(**averaging):
    real_keras().utils.set_random_seed(1)
    theirs, ours = build(real_keras(), **averaging), build(beras, **averaging)
    theirs.build((None, 8))
    ours.build_for((None, 8))
    ours.set_weights(theirs.get_weights())
    return ours, theirs


def same_weights(ours, theirs):
    for mine, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        agree("averages of weights", mine, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("averaging", [{}, {"ema_overwrite_frequency": 3}, {"gradient_accumulation_steps": 2}], ids=str)
@pytest.mark.parametrize("swap", [None, False, True])
def test_histories_and_weights_agree(averaging, swap):
    ours, theirs = models(**averaging)
    options = {"batch_size": 16, "epochs": 3, "shuffle": False, "verbose": 0, "validation_split": 0.2}
    found = ours.fit(X, Y, callbacks=[] if swap is None else [SwapEMAWeights(swap)], **options).history
    swapping = [] if swap is None else [real_keras().callbacks.SwapEMAWeights(swap)]
    expected = theirs.fit(X, Y, callbacks=swapping, **options).history
    assert list(found) == list(expected)
    for name, values in expected.items():
        agree("averages of weights", found[name], values, rtol=2e-4, atol=2e-6, message=name)
    same_weights(ours, theirs)
    evaluated = theirs.evaluate(X, Y, verbose=0), ours.evaluate(X, Y, verbose=0)
    agree("averages of weights", *evaluated[::-1], rtol=2e-4, atol=2e-6)


def test_what_is_saved_after_an_epoch_is_the_average():
    class Weights(Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append(self.model.get_weights())

    class TheirWeights(real_keras().callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            expected.append(self.model.get_weights())

    seen, expected = [], []
    ours, theirs = models()
    options = {"batch_size": 16, "epochs": 3, "shuffle": False, "verbose": 0}
    ours.fit(X, Y, callbacks=[SwapEMAWeights(True), Weights()], **options)
    theirs.fit(X, Y, callbacks=[real_keras().callbacks.SwapEMAWeights(True), TheirWeights()], **options)
    for mine, other in zip(seen, expected, strict=True):
        for w, reference in zip(mine, other, strict=True):
            agree("averages of weights", w, reference, rtol=1e-4, atol=1e-5)


def test_an_early_end_leaves_the_averages_too():
    ours, theirs = models()
    options = {"batch_size": 16, "epochs": 9, "shuffle": False, "verbose": 0}
    stop = EarlyStopping("loss", mode="max", patience=1)
    ours.fit(X, Y, callbacks=[SwapEMAWeights(True), stop], **options)
    theirs.fit(X, Y, **{**options, "epochs": 2})
    assert len(ours.history.epoch) == 2
    same_weights(ours, theirs)


def test_evaluation_and_prediction_leave_the_weights_as_they_are():
    ours, _ = models()
    for _ in range(5):
        ours.train_on_batch(X, Y)
    before, state = ours.get_weights(), ours.optimizer.state()
    plain = ours.evaluate(X, Y, verbose=0)[0]
    swapped = ours.evaluate(X, Y, verbose=0, callbacks=[SwapEMAWeights()])[0]
    average = [state[f"{i}/average"] for i in range(4)]
    predicted = ours.predict(X, verbose=0, callbacks=[SwapEMAWeights()])
    for w, earlier in zip(ours.get_weights(), before):
        np.testing.assert_array_equal(w, earlier)
    for name, value in ours.optimizer.state().items():
        np.testing.assert_array_equal(value, state[name])
    ours.set_weights(average)
    assert ours.evaluate(X, Y, verbose=0)[0] == swapped != plain
    np.testing.assert_array_equal(ours.predict(X, verbose=0), predicted)


def test_a_run_that_breaks_off_leaves_the_weights_that_were_trained():
    class Trained(Callback):
        def on_epoch_end(self, epoch, logs=None):
            trained.extend(self.model.get_weights())

    class Broken(Callback):
        def on_epoch_end(self, epoch, logs=None):
            averages.extend(self.model.get_weights())
            raise RuntimeError("mine")

    trained, averages = [], []
    ours, _ = models()
    with pytest.raises(RuntimeError, match="mine"):
        ours.fit(X, Y, epochs=2, verbose=0, callbacks=[Trained(), SwapEMAWeights(True), Broken()])
    for w, expected, average in zip(ours.get_weights(), trained, averages, strict=True):
        np.testing.assert_array_equal(w, expected)
        assert not np.array_equal(w, average)


def test_before_the_first_step_there_is_nothing_to_swap():
    ours, _ = models()
    before = ours.get_weights()
    ours.optimizer.build(ours.trainable_weights)
    ours.evaluate(X, Y, verbose=0, callbacks=[SwapEMAWeights()])
    ours.optimizer.finalize_variable_values(ours.trainable_weights)
    for w, earlier in zip(ours.get_weights(), before):
        np.testing.assert_array_equal(w, earlier)


def test_an_optimizer_without_averages_is_refused_before_any_work():
    model = beras.Sequential([beras.layers.Dense(2)])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="made with use_ema=True"):
        model.fit(X, Y, verbose=0, callbacks=[SwapEMAWeights()])
    with pytest.raises(ValueError, match="'sgd' keeps no averages"):
        model.evaluate(X, Y, verbose=0, callbacks=[SwapEMAWeights()])


def test_averages_of_weights_that_are_zero_do_not_become_subnormal():
    w = beras.Variable(np.full(3, 1e-3, "float32"))
    optimizer = beras.optimizers.SGD(1.0, use_ema=True, ema_momentum=0.5)
    optimizer.apply([np.zeros(3, "float32")], [w])
    w.assign(np.zeros(3))
    for _ in range(200):
        optimizer.apply([np.zeros(3, "float32")], [w])
        average = optimizer.state()["0/average"]
        assert not np.any((average != 0) & (np.abs(average) < np.finfo("float32").tiny))
    np.testing.assert_array_equal(average, 0)
