import gzip
import os
import sys
from pathlib import Path

import pytest

from beras.datasets import locate
from beras.datasets.locate import cache_folder, download_folder, find_file, find_files, search_folders

STEM = "train-images-idx3-ubyte"


def put(folder, name=STEM):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(gzip.compress(b"") if name.endswith(".gz") else b"")
    return folder / name


def test_search_order(monkeypatch, tmp_path):
    monkeypatch.setenv("BERAS_DATA_DIR", str(tmp_path / "env"))
    monkeypatch.setattr(locate, "_checkout", lambda: tmp_path / "repo")
    roots = [tmp_path / "env", tmp_path / "repo" / "data"]
    order = [folder for root in roots for folder in (root / "mnist", root)] + [cache_folder() / "mnist"]
    assert search_folders("mnist") == order
    # The last of the order is found first, then the one before it, and so on.
    for folder in reversed(order):
        file = put(folder)
        assert find_files("mnist", [STEM]) == (folder, {STEM: file})
    # Whoever names a folder is not given the files of another one.
    named = [tmp_path / "arg" / "mnist", tmp_path / "arg"]
    assert search_folders("mnist", tmp_path / "arg") == named
    assert find_files("mnist", [STEM], tmp_path / "arg") is None
    for folder in reversed(named):
        file = put(folder)
        assert find_files("mnist", [STEM], tmp_path / "arg") == (folder, {STEM: file})


def test_relatives_of_mnist_need_their_own_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("BERAS_DATA_DIR", str(tmp_path))
    put(tmp_path)
    assert find_files("mnist", [STEM]) is not None
    assert find_files("kmnist", [STEM]) is None
    assert find_files("kmnist", [STEM], tmp_path) is not None  # whoever names the folder means it
    file = put(tmp_path / "kmnist")
    assert find_files("kmnist", [STEM]) == (tmp_path / "kmnist", {STEM: file})


@pytest.mark.parametrize("name", [STEM, "train-images.idx3-ubyte", f"{STEM}.gz", "train-images.idx3-ubyte.gz"])
def test_spellings(tmp_path, name):
    file = put(tmp_path, name)
    assert find_file(tmp_path, STEM) == file


def test_uncompressed_comes_first(tmp_path):
    put(tmp_path, f"{STEM}.gz")
    file = put(tmp_path)
    assert find_file(tmp_path, STEM) == file


def test_a_folder_of_that_name_is_not_the_file(tmp_path):
    (tmp_path / STEM).mkdir()
    assert find_file(tmp_path, STEM) is None


def test_an_incomplete_folder_is_passed_over(monkeypatch, tmp_path):
    put(tmp_path / "env" / "mnist")
    monkeypatch.setenv("BERAS_DATA_DIR", str(tmp_path / "env"))
    for name in (STEM, "train-labels-idx1-ubyte"):
        put(tmp_path / "env", name)
    folder, files = find_files("mnist", [STEM, "train-labels-idx1-ubyte"])
    assert folder == tmp_path / "env"
    assert len(files) == 2


def test_home_is_expanded(machine_without_data):
    put(machine_without_data / "somewhere")
    assert find_files("mnist", [STEM], "~/somewhere")[0] == machine_without_data / "somewhere"


def test_checkout_is_recognised(monkeypatch, tmp_path):
    module = tmp_path / "beras" / "datasets" / "locate.py"
    monkeypatch.undo()
    monkeypatch.setattr(locate, "__file__", str(module))
    assert locate._checkout() is None
    (tmp_path / "pyproject.toml").touch()
    assert locate._checkout() == tmp_path.resolve()


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {}, ".cache/beras"),
        ("linux", {"XDG_CACHE_HOME": "{home}/xdg"}, "xdg/beras"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, ".cache/beras"),
        ("darwin", {"XDG_CACHE_HOME": "{home}/xdg"}, "Library/Caches/beras"),
        ("win32", {"LOCALAPPDATA": "{home}/Local"}, "Local/beras"),
        ("win32", {}, "AppData/Local/beras"),
    ],
)
def test_cache_folder(monkeypatch, machine_without_data, platform, variables, expected):
    monkeypatch.setattr(sys, "platform", platform)
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(home=machine_without_data))
    assert cache_folder() == machine_without_data / expected


def test_cache_folder_without_a_home(monkeypatch, tmp_path):
    def no_home():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", no_home)
    assert cache_folder().name == "beras"


def test_download_goes_to_the_first_writable_root(monkeypatch, tmp_path):
    assert download_folder("kmnist") == cache_folder() / "kmnist"
    monkeypatch.setattr(locate, "_checkout", lambda: tmp_path / "repo")
    assert download_folder("kmnist") == tmp_path / "repo" / "data" / "kmnist"
    monkeypatch.setenv("BERAS_DATA_DIR", str(tmp_path / "env"))
    assert download_folder("kmnist") == tmp_path / "env" / "kmnist"
    (tmp_path / "env").write_text("a file, so nothing can go below it", encoding="utf-8")
    assert download_folder("kmnist") == tmp_path / "repo" / "data" / "kmnist"


def test_download_avoids_a_read_only_root(monkeypatch, tmp_path):
    (tmp_path / "env").mkdir()
    monkeypatch.setenv("BERAS_DATA_DIR", str(tmp_path / "env"))
    # Asked of the system and not made with chmod: to the super-user every folder is writable.
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path / "env" and access(path, mode))
    assert download_folder("mnist") == cache_folder() / "mnist"
