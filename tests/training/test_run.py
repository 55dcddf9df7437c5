import csv
import json
import os
import signal
import sys

import numpy as np
import pytest

import beras
from beras import datasets
from beras.callbacks import LambdaCallback
from beras.saving import load_model, load_weights_file
from beras.training import RunFolder, RunFolderError, TrainingDiverged, resolve, train

QUICK = {"layers": (16,), "epochs": 3}


def run(path, data=None, figures=False, **options):
    config = resolve("digits", **{**QUICK, **options})
    said = []
    finished = train(
        config, data or datasets.load("digits"), RunFolder(path), verbose=0, figures=figures, say=said.append
    )
    return finished, said


def bits(path):
    """Return what two equal runs have in common to the last bit: the history, the weights, the optimizer's state."""
    arrays, texts = load_weights_file(path / "model.safetensors")
    return (path / "history.csv").read_bytes(), {name: array.tobytes() for name, array in arrays.items()}, texts


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    path = tmp_path_factory.mktemp("run") / "r"
    return path, *run(path)


def test_the_result_says_what_the_saved_model_does(finished):
    path, done, _ = finished
    data = datasets.load("digits")
    probabilities = load_model(path / "model.safetensors").predict(data.x_test, verbose=0)
    accuracy = np.mean(probabilities.argmax(axis=1) == data.y_test)
    loss = -np.mean(np.log(probabilities[np.arange(len(data.y_test)), data.y_test]))
    assert done.result.test_accuracy == pytest.approx(accuracy, abs=1e-6)
    assert done.result.test_loss == pytest.approx(loss, rel=1e-4)
    assert done.result.parameters == 64 * 16 + 16 + 16 * 10 + 10
    assert (done.result.dataset, done.result.epochs, done.result.run_dir) == ("digits", 3, str(path))


