"""LearningRateScheduler, TerminateOnNaN, CSVLogger, LambdaCallback."""

from __future__ import annotations

import csv
import inspect

import numpy as np
import pytest

from beras import callbacks
from beras.callbacks import CSVLogger, LearningRateScheduler, TerminateOnNaN
from tests import keras_oracle
from tests.callbacks.fake_model import FakeModel, run


def test_the_scheduler_sets_the_rate_of_each_epoch(capsys):
    model = FakeModel(0.8)
    run(model, [LearningRateScheduler(lambda epoch, rate: rate / 2 if epoch else rate, verbose=1)], [{}] * 3)
    assert model.history.history == {"learning_rate": [0.8, 0.4, 0.2]}
    assert "Epoch 3: LearningRateScheduler setting learning rate to 0.2." in capsys.readouterr().out


def test_the_scheduler_takes_functions_of_the_epoch_alone_and_numpy_numbers():
    model = FakeModel()
    run(model, [LearningRateScheduler(lambda epoch: np.float32(0.5**epoch))], [{}] * 3)
    assert model.history.history == {"learning_rate": [1.0, 0.5, 0.25]}


def test_an_error_inside_the_schedule_is_not_hidden():
    def schedule(epoch, rate):
        raise TypeError("mine")

    with pytest.raises(TypeError, match="mine"):
        run(FakeModel(), [LearningRateScheduler(schedule)], [{}])


@pytest.mark.parametrize("value", [None, "0.1", float("nan"), float("inf"), True])
def test_a_schedule_must_return_a_finite_number(value):
    with pytest.raises(ValueError, match="must return a finite number for epoch 0"):
        run(FakeModel(), [LearningRateScheduler(lambda epoch, rate: value)], [{}])


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_training_ends_where_the_loss_is_no_number(value, capsys):
    model = FakeModel()
    assert run(model, [TerminateOnNaN()], [{"loss": 1.0}, {"loss": value}, {"loss": 1.0}]) == 2
    assert "Batch 0: Invalid loss, terminating training" in capsys.readouterr().out
    with pytest.raises(RuntimeError, match=r"at batch 0. Lower the learning rate"):
        run(model, [TerminateOnNaN(raise_error=True)], [{"loss": value}])


def test_csv_has_one_line_per_epoch(tmp_path):
    path = tmp_path / "log.csv"
    epochs = [{"loss": 2.0, "accuracy": 0.5, "val_loss": 3.0}, {"loss": 1.0, "accuracy": 0.75}]
    run(FakeModel(), [CSVLogger(path)], epochs)
    assert path.read_text(encoding="utf-8").splitlines() == [
        "epoch,accuracy,loss,val_loss",
        "0,0.5,2.0,3.0",
        "1,0.75,1.0,NA",
    ]
    run(FakeModel(), [CSVLogger(path, append=True)], [{"val_loss": 1.5, "loss": 0.5, "accuracy": 1.0}])
    assert path.read_text(encoding="utf-8").splitlines()[-1] == "0,1.0,0.5,1.5"
    run(FakeModel(), [CSVLogger(path, separator=";")], epochs[:1])
    assert path.read_text(encoding="utf-8").splitlines()[0] == "epoch;accuracy;loss;val_loss"


def test_csv_appended_with_other_names_keeps_its_columns(tmp_path):
    path = tmp_path / "log.csv"
    run(FakeModel(), [CSVLogger(path)], [{"loss": 2.0, "val_loss": 1.0}])
    with pytest.warns(UserWarning, match=r"has no column for mse\."):
        run(FakeModel(), [CSVLogger(path, append=True)], [{"loss": 1.0, "mse": 5.0}])
    with open(path, encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file))[-1] == {"epoch": "0", "loss": "1.0", "val_loss": "NA"}


@pytest.mark.torch
@pytest.mark.parametrize("epochs", [[{"loss": 1.5, "acc": 0.5}] * 2, [{"val_loss": 1.0, "loss": 2.0}]])
def test_csv_is_keras_own(epochs, tmp_path):
    keras = keras_oracle.keras()
    run(FakeModel(), [CSVLogger(tmp_path / "ours.csv")], epochs)
    theirs = keras.callbacks.CSVLogger(str(tmp_path / "theirs.csv"))
    theirs.on_train_begin()
    for epoch, logs in enumerate(epochs):
        theirs.on_epoch_end(epoch, logs)
    theirs.on_train_end()
    with open(tmp_path / "ours.csv", newline="") as ours, open(tmp_path / "theirs.csv", newline="") as reference:
        assert list(csv.reader(ours)) == list(csv.reader(reference))


@pytest.mark.torch
@pytest.mark.parametrize("name", [n for n in callbacks.__all__ if n not in ("CallbackList", "LambdaCallback")])
def test_signatures_are_those_of_keras(name):
    keras = keras_oracle.keras()
    ours = inspect.signature(getattr(callbacks, name)).parameters
    theirs = inspect.signature(getattr(keras.callbacks, name)).parameters
    expected = [(p.name, p.default) for p in theirs.values() if p.name not in ("kwargs", "args")]
    assert [(p.name, p.default) for p in ours.values()] == expected


@pytest.mark.torch
def test_the_hooks_are_those_of_keras():
    keras = keras_oracle.keras()
    hooks = {name for name in dir(keras.callbacks.Callback) if name.startswith("on_")}
    assert hooks == {name for name in dir(callbacks.Callback) if name.startswith("on_")}
