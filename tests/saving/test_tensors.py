"""safetensors files: exact, whole or not at all, and clear about what is no such file."""

from __future__ import annotations

import errno
import io
import os
import pickle
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from beras import files
from beras.saving import load_weights_file, save_weights_file

ARRAYS = {
    "a/kernel": np.array([[1.5, -0.0, np.nan], [np.inf, 1e-45, 3e38]], "float32"),
    "a/bias": np.array(0.1),
    "half": np.arange(4, dtype="float16"),
    "counts": np.array([2**62, -1]),
    "flags": np.array([True, False]),
    "empty": np.zeros((0, 3), "float32"),
    "turned": np.arange(6.0).reshape(2, 3).T,
}


def test_arrays_come_back_bit_for_bit(tmp_path):
    path = tmp_path / "w.safetensors"
    save_weights_file(path, ARRAYS, {"note": "über"})
    named, texts = load_weights_file(path)
    assert texts == {"note": "über"}
    assert named.keys() == ARRAYS.keys()
    for name, value in ARRAYS.items():
        assert (named[name].dtype, named[name].shape) == (value.dtype, value.shape)
        assert named[name].tobytes() == value.tobytes()
    assert [p.name for p in tmp_path.iterdir()] == ["w.safetensors"]


def test_other_libraries_read_the_file(tmp_path):
    from safetensors.numpy import load_file

    save_weights_file(tmp_path / "w.safetensors", ARRAYS)
    np.testing.assert_array_equal(load_file(tmp_path / "w.safetensors")["turned"], ARRAYS["turned"])


def test_a_file_of_another_writer_is_read(tmp_path):
    from safetensors.numpy import save_file

    save_file({"x": np.ones(3, "float32")}, tmp_path / "other.safetensors")
    named, texts = load_weights_file(str(tmp_path / "other.safetensors"))
    assert list(named) == ["x"]
    assert texts == {}


class FullDisk(io.BytesIO):
    def write(self, data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("when", ["write", "fsync", "replace"])
def test_a_full_disk_loses_nothing(tmp_path, monkeypatch, when):
    path = tmp_path / "w.safetensors"
    save_weights_file(path, {"x": np.ones(3)})
    before = path.read_bytes()

    def fail(*args, **kwargs):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    if when == "write":
        real_open = open

        def opening(name, *args, **kwargs):
            real_open(name, *args, **kwargs).close()
            return FullDisk()

        monkeypatch.setattr(files, "open", opening, raising=False)
    else:
        monkeypatch.setattr(os, when, fail)
    with pytest.raises(OSError) as caught:
        save_weights_file(path, {"x": np.zeros(1000)})
    monkeypatch.undo()
    assert caught.value.errno == errno.ENOSPC
    assert "'w.safetensors' could not be written: No space left on device. Nothing was changed" in str(caught.value)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["w.safetensors"]


def test_an_interrupt_loses_nothing(tmp_path, monkeypatch):
    path = tmp_path / "w.safetensors"
    save_weights_file(path, {"x": np.ones(3)})

    def interrupted(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save_weights_file(path, {"x": np.zeros(3)})
    monkeypatch.undo()
    np.testing.assert_array_equal(load_weights_file(path)[0]["x"], 1.0)
    assert [p.name for p in tmp_path.iterdir()] == ["w.safetensors"]


def test_a_folder_that_does_not_exist(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"the folder '.*nowhere' does not exist"):
        save_weights_file(tmp_path / "nowhere" / "w.safetensors", {"x": np.ones(3)})


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("m.keras", r"ends in '\.safetensors'\. Received: 'm\.keras'\. Write 'm\.safetensors'"),
        ("m.weights.h5", r"Received: 'm\.weights\.h5'\. Write 'm\.safetensors'"),
        ("m.v2.pt", r"Received: 'm\.v2\.pt'\. Write 'm\.v2\.safetensors'"),
        ("m", r"Received: 'm'\. Write 'm\.safetensors'"),
    ],
)
def test_other_formats_are_refused(name, message):
    with pytest.raises(ValueError, match=message):
        save_weights_file(name, {"x": np.ones(1)})


def zipped():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("config.json", "{}")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "It is empty"),
        (zipped(), r"It is a zip archive, such as Keras's \.keras"),
        (b"\x89HDF\r\n\x1a\n" + bytes(64), r"It is an HDF5 file, such as Keras's \.weights\.h5"),
        (pickle.dumps({"a": 1}), "It is a pickle, which beras never loads"),
        (b"<!DOCTYPE html><html>", "perhaps the error page of a download"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "It is a Git LFS pointer"),
        (b"hello", "is not a complete safetensors file"),
        (b"\x10\x00\x00\x00\x00\x00\x00\x00{not json at all}", "is not a complete safetensors file"),
        (bytes(200), "is not a complete safetensors file"),
    ],
)
def test_foreign_files(tmp_path, content, message):
    path = tmp_path / "foreign.safetensors"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as caught:
        load_weights_file(path)
    assert "foreign.safetensors" in str(caught.value)


def test_a_file_cut_off_anywhere_is_noticed(tmp_path):
    whole, cut = tmp_path / "w.safetensors", tmp_path / "cut.safetensors"
    save_weights_file(whole, ARRAYS, {"note": "x" * 50})
    data = whole.read_bytes()
    for length in [1, 7, 8, 9, 100, len(data) // 2, len(data) - 1]:
        cut.write_bytes(data[:length])
        with pytest.raises(ValueError, match=r"cut\.safetensors' is not a (complete )?safetensors file"):
            load_weights_file(cut)


def test_a_missing_file_names_the_nearest(tmp_path):
    save_weights_file(tmp_path / "weights.safetensors", ARRAYS)
    with pytest.raises(FileNotFoundError, match=r"weigths\.safetensors' does not exist\. Did you mean 'weights\.saf"):
        load_weights_file(tmp_path / "weigths.safetensors")
    with pytest.raises(FileNotFoundError, match="is a folder, not a file"):
        load_weights_file(tmp_path)


def test_the_same_content_gives_the_same_bytes(tmp_path):
    from safetensors import safe_open

    script = (
        "import numpy as np, sys\n"
        "from beras.saving import save_weights_file\n"
        "texts = {name: name * 3 for name in 'qwertyuiopé'}\n"
        "save_weights_file(sys.argv[1], {'b': np.ones(3), 'a': np.zeros((2, 2), np.float32)}, texts)\n"
    )
    paths = [tmp_path / f"{i}.safetensors" for i in range(4)]
    for path in paths:
        subprocess.run([sys.executable, "-c", script, str(path)], check=True)
    assert len({path.read_bytes() for path in paths}) == 1
    with safe_open(paths[0], framework="numpy") as file:
        assert file.metadata() == {name: name * 3 for name in "qwertyuiopé"}
        np.testing.assert_array_equal(file.get_tensor("b"), np.ones(3))


def test_a_header_of_any_length_is_read(tmp_path):
    first_bytes = set()
    for length in range(0, 256, 8):
        path = tmp_path / f"{length}.safetensors"
        save_weights_file(path, {"x": np.arange(3.0)}, {"text": "-" * length})
        first_bytes.add(path.read_bytes()[0])
        np.testing.assert_array_equal(load_weights_file(path)[0]["x"], np.arange(3.0))
    assert 0x80 in first_bytes
    assert len(first_bytes) == 32
