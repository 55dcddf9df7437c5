import json
import sys
from dataclasses import replace

import pytest

from beras.training import build_model, resolve
from beras.training.describe import describe

KEYS = ["dataset", "epochs", "seconds", "train_loss", "test_loss", "test_accuracy", "parameters", "run_dir"]
QUICK = ("--dataset", "digits", "--layers", "8", "--epochs", 1, "--no-figures")


def test_the_last_line_is_one_json_object_with_the_keys_in_order(beras_command, tmp_path):
    result = beras_command("train", *QUICK, "--out", tmp_path / "r", "--json")
    assert result.exit_code == 0
    assert result.stderr == ""
    found = json.loads(result.stdout.splitlines()[-1])
    assert list(found) == KEYS
    assert found["dataset"] == "digits"
    assert found["epochs"] == 1
    assert found["parameters"] == 64 * 8 + 8 + 8 * 10 + 10
    assert found["run_dir"] == str(tmp_path / "r")
    assert 0 < found["seconds"] < 60


def test_elsewhere_than_in_a_terminal_there_is_one_line_an_epoch_and_no_escape_code(beras_command, tmp_path):
    result = beras_command("train", *QUICK[:-3], "--epochs", 3, "--no-figures", "--out", tmp_path / "r")
    assert "\x1b" not in result.stdout
    assert [line[:9] for line in result.stdout.splitlines() if line.startswith("Epoch")] == [
        *("Epoch 1/3", "Epoch 2/3", "Epoch 3/3")
    ]


def test_quiet_has_no_progress(beras_command, tmp_path):
    assert "Epoch" not in beras_command("train", *QUICK, "--quiet", "--out", tmp_path / "r").stdout


def test_no_hidden_layers_is_softmax_regression(beras_command, tmp_path):
    result = beras_command(
        *(
            "train",
            "--dataset",
            "digits",
            "--layers",
            "",
            "--epochs",
            1,
            "--no-figures",
            "--json",
            "--out",
            tmp_path / "r",
        )
    )
    assert "softmax regression" in result.stdout
    assert json.loads(result.stdout.splitlines()[-1])["parameters"] == 650


def test_softmax_regression_has_no_dropout_in_words_or_in_the_configuration(beras_command, tmp_path):
    beras_command(
        "train", "--dataset", "digits", "--layers", "", "--epochs", 1, "--no-figures", "--out", tmp_path / "r"
    )
    assert json.loads((tmp_path / "r" / "config.json").read_text(encoding="utf-8"))["run"]["dropout"] == 0
    config = replace(resolve("mnist", layers=(256,)), layers=())
    model = build_model(config, (28, 28), 10, 255, 100)
    assert config.dropout > 0
    assert "dropout" not in describe(config, model)


@pytest.mark.parametrize("dataset", ["auto", "mnist"])
def test_a_data_folder_that_is_not_there_is_a_failure(beras_command, tmp_path, dataset):
    result = beras_command("train", "--dataset", dataset, "--data", tmp_path / "nope", "--out", tmp_path / "r")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: MNIST was to be read from {tmp_path / 'nope'}, which does not exist.")
    assert not (tmp_path / "r").exists()