def test_the_folder_holds_everything(finished):
    path, done, _ = finished
    assert sorted(p.name for p in path.iterdir()) == [
        *("config.json", "history.csv", "model.safetensors", "result.json", "summary.txt")
    ]
    with open(path / "history.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    assert float(rows[-1]["loss"]) == done.result.train_loss
    config = json.loads((path / "config.json").read_text(encoding="utf-8"))
    assert config["run"]["layers"] == [16]
    assert config["data"] == {
        "name": "digits",
        "scale": 16,
        "image_shape": [8, 8],
        "class_names": list("0123456789"),
        "n_train": 1438,
        "n_test": 359,
    }
    result = json.loads((path / "result.json").read_text(encoding="utf-8"))
    assert result == done.result.as_dict() | {"seed": 0, "interrupted": False}
    assert "hidden_1 (Dense)" in (path / "summary.txt").read_text(encoding="utf-8")


def test_the_same_seed_gives_the_same_bits_and_another_seed_does_not(finished, tmp_path):
    path, _, _ = finished
    run(tmp_path / "same", dropout=0.0)
    run(tmp_path / "other", seed=1)
    assert bits(path) == bits(tmp_path / "same")
    assert bits(path)[0] != bits(tmp_path / "other")[0]
    assert bits(path)[1] != bits(tmp_path / "other")[1]


def test_dropout_and_validation_are_repeatable_too(tmp_path):
    for name in ("a", "b"):
        run(tmp_path / name, dropout=0.3, validation=0.2, epochs=2)
    assert bits(tmp_path / "a") == bits(tmp_path / "b")
    assert (
        (tmp_path / "a" / "history.csv")
        .read_text(encoding="utf-8")
        .startswith("epoch,accuracy,loss,val_accuracy,val_loss\n")
    )


def test_the_test_set_changes_nothing_but_the_result(finished, tmp_path):
    path, _, _ = finished
    data = datasets.load("digits")
    noise = np.random.default_rng(0).integers(0, 17, data.x_test.shape).astype(np.uint8)
    run(tmp_path / "noise", data=data._replace(x_test=noise))
    assert bits(path) == bits(tmp_path / "noise")


def test_an_interrupt_ends_after_its_batch_and_everything_is_saved(tmp_path, monkeypatch):
    batches = []

    def on_batch(batch, logs):
        batches.append(batch)
        if len(batches) == 60:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("beras.training.run.build_callbacks", lambda *_: [LambdaCallback(on_train_batch_end=on_batch)])
    done, said = run(tmp_path / "r", epochs=5)
    assert done.interrupted
    assert len(batches) == 60
    assert done.result.epochs == 2
    assert any("Stopped by Ctrl-C in epoch 2 of 5" in line for line in said)
    assert json.loads((tmp_path / "r" / "result.json").read_text(encoding="utf-8"))["interrupted"]
    assert load_model(tmp_path / "r" / "model.safetensors").count_params() == done.result.parameters


def test_a_loss_that_is_no_number_ends_the_run_and_keeps_the_history(tmp_path):
    with pytest.raises(TrainingDiverged, match="--learning-rate"):
        run(tmp_path / "r", optimizer="sgd", learning_rate=1e38, decay="none")
    assert (tmp_path / "r" / "history.csv").is_file()
    assert not (tmp_path / "r" / "model.safetensors").exists()


@pytest.mark.parametrize(("given", "suggested"), [(1e30, "0.2"), (1e38, "0.2")])
def test_a_rate_far_above_the_usual_one_is_answered_with_the_usual_one(tmp_path, given, suggested):
    with pytest.raises(TrainingDiverged, match=f"--learning-rate {suggested}\\. "):
        run(tmp_path / "r", optimizer="sgd", learning_rate=given, decay="none", epochs=1)


def test_what_cannot_be_is_refused_before_the_folder_is_made(tmp_path):
    with pytest.raises(ValueError, match="one part empty"):
        run(tmp_path / "r", validation=0.9999)
    assert not (tmp_path / "r").exists()


@pytest.mark.skipif(os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="needs file permissions")
def test_a_folder_that_may_not_be_written_is_said_before_training(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(RunFolderError, match="cannot be used"):
        run(tmp_path / "r")


def test_a_disk_that_is_full_for_a_while_does_not_end_the_training(tmp_path, monkeypatch):
    written = []
    real = RunFolder.write_history

    def failing(self, history):
        written.append(len(history["loss"]))
        if len(written) == 2:
            raise RunFolderError("No space left on device")
        real(self, history)

    monkeypatch.setattr(RunFolder, "write_history", failing)
    run(tmp_path / "r")
    assert written == [1, 2, 3, 3]
    assert len((tmp_path / "r" / "history.csv").read_text(encoding="utf-8").splitlines()) == 4


def test_figures_are_drawn_for_softmax_regression_and_deep_models(tmp_path):
    pytest.importorskip("matplotlib")
    for name, layers in (("softmax", ()), ("deep", (16, 16, 16, 16))):
        done, _ = run(tmp_path / name, layers=layers, epochs=1, figures=True)
        assert done.without_figures == ""
        assert sorted(p.name for p in (tmp_path / name / "figures").iterdir()) == [
            *("confusion.png", "history.png", "mistakes.png", "model.png", "weights.png")
        ]


def test_without_matplotlib_training_works_and_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.font_manager", None)
    done, _ = run(tmp_path / "r", figures=True, epochs=1)
    assert 'pip install "beras[viz]"' in done.without_figures
    assert (tmp_path / "r" / "model.safetensors").is_file()


def test_a_checkpoint_lands_in_the_run_folder(tmp_path):
    run(tmp_path / "r", callbacks=("CSVLogger:filename=log.csv",), epochs=1)
    assert (tmp_path / "r" / "log.csv").is_file()
    run(tmp_path / "s", callbacks=("ModelCheckpoint:filepath=best.safetensors",), epochs=1)
    assert (tmp_path / "s" / "best.safetensors").is_file()


def test_early_stopping_ends_a_run(tmp_path):
    done, _ = run(tmp_path / "r", callbacks=("EarlyStopping:monitor=loss,min_delta=1000",), epochs=9)
    assert done.result.epochs < 9
    assert not done.interrupted


def test_a_run_leaves_the_numbering_of_layers_alone(tmp_path):
    first = beras.Dense(1).name
    run(tmp_path / "r", epochs=1)
    assert beras.Dense(1).name != first


def test_a_network_that_convolves_learns_and_is_drawn(tmp_path):
    pytest.importorskip("matplotlib")
    done, said = run(tmp_path / "r", figures=True, model="cnn", layers=(32,), dropout=0.0, epochs=5, augment=True)
    assert done.result.test_accuracy > 0.8
    assert "64, 3 x 3 convolutions of 32 and 64 filters, 32-10" in said[0]
    assert "augmented images" in said[0]
    assert (tmp_path / "r" / "figures" / "weights.png").exists()
    assert json.loads((tmp_path / "r" / "config.json").read_text(encoding="utf-8"))["run"]["model"] == "cnn"
