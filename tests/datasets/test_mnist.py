import gzip
import hashlib
import shutil
import subprocess
import sys
import tracemalloc
import zipfile

import numpy as np
import pytest

import beras.datasets
from beras.datasets import IDXError, fashion_mnist, get_data_MNIST, kmnist, mnist, read_idx
from beras.datasets.locate import cache_folder, find_file
from beras.datasets.sources import SOURCES, STEMS
from tests.datasets.changed import changed

from .conftest import idx_bytes


def decode(content):
    return np.frombuffer(content[8:], np.uint8) if content[3] == 1 else read_images(content)


def read_images(content):
    return np.frombuffer(content[16:], np.uint8).reshape(-1, 28, 28)


@pytest.fixture
def folder(tmp_path, contents):
    """A folder with four small files in MNIST's layout."""
    folder = tmp_path / "files"
    folder.mkdir()
    for stem, content in contents.items():
        (folder / f"{stem}.gz").write_bytes(gzip.compress(content))
    return folder


def check(data, contents):
    (x_train, y_train), (x_test, y_test) = data
    for array, stem in zip((x_train, y_train, x_test, y_test), [stem for pair in STEMS.values() for stem in pair]):
        assert array.dtype == np.uint8
        assert np.array_equal(array, decode(contents[stem]))


@pytest.mark.parametrize("module", [mnist, fashion_mnist, kmnist])
@pytest.mark.parametrize("below", [False, True])
def test_load_data_from_a_folder(folder, contents, module, below):
    name = module.__name__.rpartition(".")[2]
    if below:
        (folder / name).mkdir()
        for file in folder.glob("*.gz"):
            file.rename(folder / name / file.name)
    check(module.load_data(folder), contents)


def test_load_data_from_the_environment(folder, contents, monkeypatch):
    monkeypatch.setenv("BERAS_DATA_DIR", str(folder))
    check(mnist.load_data(), contents)
    check(mnist.load_data("mnist.npz"), contents)  # Keras's own default


@pytest.mark.parametrize("name", ["nowhere", "nowhere.npz"])
def test_a_path_that_does_not_exist_is_an_error(folder, tmp_path, monkeypatch, name):
    monkeypatch.setenv("BERAS_DATA_DIR", str(folder))
    absent = tmp_path / name
    calls = [mnist.load_data, lambda path: beras.datasets.load("auto", path), lambda path: get_data_MNIST("test", path)]
    for call in calls:
        with pytest.raises(FileNotFoundError) as caught:
            call(absent)
        assert str(absent) in str(caught.value)
        assert "BERAS_DATA_DIR" in str(caught.value)


def test_a_named_folder_that_lacks_a_file_is_an_error_that_names_both(folder, tmp_path, contents, monkeypatch):
    complete = tmp_path / "complete"
    shutil.copytree(folder, complete)
    monkeypatch.setenv("BERAS_DATA_DIR", str(complete))
    (folder / f"{STEMS['test'][1]}.gz").unlink()
    for name in ("auto", "mnist"):
        with pytest.raises(FileNotFoundError) as caught:
            beras.datasets.load(name, folder)
        assert f"{folder}, which lacks files" in str(caught.value)
        assert f"Missing in {folder}: {STEMS['test'][1]}." in str(caught.value)
        assert all(stem in str(caught.value) for stem in contents)


def test_a_file_in_place_of_the_folder_is_an_error(folder):
    with pytest.raises(FileNotFoundError, match="which is not a folder"):
        mnist.load_data(folder / f"{STEMS['test'][1]}.gz")


