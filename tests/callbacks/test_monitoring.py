"""EarlyStopping, ReduceLROnPlateau and ModelCheckpoint: by hand, and decision by decision against Keras."""

from __future__ import annotations

import random

import numpy as np
import pytest

from beras import callbacks
from beras.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
from tests import keras_oracle
from tests.callbacks.fake_model import FakeModel, run


def losses(*values, name="val_loss"):
    return [{"loss": 0.0, name: value} for value in values]


def sequences():
    rng = random.Random(7)
    curves = [[5, 4, 3, 2, 1, 1, 1, 1], [1, 2, 3, 4, 5], [3, 2.95, 2.94, 2.5, 2.6, 2.4, 2.41, 2.39, 2.4]]
    curves += [[round(3 / (1 + i) + rng.uniform(-0.4, 0.4), 2) for i in range(14)] for _ in range(8)]
    curves.append([2.0, float("nan"), 1.0, 1.5, 1.6, 1.7])
    return curves


class Recording(FakeModel):
    """A model that notes what the callbacks do to it; Keras's callbacks take it too."""

    metrics = ()


def follow(callback, curve, name):
    """Return what ``callback`` decides on a sequence of logs: the rates and weights after each epoch, and the end."""
    model = Recording()
    callback.set_model(model)
    callback.on_train_begin({})
    rates = []
    for epoch, value in enumerate(curve):
        callback.on_epoch_begin(epoch, {})
        model.weight += 1
        callback.on_epoch_end(epoch, {"loss": 0.0, name: value})
        rates.append(float(np.float32(float(model.optimizer.learning_rate))))
        if model.stop_training:
            break
    callback.on_train_end({})
    return rates, float(model.weight[0]), model.stop_training


EARLY = [
    {},
    {"patience": 2},
    {"patience": 2, "min_delta": 0.1},
    {"patience": 3, "restore_best_weights": True},
    {"patience": 1, "baseline": 1.5, "restore_best_weights": True},
    {"patience": 2, "start_from_epoch": 3},
    {"patience": 2, "monitor": "score", "mode": "max", "min_delta": -0.05},
]
PLATEAU = [
    {"patience": 1},
    {"patience": 2, "factor": 0.5, "min_delta": 0.1},
    {"patience": 1, "cooldown": 2},
    {"patience": 0, "min_lr": 0.02},
    {"patience": 1, "monitor": "score", "mode": "max", "factor": 0.3},
]


@pytest.mark.torch
@pytest.mark.parametrize(
    ("name", "arguments"), [("EarlyStopping", a) for a in EARLY] + [("ReduceLROnPlateau", a) for a in PLATEAU]
)
def test_decisions_are_those_of_keras(name, arguments):
    keras = keras_oracle.keras()
    watched = arguments.get("monitor", "val_loss")
    for curve in sequences():
        ours = follow(getattr(callbacks, name)(**arguments), curve, watched)
        theirs = follow(getattr(keras.callbacks, name)(**arguments), curve, watched)
        assert ours == theirs, curve


@pytest.mark.torch
@pytest.mark.parametrize(
    "arguments", [{"save_best_only": True}, {}, {"save_best_only": True, "initial_value_threshold": 2.0}]
)
def test_checkpoints_are_written_when_keras_writes_them(arguments, tmp_path):
    keras = keras_oracle.keras()
    for curve in sequences():
        written = []
        for cls, ending in ((ModelCheckpoint, ".safetensors"), (keras.callbacks.ModelCheckpoint, ".keras")):
            model = Recording()
            model.save = lambda path, overwrite=True, model=model: model.saved.append(float(model.weight[0]))
            callback = cls(str(tmp_path / f"m{ending}"), **arguments)
            callback.set_model(model)
            for epoch, value in enumerate(curve):
                callback.on_epoch_begin(epoch)
                model.weight += 1
                callback.on_epoch_end(epoch, {"val_loss": value})
            written.append(model.saved)
        assert written[0] == written[1], curve


def test_early_stopping_gives_back_the_best_weights(capsys):
    model = FakeModel()
    stopping = EarlyStopping(patience=2, restore_best_weights=True, verbose=1)
    assert run(model, [stopping], losses(3, 1, 2, 2, 2, 2)) == 4
    assert model.weight == 2
    assert (stopping.best, stopping.best_epoch, stopping.stopped_epoch) == (1, 1, 3)
    assert capsys.readouterr().out == (
        "Epoch 4: early stopping\nRestoring model weights from the end of the best epoch: 2.\n"
    )
    # an instance can be used again
    assert run(model, [stopping], losses(5, 6, 6)) == 3


@pytest.mark.parametrize(
    ("name", "better"),
    [("val_loss", -1), ("accuracy", 1), ("val_acc", 1), ("auc", 1), ("mean_squared_error", -1), ("val_f1_score", 1)],
)
def test_the_direction_is_known_from_the_name(name, better):
    stopping = EarlyStopping(name)
    assert stopping.is_improvement(2.0 + better, 2.0)
    assert not stopping.is_improvement(2.0 - better, 2.0)


