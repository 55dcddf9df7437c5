"""The hooks: which are called, in which order, with which logs."""

from __future__ import annotations

import numpy as np
import pytest

from beras.callbacks import Callback, CallbackList, History, LambdaCallback, ProgbarLogger
from tests.callbacks.fake_model import FakeModel, run

HOOKS = [name for name in vars(Callback) if name.startswith("on_") and not name.startswith("on_batch")]


def test_the_order_of_the_hooks_of_a_training():
    called = []
    hooks = {
        name: lambda *args, name=name: called.append(name)
        for name in HOOKS
        if name not in ("on_batch_begin", "on_batch_end")
    }
    run(FakeModel(), [LambdaCallback(**hooks)], [{"loss": 1.0}], batches=1)
    assert called == [
        "on_train_begin",
        "on_epoch_begin",
        "on_train_batch_begin",
        "on_train_batch_end",
        "on_epoch_end",
        "on_train_end",
    ]


@pytest.mark.parametrize("phase", ["test", "predict"])
def test_the_hooks_of_evaluation_and_prediction(phase):
    called = []
    names = [f"on_{phase}_begin", f"on_{phase}_batch_begin", f"on_{phase}_batch_end", f"on_{phase}_end"]
    hooks = CallbackList([LambdaCallback(**{n: lambda *args, n=n: called.append((n, args)) for n in names})])
    getattr(hooks, names[0])()
    getattr(hooks, names[1])(0)
    getattr(hooks, names[2])(0, {"loss": 2.0})
    getattr(hooks, names[3])({"loss": 2.0})
    assert called == list(zip(names, [({},), (0, {}), (0, {"loss": 2.0}), ({"loss": 2.0},)]))


def test_batch_logs_are_computed_only_for_who_wants_them():
    computed = []

    def logs():
        computed.append(1)
        return {"loss": np.float32(0.5)}

    silent = CallbackList([History(), Callback()])
    silent.on_train_begin()
    silent.on_train_batch_end(0, logs)
    assert computed == []

    seen = []

    class Older(Callback):
        def on_batch_end(self, batch, logs=None):
            seen.append((batch, logs))

    interested = CallbackList([Older(), Older()])
    interested.on_train_begin()
    interested.on_train_batch_end(3, logs)
    assert computed == [1]
    assert seen == [(3, {"loss": 0.5})] * 2
    assert type(seen[0][1]["loss"]) is float


def test_what_a_callback_writes_into_the_logs_of_an_epoch_reaches_the_history():
    class Adding(Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["extra"] = epoch * 10

    model = FakeModel()
    given = [{"loss": np.float64(2.0)}, {"loss": np.array(1.0)}]
    run(model, [Adding()], given)
    assert model.history.history == {"loss": [2.0, 1.0], "extra": [0, 10]}
    assert model.history.epoch == [0, 1]
    assert model.history.params == {"verbose": 0, "epochs": 2, "steps": 2}
    assert "extra" not in given[0]


def test_a_history_that_is_passed_goes_on():
    history, model = History(), FakeModel()
    run(model, [history], [{"loss": 2.0}])
    run(model, [history], [{"loss": 1.0}])
    assert history.history == {"loss": [2.0, 1.0]}
    assert history.epoch == [0]
    assert model.history is history


def test_model_and_params_are_set_even_without_super_init():
    class Forgetful(Callback):
        def __init__(self):
            pass

        def on_train_begin(self, logs=None):
            self.seen = self.model, self.params["epochs"]

    callback, model = Forgetful(), FakeModel()
    run(model, [[callback]], [{}] * 3)
    assert callback.seen == (model, 3)


def test_only_one_progress_and_history():
    mine = [History(), ProgbarLogger()]
    assert CallbackList(mine, add_history=True, add_progbar=True, verbose=0).callbacks == mine


def test_what_is_no_callback_is_refused():
    with pytest.raises(TypeError, match=r"Write History\(...\)"):
        CallbackList([History])
    with pytest.raises(TypeError, match=r"A function goes into LambdaCallback"):
        CallbackList(print)


def test_an_unknown_hook_is_refused():
    with pytest.raises(TypeError, match=r"Unknown hook 'on_epoch_ends'. Did you mean 'on_epoch_end'\?"):
        LambdaCallback(on_epoch_ends=print)