def test_the_courses_default_folder_is_no_explicit_wish(folder, monkeypatch, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.setenv("BERAS_DATA_DIR", str(folder))
    assert get_data_MNIST("test")[0].shape == (10, 784)
    assert get_data_MNIST("test", "../data")[0].shape == (10, 784)


@pytest.mark.parametrize("subset", ["train", "test"])
def test_get_data(folder, contents, subset):
    inputs, labels = get_data_MNIST(subset, folder)
    images_stem, labels_stem = STEMS[subset]
    pixels = read_images(contents[images_stem])
    assert inputs.shape == (len(pixels), 784)
    assert inputs.dtype == np.float32
    assert labels.dtype == np.uint8
    assert np.array_equal(labels, decode(contents[labels_stem]))
    # The value nearest to k / 255 in float32, by way of float64.
    assert np.array_equal(inputs, (pixels.reshape(-1, 784).astype(np.float64) / 255).astype(np.float32))
    assert (inputs.min(), inputs.max()) == (0, 1)


def test_get_data_needs_only_its_own_subset(folder):
    for file in folder.glob("t10k*"):
        file.unlink()
    assert get_data_MNIST("train", folder)[0].shape == (30, 784)


def test_get_data_finds_the_courses_folder_by_itself(folder, monkeypatch):
    work = folder.parent / "work"
    work.mkdir()
    folder.rename(folder.parent / "data")
    monkeypatch.chdir(work)
    assert get_data_MNIST("test")[0].shape == (10, 784)


@pytest.mark.parametrize(("subset", "guess"), [("trian", "train"), ("Test", "test"), ("tests", "test")])
def test_unknown_subset(subset, guess):
    with pytest.raises(ValueError, match=f"Unknown subset '{subset}'. Did you mean '{guess}'. Known: test, train."):
        get_data_MNIST(subset, "../data")


def test_downloads_what_is_missing(server, small_mnist, contents, monkeypatch):
    monkeypatch.setitem(SOURCES, "mnist", changed(small_mnist, mirrors=(server.url("good"),)))
    assert get_data_MNIST("test")[0].shape == (10, 784)
    assert server.hits["good"] == 2
    check(mnist.load_data(), contents)
    assert server.hits["good"] == 4
    check(mnist.load_data(), contents)
    assert server.hits["good"] == 4
    assert len(list((cache_folder() / "mnist").iterdir())) == 4


def replace(folder, stem, content):
    (folder / f"{stem}.gz").write_bytes(gzip.compress(content))


def test_count_mismatch(folder):
    images, labels = STEMS["train"]
    replace(folder, labels, idx_bytes(np.zeros(29, np.uint8)))
    with pytest.raises(IDXError, match=r"has 30 images and .*has 29 labels: they do not belong together") as caught:
        mnist.load_data(folder)
    assert str(folder / f"{images}.gz") in str(caught.value)
    assert str(folder / f"{labels}.gz") in str(caught.value)


@pytest.mark.parametrize(
    ("replacements", "message"),
    [
        ({1: np.full(30, 10, np.uint8)}, "holds label 10 at index 0. Expected labels from 0 to 9"),
        ({0: np.zeros((30, 8, 8), np.uint8)}, "holds images of 8x8 pixels. Expected 28x28"),
        ({0: np.zeros((0, 28, 28), np.uint8), 1: np.zeros(0, np.uint8)}, "holds no images"),
        ({0: np.zeros(30, np.uint8)}, "expected magic number 0x00000803 .*received 0x00000801"),
        ({1: np.zeros((30, 28, 28), np.uint8)}, "expected magic number 0x00000801 .*received 0x00000803"),
    ],
)
def test_wrong_files(folder, replacements, message):
    for position, array in replacements.items():
        replace(folder, STEMS["train"][position], idx_bytes(array))
    with pytest.raises(IDXError, match=message):
        mnist.load_data(folder)


def test_a_damaged_file_is_an_error_and_not_a_reason_to_search_on(folder, small_mnist):
    path = folder / f"{STEMS['test'][0]}.gz"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(IDXError, match="truncated"):
        mnist.load_data(folder)


def test_labels_of_mnist_under_another_name(folder, monkeypatch):
    labels = (folder / f"{STEMS['train'][1]}.gz").read_bytes()
    table = SOURCES["mnist"]
    stem = STEMS["train"][1]
    digest = hashlib.sha256(gzip.decompress(labels)).hexdigest()
    files = {**table.files, stem: changed(table.files[stem], sha256=digest)}
    monkeypatch.setitem(SOURCES, "mnist", changed(table, files=files))
    with pytest.raises(IDXError, match="holds the labels of MNIST, not of Kuzushiji-MNIST"):
        kmnist.load_data(folder)
    assert len(mnist.load_data(folder)) == 2


@pytest.fixture
def archive(tmp_path, contents):
    path = tmp_path / "some.npz"
    arrays = [decode(contents[stem]) for pair in STEMS.values() for stem in pair]
    np.savez(path, **dict(zip(("x_train", "y_train", "x_test", "y_test"), arrays)))
    return path


def test_keras_archive(archive, contents, monkeypatch):
    check(mnist.load_data(str(archive)), contents)
    monkeypatch.setenv("BERAS_DATA_DIR", str(archive.parent))
    check(mnist.load_data("some.npz"), contents)
    assert beras.datasets.load("mnist", archive).note.endswith(f"from {archive}.")


def test_wrong_archives(archive, tmp_path):
    with np.load(archive) as file:
        arrays = dict(file)
    whole = archive.read_bytes()
    path = tmp_path / "wrong.npz"

    def refused(message):
        with pytest.raises(IDXError, match=message) as caught:
            mnist.load_data(path)
        assert str(path) in str(caught.value)

    np.savez(path, x_train=arrays["x_train"])
    refused("has no y_train, x_test, y_test; it has x_train")
    np.savez(path, **{**arrays, "y_test": arrays["y_test"].astype(np.int64)})
    refused("has y_test as int64 with 1 dimensions; expected uint8 with 1")
    np.savez(path, **{**arrays, "y_test": arrays["y_test"][1:]})
    refused("has 10 images and .*has 9 labels")
    np.savez(path, **{**arrays, "y_test": np.array([None] * 10)})
    refused("cannot be read")
    path.write_bytes(whole[:-1000])
    refused("cannot be read")
    path.write_bytes(whole[:5000] + bytes(100) + whole[5100:])
    refused("cannot be read .*CRC")
    path.write_bytes(b"<html>")
    refused("cannot be read")
    path.write_bytes(b"")
    refused("cannot be read")
    with open(path, "wb") as file:
        np.save(file, arrays["x_train"])
    refused("is a single array")
    with zipfile.ZipFile(path, "w"):
        pass
    refused("it has nothing")


@pytest.mark.usefixtures("real_mnist")
def test_real_mnist():
    (x_train, y_train), (x_test, y_test) = mnist.load_data()
    assert (x_train.shape, x_test.shape) == ((60000, 28, 28), (10000, 28, 28))
    assert (y_train.shape, y_test.shape) == ((60000,), (10000,))
    assert {array.dtype for array in (x_train, y_train, x_test, y_test)} == {np.dtype(np.uint8)}
    # Numbers known from the literature: first labels, class counts, mean and deviation of the pixels.
    assert y_train[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert y_test[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert np.bincount(y_train).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(y_test).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert x_train.mean() / 255 == pytest.approx(0.1307, abs=5e-5)
    assert np.sqrt(np.mean(x_train.reshape(-1).astype(np.float32) ** 2) / 255**2 - 0.1307**2) == pytest.approx(
        0.3081, abs=1e-4
    )


def test_real_mnist_has_the_digests_of_the_table(real_mnist):
    for stem, remote in SOURCES["mnist"].files.items():
        path = find_file(real_mnist, stem)
        content = path.read_bytes()
        content = gzip.decompress(content) if path.suffix == ".gz" else content
        assert len(content) == remote.content_bytes
        assert hashlib.sha256(content).hexdigest() == remote.sha256


@pytest.mark.usefixtures("real_mnist")
def test_real_mnist_costs_55_megabytes():
    tracemalloc.start()
    data = mnist.load_data()
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(array.nbytes for pair in data for array in pair) == 54_950_000
    assert kept < 55.5e6
    assert peak < 57e6


@pytest.mark.usefixtures("real_mnist")
def test_real_course_data():
    inputs, labels = get_data_MNIST("train")
    assert inputs.shape == (60000, 784)
    assert inputs.dtype == np.float32
    assert (inputs.min(), inputs.max()) == (0, 1)
    assert labels[:5].tolist() == [5, 0, 4, 1, 9]


def test_real_mnist_is_refused_as_fashion(real_mnist):
    with pytest.raises(IDXError, match="holds the labels of MNIST, not of Fashion-MNIST"):
        fashion_mnist.load_data(real_mnist)


def test_real_files_read_the_same_unpacked(real_mnist, tmp_path):
    stem = STEMS["test"][0]
    path = find_file(real_mnist, stem)
    if path.suffix != ".gz":
        pytest.skip("MNIST is here without gzip")
    (tmp_path / stem).write_bytes(gzip.decompress(path.read_bytes()))
    assert np.array_equal(read_idx(tmp_path / stem), read_idx(path))


def test_public_names():
    for name in beras.datasets.__all__:
        assert getattr(beras.datasets, name) is not None
    assert beras.datasets.get_data_MNIST is mnist.get_data_MNIST
    assert beras.datasets.digits.load_data
    assert set(beras.datasets.__all__) <= set(dir(beras.datasets))
    with pytest.raises(AttributeError, match="has no attribute 'cifar10'"):
        beras.datasets.cifar10  # noqa: B018


def test_import_is_light():
    code = (
        "import sys, beras; before = set(sys.modules); import beras.datasets; "
        "beras.datasets.mnist, beras.datasets.load; print(*sorted((set(sys.modules) - before) & set(sys.argv[1:])))"
    )
    heavy = ["rich", "urllib.request", "http.client", "ssl", "gzip", "zlib", "zipfile", "hashlib", "tempfile", "socket"]
    result = subprocess.run([sys.executable, "-c", code, *heavy], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == ""
