"""Task 1.1: IDX files and MNIST."""

import gzip

import numpy as np
import pytest
from kit import check_values, raises
from preprocess import FILES, get_data_MNIST, read_idx

RNG = np.random.default_rng(1)
DATA = {
    subset: (RNG.integers(0, 256, (samples, 28, 28), np.uint8), RNG.integers(0, 10, samples, np.uint8))
    for subset, samples in (("train", 6), ("test", 3))
}


@pytest.fixture(autouse=True)
def _the_same_draws():
    """Let every test draw the same numbers, alone or after others."""
    global RNG
    RNG = np.random.default_rng(1)


def idx(array):
    """An array as the bytes of an IDX file."""
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">i4").tobytes() + array.tobytes()


def written(path, content):
    path.write_bytes(gzip.compress(content))
    return path


@pytest.fixture
def data_path(tmp_path):
    """A folder with a small MNIST of random numbers."""
    (tmp_path / "mnist").mkdir()
    for subset, arrays in DATA.items():
        for name, array in zip(FILES[subset], arrays):
            written(tmp_path / "mnist" / name, idx(array))
    return tmp_path


@pytest.mark.task("1.1")
@pytest.mark.points(1)
def test_read_idx_gives_the_shape_of_the_header(tmp_path):
    for array in (np.arange(300).astype(np.uint8), np.arange(24, dtype=np.uint8).reshape(2, 3, 4)):
        ours = read_idx(written(tmp_path / "file.gz", idx(array)))
        check_values(ours, array, "array", dtype="uint8", hint="a header is 4 bytes and 4 more for each dimension")


@pytest.mark.task("1.1")
@pytest.mark.points(1)
def test_read_idx_refuses_other_files_and_names_them(tmp_path):
    with raises(ValueError, "page.gz"):
        read_idx(written(tmp_path / "page.gz", b"<html>not found</html>" * 9))
    with raises(ValueError, "tiny.gz"):
        read_idx(written(tmp_path / "tiny.gz", bytes([0, 0, 8])))
    with raises(ValueError, "short.gz"):
        read_idx(written(tmp_path / "short.gz", idx(np.ones((4, 5), np.uint8))[:-3]))


@pytest.mark.task("1.1")
@pytest.mark.points(1)
def test_mnist_is_flat_and_scaled_and_has_integer_labels(data_path):
    for subset, (images, labels) in DATA.items():
        x, y = get_data_MNIST(subset, data_path)
        right = images.reshape(len(images), 784) / 255
        check_values(
            x,
            right.astype(np.float32),
            "images",
            dtype="float32",
            mistakes={"are not scaled: divide by 255": images.reshape(len(images), 784)},
        )
        check_values(y, labels, "labels", dtype="uint8", hint="labels are classes, not amounts: they stay integers")


@pytest.mark.task("1.1")
@pytest.mark.points(1)
def test_mnist_refuses_what_is_not_there(data_path, tmp_path):
    with raises(ValueError, "validation"):
        get_data_MNIST("validation", data_path)
    with raises(FileNotFoundError, "download"):
        get_data_MNIST("train", tmp_path / "elsewhere")
