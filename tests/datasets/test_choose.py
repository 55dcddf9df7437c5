import gzip

import numpy as np
import pytest

from beras.datasets import NAMES, DownloadError, IDXError, digits, load
from beras.datasets.sources import SOURCES, STEMS
from tests.datasets.changed import changed


def test_names():
    assert NAMES == ("auto", "mnist", "fashion_mnist", "kmnist", "digits")


def test_digits():
    data = load("digits")
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    for array, expected in zip(data, (x_train, y_train, x_test, y_test)):
        assert np.array_equal(array, expected)
    assert (data.scale, data.name) == (16, "digits")
    assert "Not MNIST" not in data.note


def test_a_path_for_the_embedded_digits_is_not_ignored_without_a_word(tmp_path):
    assert load("digits", tmp_path).note.endswith(f" {tmp_path} is not used: they are read from no folder.")


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist", "kmnist"])
def test_a_name_insists(name):
    with pytest.raises(DownloadError, match=f"{SOURCES[name].title} is not on this machine and BERAS_OFFLINE"):
        load(name)


def test_auto_falls_back_and_says_so_in_one_line():
    data = load()
    assert data.name == "digits"
    assert data.note == (
        "Data: the digits embedded in beras, 1,438 + 359 images of 8x8. "
        "Not MNIST: MNIST is not on this machine and BERAS_OFFLINE forbids downloads."
    )


def test_auto_names_what_the_mirrors_did(server, small_mnist, monkeypatch):
    mirrors = (server.url("missing"), server.url("web_page"))
    monkeypatch.setitem(SOURCES, "mnist", changed(small_mnist, mirrors=mirrors))
    data = load("auto")
    assert data.name == "digits"
    assert "Not MNIST: MNIST could not be downloaded: train-images-idx3-ubyte.gz failed on 2 mirrors" in data.note
    assert "\n" not in data.note


@pytest.fixture
def folder(tmp_path, contents):
    folder = tmp_path / "files"
    folder.mkdir()
    for stem, content in contents.items():
        (folder / f"{stem}.gz").write_bytes(gzip.compress(content))
    return folder


@pytest.mark.parametrize("name", ["auto", "mnist"])
def test_mnist_is_taken_where_it_is(folder, name):
    data = load(name, folder)
    assert data.name == "mnist"
    assert data.scale == 255
    assert data.x_train.dtype == np.uint8
    assert data.note == f"Data: MNIST, 30 + 10 images of 28x28, from {folder}."


def test_auto_downloads(server, small_mnist, monkeypatch):
    monkeypatch.setitem(SOURCES, "mnist", changed(small_mnist, mirrors=(server.url("good"),)))
    assert load().name == "mnist"


def test_auto_does_not_hide_a_damaged_file(folder):
    (folder / f"{STEMS['train'][1]}.gz").write_bytes(b"damaged")
    with pytest.raises(IDXError, match="not an IDX file"):
        load("auto", folder)


@pytest.mark.parametrize(
    ("name", "guess"), [("minst", "mnist"), ("fashion-mnist", "fashion_mnist"), ("digit", "digits")]
)
def test_unknown_name(name, guess):
    with pytest.raises(ValueError, match=f"Unknown data set '{name}'. Did you mean '{guess}'. Known: auto, digits"):
        load(name)
