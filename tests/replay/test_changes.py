"""What changes between two steps, in the middle of an epoch too, is seen by a model that replays."""

from __future__ import annotations

import numpy as np
import pytest

import beras
from beras import regularizers
from tests.replay.both_ways import X, Y, after_each_batch, assert_same_both_ways, compiled


def in_the_middle(change, make=None):
    def run(eagerly):
        layers = [beras.Dense(6, "tanh"), beras.Dropout(0.2), beras.Dense(3, kernel_regularizer=regularizers.L2(0.1))]
        model = compiled(eagerly, make() if make else layers)
        callback = after_each_batch(lambda batch: change(model) if batch == 2 else None)
        model.fit(X, Y, batch_size=8, epochs=2, verbose=0, callbacks=[callback])
        return [*model.get_weights(), model.predict(X)]

    assert_same_both_ways(run)


CHANGES = {
    "the strength of a regularizer": lambda model: setattr(model.layers[2].kernel_regularizer, "l2", 0.9),
    "a rate": lambda model: setattr(model.layers[1], "rate", 0.7),
    "an optimizer": lambda model: setattr(model, "optimizer", beras.optimizers.SGD(0.5)),
    "a frozen layer": lambda model: setattr(model.layers[0], "trainable", False),
    "weights": lambda model: model.layers[0].kernel.assign(model.layers[0].kernel * 2),
    "compile": lambda model: model.compile("rmsprop", "mae", run_eagerly=model._compiled.run_eagerly),
    "an evaluation": lambda model: model.evaluate(X, Y, verbose=0),
    "the seed": lambda model: beras.set_random_seed(9),
    "a fit inside": lambda model: model.fit(X[:8], Y[:8], verbose=0),
    "a layer taken out of a list": lambda model: model._layers.pop(1) if len(model._layers) == 3 else None,
}


@pytest.mark.parametrize("name", CHANGES)
def test_in_the_middle_of_an_epoch(name):
    in_the_middle(CHANGES[name])


@pytest.mark.filterwarnings("ignore:Gradients do not exist")
def test_a_weight_that_is_frozen_in_the_middle_of_an_epoch():
    in_the_middle(lambda model: setattr(model.layers[0].bias, "trainable", False))


class Penalised(beras.Layer):
    replayable = True

    def __init__(self, penalty):
        super().__init__()
        self.penalty = [penalty]

    def build(self, input_shape):
        self.factor = self.add_weight((input_shape[-1],), "ones", regularizer=self.penalty[0])

    def call(self, inputs):
        return inputs * self.factor


def test_a_regularizer_of_a_single_weight():
    in_the_middle(
        lambda model: setattr(model.layers[0].penalty[0], "l2", 0.9),
        lambda: [Penalised(regularizers.L2(0.1)), beras.Dense(3)],
    )


def test_a_regularizer_of_the_users_is_asked_at_every_step():
    def run(eagerly):
        calls = []

        def growing(weight):
            calls.append(1)
            return np.sum(weight * weight) * np.float32(len(calls))

        model = compiled(eagerly, [Penalised(growing), beras.Dense(3)])
        model.fit(X, Y, batch_size=8, verbose=0)
        return model.get_weights()

    assert_same_both_ways(run)


def test_a_layer_that_is_popped():
    def run(eagerly):
        model = compiled(eagerly, [beras.Dense(3), beras.Dense(2)])
        found = [model.predict_on_batch(X), model.predict_on_batch(X)]
        model.pop()
        return [*found, model.predict_on_batch(X)]

    assert_same_both_ways(run)


def test_an_epoch_changes_no_setting(monkeypatch):
    traced = []
    first = beras.models.replays.Replays._first
    monkeypatch.setattr(
        beras.models.replays.Replays, "_first", lambda self, *args: traced.append(args[0]) or first(self, *args)
    )
    model = compiled(False, [beras.Dense(3)], metrics=["mae"])
    model.fit(X, Y, batch_size=32, epochs=4, verbose=0)
    model.evaluate(X, Y, verbose=0)
    model.evaluate(X, Y, verbose=0)
    assert [signature[0] for signature in traced] == ["train", "test"]


def test_shared_layers_and_optimizers():
    def run(eagerly):
        shared = beras.Dense(4, "tanh")
        optimizer = beras.optimizers.SGD(0.1, momentum=0.9)
        models = [compiled(eagerly, [beras.Input((6,)), shared, beras.Dense(3)], optimizer) for _ in range(2)]
        optimizer.build({id(w): w for model in models for w in model.trainable_weights}.values())
        for step in range(4):
            for model in models:
                model.train_on_batch(X, Y)
            if step == 1:
                shared.activation = beras.activations.relu
        return [w for model in models for w in model.get_weights()]

    assert_same_both_ways(run)


def test_every_change_is_another_number():
    from beras.core.changes import Changes

    one = Changes()
    seen = {one.count}
    for _ in range(3):
        one.note()
        assert one.count not in seen
        seen.add(one.count)
