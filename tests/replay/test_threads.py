"""Threads: each has programs, and with them memory, of its own."""

from __future__ import annotations

import sys
import threading

import numpy as np
import pytest

import beras
from tests.replay.both_ways import X, Y, assert_same_both_ways, compiled


@pytest.fixture
def _switching_often():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def in_threads(jobs):
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.usefixtures("_switching_often")
def test_one_model_predicts_in_several_threads():
    model = compiled(False, [beras.Dense(64, "tanh"), beras.Dense(64, "tanh"), beras.Dense(3)])
    data = [np.random.default_rng(seed).normal(size=(256, 64)).astype(np.float32) for seed in range(4)]
    expected = [np.asarray(model(x)) for x in data]
    wrong = []

    def job(x, y):
        def run():
            for _ in range(100):
                if not np.array_equal(model.predict_on_batch(x), y):
                    wrong.append(1)

        return run

    in_threads([job(x, y) for x, y in zip(data, expected, strict=True)])
    assert not wrong


@pytest.mark.usefixtures("_switching_often")
def test_two_models_are_trained_in_two_threads():
    def run(eagerly):
        models = [
            compiled(eagerly, [beras.Dense(5, "tanh"), beras.layers.BatchNormalization(), beras.Dense(3)])
            for _ in range(2)
        ]
        for model in models:
            model.build((None, 6))
        in_threads(
            [lambda model=model: model.fit(X, Y, epochs=5, batch_size=8, shuffle=False, verbose=0) for model in models]
        )
        return [w for model in models for w in model.get_weights()]

    assert_same_both_ways(run)


def test_training_in_a_thread_while_another_records():
    def run(eagerly):
        model = compiled(eagerly, [beras.Dense(5, "tanh"), beras.Dense(3)])
        w = beras.Variable([1.0, 2.0])
        with beras.GradientTape() as tape:
            value = np.sum(w * w)
            in_threads([lambda: model.fit(X, Y, epochs=3, verbose=0)])
            value = value * 2
        return [*model.get_weights(), tape.gradient(value, w)]

    assert_same_both_ways(run)