def test_the_metric_of_the_model_tells_its_direction_before_the_name_does():
    class Metric:
        name, direction = "closeness", "up"

    model = FakeModel()
    model.metrics = [Metric()]
    stopping = EarlyStopping("val_closeness")
    stopping.set_model(model)
    assert stopping.is_improvement(2.0, 1.0)
    with pytest.raises(ValueError, match=r"cannot tell whether a larger or a smaller 'val_x' is better"):
        EarlyStopping("val_x").is_improvement(2.0, 1.0)


@pytest.mark.parametrize("cls", [EarlyStopping, ReduceLROnPlateau])
def test_a_missing_value_is_named_once_with_the_nearest(cls):
    with pytest.warns(UserWarning, match="which is not among the logs") as caught:
        run(FakeModel(), [cls("val_accuracies")], [{"loss": 1.0, "val_accuracy": 0.5}] * 3)
    assert len(caught) == 1
    assert "'val_accuracies', which is not among the logs, so it does nothing. Did you mean 'val_accuracy'?" in str(
        caught[0].message
    )
    with pytest.warns(UserWarning, match=r"Pass validation_data or validation_split to fit. Available: loss"):
        run(FakeModel(), [cls()], [{"loss": 1.0}])


def test_a_wrong_mode_is_refused():
    with pytest.raises(ValueError, match="mode must be 'auto', 'min' or 'max'"):
        EarlyStopping(mode="maximum")


def test_the_rate_falls_and_stands_in_the_logs(capsys):
    model = FakeModel(0.5)
    run(model, [ReduceLROnPlateau(factor=0.5, patience=1, min_lr=0.2, verbose=1)], losses(1, 1, 1, 1))
    assert model.history.history["learning_rate"] == [0.5, 0.5, 0.25, 0.2]
    assert capsys.readouterr().out == (
        "Epoch 2: ReduceLROnPlateau reducing learning rate to 0.25.\n"
        "Epoch 3: ReduceLROnPlateau reducing learning rate to 0.2.\n"
    )
    with pytest.raises(ValueError, match="factor must be below 1"):
        ReduceLROnPlateau(factor=1.0)


def test_checkpoint_files(tmp_path, capsys):
    model = FakeModel()
    path = tmp_path / "deep" / "{epoch:02d}-{val_loss:.1f}.safetensors"
    run(model, [ModelCheckpoint(path, save_best_only=True, verbose=1)], losses(3, 4, 2.04))
    saved = [str(tmp_path / "deep" / name) for name in ("01-3.0.safetensors", "03-2.0.safetensors")]
    assert model.saved == [("model", saved[0], 1.0), ("model", saved[1], 3.0)]
    assert (tmp_path / "deep").is_dir()
    assert capsys.readouterr().out.splitlines() == [
        f"Epoch 1: val_loss improved from None to 3.00000, saving model to {saved[0]}",
        f"Epoch 1: finished saving model to {saved[0]}",
        "Epoch 2: val_loss did not improve from 3.00000",
        f"Epoch 3: val_loss improved from 3.00000 to 2.04000, saving model to {saved[1]}",
        f"Epoch 3: finished saving model to {saved[1]}",
    ]


def test_checkpoint_every_so_many_batches(tmp_path):
    model = FakeModel()
    path = tmp_path / "{epoch}-{batch}.safetensors"
    run(model, [ModelCheckpoint(path, save_weights_only=True, save_freq=3)], [{"loss": 1.0}] * 2, batches=4)
    assert [(kind, name.rsplit("/")[-1]) for kind, name, _ in model.saved] == [
        ("weights", "1-3.safetensors"),
        ("weights", "2-2.safetensors"),
    ]


def test_checkpoint_refusals(tmp_path):
    with pytest.raises(
        ValueError, match=r"'.keras' is the ending for a whole model.*Write 'm.safetensors' or 'm.weights.h5'"
    ):
        ModelCheckpoint("m.keras", save_weights_only=True)
    with pytest.raises(ValueError, match=r"'.weights.h5' is the ending for weights alone.*or 'm.keras'"):
        ModelCheckpoint("m.weights.h5")
    with pytest.raises(ValueError, match="save_freq must be 'epoch'"):
        ModelCheckpoint("m.safetensors", save_freq="epochs")
    with pytest.raises(KeyError, match=r"a field 'val_los' that is not among the logs. Did you mean 'val_loss'\?"):
        run(FakeModel(), [ModelCheckpoint(tmp_path / "{val_los}.safetensors")], losses(1))
    model = FakeModel()
    with pytest.warns(UserWarning, match="so it saves every time"):
        run(model, [ModelCheckpoint(tmp_path / "m.safetensors", save_best_only=True)], [{"loss": 1.0}] * 2)
    assert len(model.saved) == 2