def test_ctrl_c_while_data_are_read_says_that_nothing_was_saved(beras_command, tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("beras.datasets.load", interrupted)
    result = beras_command("train", *QUICK, "--out", tmp_path / "r")
    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr == "Stopped before training began; nothing was saved.\n"
    assert not (tmp_path / "r").exists()


def test_nonsense_gets_no_suggestion_and_help_says_how_to_write_a_checkpoint(beras_command):
    result = beras_command("train", "--bogus")
    assert result.exit_code == 2
    assert result.stderr == "Error: There is no option --bogus. See: beras train --help\n"
    assert "ModelCheckpoint:filepath=best.safetensors" in beras_command("train", "--help").stdout


def test_without_out_the_run_goes_to_runs(beras_command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    beras_command("train", *QUICK)
    (made,) = (tmp_path / "runs").iterdir()
    assert made.name.startswith("digits-")


def test_a_used_folder_is_refused_untouched_unless_overwrite(beras_command, tmp_path):
    (tmp_path / "model.safetensors").write_text("precious", encoding="utf-8")
    refused = beras_command("train", *QUICK, "--out", tmp_path)
    assert refused.exit_code == 2
    assert "--overwrite" in refused.stderr
    assert (tmp_path / "model.safetensors").read_text(encoding="utf-8") == "precious"
    assert beras_command("train", *QUICK, "--out", tmp_path, "--overwrite").exit_code == 0
    assert beras_command("evaluate", tmp_path).exit_code == 0


def test_auto_without_mnist_says_in_one_line_that_it_uses_the_digits_and_why(beras_command, tmp_path, monkeypatch):
    def no_network(*_, **__):
        from beras.datasets import DownloadError

        raise DownloadError("MNIST could not be downloaded.", "there is no network.")

    monkeypatch.setattr("beras.datasets.choose.load_family", no_network)
    first = beras_command("train", *QUICK[2:], "--out", tmp_path / "r").stdout.splitlines()[0]
    assert "digits embedded in beras" in first
    assert "Not MNIST" in first
    insisted = beras_command("train", "--dataset", "mnist", *QUICK[2:], "--out", tmp_path / "s")
    assert insisted.exit_code == 1
    assert "could not be downloaded" in insisted.stderr
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--optimizer", "adm"], "Unknown optimizer 'adm'. Did you mean 'adam'?"),
        (["--activation", "rleu"], "Did you mean 'relu'?"),
        (["--dataset", "minst"], "Did you mean 'mnist'?"),
        (["--dataset", "aut"], "Did you mean 'auto'?"),
        (["--decay", "cosin"], "Did you mean 'cosine'?"),
        (["--callback", "EarlyStoping"], "Did you mean 'EarlyStopping'?"),
        (["--layers", "256;128"], "--layers takes whole numbers"),
        (["--layers", "0"], "layers"),
        (["--epoch", "3"], "Did you mean '--epochs'?"),
        (["--epochs", "three"], "'--epochs'"),
        (["--epochs", "0"], "epochs must be 1 or more"),
        (["--learning-rat", "1"], "Did you mean '--learning-rate'?"),
        (["--callback", "ModelCheckpoint"], "Write: --callback ModelCheckpoint:filepath=best.safetensors."),
        (["--learning-rate", "-1"], "learning_rate must be a number above 0"),
        (["--validation", "1"], "validation must be a share"),
        (["extra"], "extra"),
    ],
)
def test_bad_usage_is_one_sentence_and_exit_code_2(beras_command, tmp_path, monkeypatch, arguments, sentence):
    monkeypatch.chdir(tmp_path)
    result = beras_command("train", *arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert result.stderr.startswith("Error: ")
    assert len(result.stderr.splitlines()) == 1
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_a_failure(beras_command, tmp_path):
    (tmp_path / "file").touch()
    result = beras_command("train", *QUICK, "--out", tmp_path / "file" / "r")
    assert result.exit_code == 1
    assert "cannot be used as a run folder" in result.stderr
    assert "Epoch" not in result.stdout


def test_a_loss_that_is_no_number_is_a_failure(beras_command, tmp_path):
    result = beras_command(
        *("train", *QUICK, "--optimizer", "sgd", "--learning-rate", "1e38", "--decay", "none", "--out", tmp_path / "r")
    )
    assert result.exit_code == 1
    assert "smaller learning rate" in result.stderr


def test_without_matplotlib_training_works_and_says_what_to_install(beras_command, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.font_manager", None)
    result = beras_command("train", *QUICK[:-1], "--out", tmp_path / "r", "--json")
    assert result.exit_code == 0
    assert 'pip install "beras[viz]"' in result.stdout
    assert list(json.loads(result.stdout.splitlines()[-1])) == KEYS
