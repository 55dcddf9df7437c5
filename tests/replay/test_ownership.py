"""Whose memory it is: what users are given is theirs, and nothing is kept for longer than it is needed."""

from __future__ import annotations

import copy
import gc
import pickle
import tracemalloc
import weakref

import numpy as np
import pytest

import beras
from tests.replay.both_ways import X, Y, assert_same_both_ways, compiled


class Keeping(beras.metrics.Metric):
    def __init__(self):
        super().__init__(name="keeping")
        self.kept = []

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.kept.append(y_pred)

    def result(self):
        return 0.0

    def reset_state(self):
        pass


def test_a_metric_of_the_users_may_keep_predictions():
    def run(eagerly):
        metric = Keeping()
        model = compiled(eagerly, [beras.Dense(3)], metrics=[metric])
        model.evaluate(X, Y, batch_size=16, verbose=0)
        model.train_on_batch(X[:16], Y[:16])
        model.train_on_batch(X[16:32], Y[16:32])
        model.train_on_batch(X[32:48], Y[32:48])
        return metric.kept

    assert_same_both_ways(run)


class Logging(beras.optimizers.SGD):
    def __init__(self):
        super().__init__(0.1)
        self.log = []

    def apply(self, grads, trainable_variables=None):
        self.log.extend(grads)
        for g in grads:
            g *= 0.5
        super().apply(grads, trainable_variables)


def test_an_optimizer_of_the_users_may_keep_gradients_and_write_into_them():
    def run(eagerly):
        optimizer = Logging()
        model = compiled(eagerly, [beras.Dense(3)], optimizer)
        for start in range(0, 64, 8):
            model.train_on_batch(X[start : start + 8], Y[:8])
        return [*optimizer.log, *model.get_weights()]

    assert_same_both_ways(run)


def test_several_outputs():
    class Two(beras.Model):
        replayable = True

        def __init__(self):
            super().__init__()
            self.a, self.b = beras.Dense(2), beras.Dense(2)

        def call(self, inputs):
            return self.a(inputs), self.b(inputs)

    def run(eagerly):
        model = Two()
        model.compile("sgd", run_eagerly=eagerly)
        return [np.asarray(model.predict_on_batch(X[start : start + 4])) for start in (0, 4, 8)]

    assert_same_both_ways(run)


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copy_is_trained_as_it_is_compiled_itself(duplicate):
    def run(eagerly):
        model = compiled(eagerly, [beras.Dense(3)], "sgd")
        model.train_on_batch(X, Y)
        other = duplicate(model)
        other.compile("sgd", "mae", run_eagerly=eagerly)
        for _ in range(3):
            other.train_on_batch(X, Y)
        return other.get_weights()

    assert_same_both_ways(run)


@pytest.mark.parametrize(
    "x",
    [
        np.asfortranarray(np.random.default_rng(1).normal(size=(64, 200)).astype(np.float32)),
        np.random.default_rng(1).normal(size=(64, 400)).astype(np.float32)[:, ::2],
        np.random.default_rng(1).normal(size=(64, 200)).astype(np.float32)[::-1],
        np.broadcast_to(np.float32(0.3), (64, 200)),
    ],
    ids=["columns first", "every second column", "backwards", "broadcast"],
)
def test_the_layout_of_the_inputs_decides_on_the_last_bit(x):
    def run(eagerly):
        model = compiled(eagerly, [beras.layers.LayerNormalization(), beras.Dense(3)])
        found = [model.predict_on_batch(x) for _ in range(3)]
        losses = [np.array(model.train_on_batch(x, Y)) for _ in range(3)]
        return [*found, *losses, model.predict(x, batch_size=16)]

    assert_same_both_ways(run)


def test_the_first_batch_is_not_kept():
    model = compiled(False, [beras.Dense(3)])
    x, y = np.ones((100, 6), np.float32), np.ones((100, 3), np.float32)
    watched = [weakref.ref(x), weakref.ref(y)]
    model.build((None, 6))
    for _ in range(2):
        model.predict(x)
        model.train_on_batch(x[:32], y[:32])
    del x, y
    gc.collect()
    assert [reference() for reference in watched] == [None, None]


def test_the_arrays_of_the_first_run_are_not_kept():
    model = compiled(False, [beras.Dense(2000), beras.Dense(2000, "relu"), beras.Dense(3)])
    model.build((None, 6))
    x, y = np.zeros((500, 6), np.float32), np.zeros((500, 3), np.float32)
    tracemalloc.start()
    model.test_on_batch(x, y)
    gc.collect()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert model._replays._steps
    assert kept < 2.2 * 500 * 2000 * 4  # two activations take turns; the first run alone makes three


def test_a_model_that_nobody_holds_is_freed_at_once():
    gc.collect()
    gc.disable()
    try:
        model = compiled(False, [beras.Dense(3)])
        for _ in range(3):
            model.train_on_batch(X, Y)
            model.predict(X)
        reference = weakref.ref(model)
        del model
        assert reference() is None
    finally:
        gc.enable()


def test_batches_of_many_shapes_keep_few_programs():
    def run(eagerly):
        model = compiled(eagerly, [beras.Dense(4, "tanh"), beras.Dense(3)])
        found = []
        for _ in range(2):
            for n in range(1, 30):
                found.append(model.predict_on_batch(X[:n]))
                model.train_on_batch(X[:n], Y[:n])
        assert len(model._replays._steps) <= 16
        return [*found, *model.get_weights()]

    assert_same_both_ways(run)


def test_what_comes_often_gets_a_program_when_there_are_many(monkeypatch):
    monkeypatch.setattr("beras.models.replays.OFTEN", 3)
    model = compiled(False, [beras.Dense(3)])
    model.build((None, 6))
    for n in range(1, 20):
        model.predict_on_batch(X[:n])
    for _ in range(4):
        assert not any(signature[2][0] == (40, 6) for signature in model._replays._steps)
        model.predict_on_batch(X[:40])
    assert any(signature[2][0] == (40, 6) for signature in model._replays._steps)
    assert len(model._replays._steps) == 16
