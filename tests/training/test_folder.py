import json
import os
import shutil
from collections import namedtuple

import pytest

from beras.training import RunFolder, RunFolderError


def test_history_has_a_line_per_epoch_from_1_with_all_digits(tmp_path):
    folder = RunFolder(tmp_path)
    third = 1 / 3
    folder.write_history({"val_loss": [0.5, third], "loss": [1.0, 2e-17]})
    assert folder.history.read_text(encoding="utf-8") == f"epoch,loss,val_loss\n1,1.0,0.5\n2,2e-17,{third!r}\n"


def test_numbers_that_json_has_not_become_null(tmp_path):
    folder = RunFolder(tmp_path)
    folder.write_result({"loss": float("nan"), "epochs": 3})
    assert json.loads(folder.result.read_text(encoding="utf-8")) == {"loss": None, "epochs": 3}


def test_new_names_do_not_meet(tmp_path):
    first = RunFolder.new("digits", tmp_path)
    first.path.mkdir()
    second = RunFolder.new("digits", tmp_path)
    assert first.path != second.path
    assert second.path.name.startswith("digits-")


def test_a_used_folder_is_refused_and_an_empty_one_is_not(tmp_path):
    RunFolder(tmp_path / "absent").refuse_if_used()
    RunFolder(tmp_path).refuse_if_used()
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(FileExistsError, match="--overwrite"):
        RunFolder(tmp_path).refuse_if_used()


def test_preparing_removes_the_files_of_a_run_and_nothing_else(tmp_path):
    folder = RunFolder(tmp_path)
    (tmp_path / "figures").mkdir()
    for name in ("config.json", "model.safetensors", "figures/old.png", "thesis.txt", "figures/notes.md"):
        (tmp_path / name).touch()
    folder.prepare(n_bytes=1)
    assert sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.*")) == [
        "figures/notes.md",
        "thesis.txt",
    ]


def test_a_place_that_cannot_be_a_folder_is_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(RunFolderError, match="cannot be used as a run folder"):
        RunFolder(tmp_path / "file" / "run").prepare(1)


def test_a_disk_that_is_too_full_is_said_before_anything_is_written(tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**9, 10**9 - 5, 5))
    with pytest.raises(RunFolderError, match=r"needs 1\.0 MB"):
        RunFolder(tmp_path / "run").prepare(1_000_000)


def test_a_write_that_fails_leaves_the_old_file_and_no_half_one(tmp_path, monkeypatch):
    folder = RunFolder(tmp_path)
    folder.write_summary("old")

    def full(fd):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(RunFolderError, match=r"summary\.txt could not be written: No space left"):
        folder.write_summary("new")
    assert folder.summary.read_text(encoding="utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["summary.txt"]


def test_opening_what_is_no_run_says_what_there_is(tmp_path):
    (tmp_path / "mnist-1").mkdir()
    (tmp_path / "mnist-1" / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(RunFolderError, match=r"mnist-2\. `beras train` makes one\.$"):
        RunFolder.open(tmp_path / "mnist-2")
    with pytest.raises(RunFolderError, match=r"model\.safetensors is missing"):
        RunFolder.open(tmp_path / "mnist-1")
    (tmp_path / "mnist-1" / "model.safetensors").touch()
    with pytest.raises(RunFolderError, match="Did you mean 'mnist-1'"):
        RunFolder.open(tmp_path / "mnist-2")


def test_of_the_runs_that_there_are_the_five_newest_with_a_model_are_named(tmp_path):
    for age, name in enumerate("gbadcfe"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").touch()
        if name != "b":
            (tmp_path / name / "model.safetensors").touch()
            os.utime(tmp_path / name / "model.safetensors", (1e9 - age, 1e9 - age))
    with pytest.raises(RunFolderError) as caught:
        RunFolder.open(tmp_path / "nope")
    assert str(caught.value).endswith(f" The newest in {tmp_path}: g, a, d, c, f.")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"run": 3, "data": null}', "\x00"])
def test_a_damaged_configuration_is_said(tmp_path, content):
    folder = RunFolder(tmp_path)
    folder.config.write_text(content, encoding="utf-8")
    with pytest.raises(RunFolderError, match=r"config\.json cannot be read"):
        folder.read_config()
