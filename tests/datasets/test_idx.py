import gzip
import os
import struct
import sys
import tracemalloc

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beras.datasets.idx import DTYPES, IDXError, read_idx, write_idx

# The table of the format's description: code, and how struct spells the type.
CODES = {0x08: ">B", 0x09: ">b", 0x0B: ">h", 0x0C: ">i", 0x0D: ">f", 0x0E: ">d"}

any_idx_array = st.sampled_from(sorted(DTYPES)).flatmap(
    lambda code: hnp.arrays(DTYPES[code], hnp.array_shapes(min_dims=0, max_dims=6, min_side=0, max_side=4))
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("idx")


def put(folder, content, *, compress=False, name="file-idx"):
    path = folder / name
    path.write_bytes(gzip.compress(content) if compress else content)
    return path


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("compress", [False, True])
def test_reads_every_code_as_struct_packs_it(folder, code, compress):
    values = [0, 1, 100, 127, 5, 77] if code == 0x08 else [0, -1, 100, -128, 5, 77]
    payload = b"".join(struct.pack(CODES[code], value) for value in values)
    path = put(folder, bytes([0, 0, code, 2]) + struct.pack(">II", 2, 3) + payload, compress=compress)
    array = read_idx(path)
    assert array.tolist() == [values[:3], values[3:]]
    assert array.dtype == DTYPES[code]
    assert array.dtype.isnative
    assert array.flags.writeable
    assert array.flags.c_contiguous


@given(array=any_idx_array, big_endian=st.booleans(), fortran=st.booleans())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_round_trip(folder, array, big_endian, fortran):
    original = np.array(array, order="F") if fortran else array
    written = original.astype(original.dtype.newbyteorder(">" if big_endian else "<"))
    for name in ("array-idx", "array-idx.gz"):
        write_idx(folder / name, written)
        read = read_idx(folder / name)
        assert read.shape == array.shape
        assert read.dtype == array.dtype
        assert read.tobytes() == array.tobytes()  # the bits, so that NaN counts too
    code = next(code for code, dtype in DTYPES.items() if dtype == array.dtype)
    expected = bytes([0, 0, code, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    expected += b"".join(struct.pack(CODES[code], value) for value in array.ravel().tolist())
    if not np.isnan(array).any():  # struct need not keep the payload of a NaN
        assert (folder / "array-idx").read_bytes() == expected
        assert gzip.decompress((folder / "array-idx.gz").read_bytes()) == expected


def test_the_content_and_not_the_name_decides_about_gzip(folder):
    content = bytes([0, 0, 8, 1, 0, 0, 0, 2, 7, 9])
    assert read_idx(put(folder, content, name="plain.gz")).tolist() == [7, 9]
    assert read_idx(put(folder, content, compress=True, name="packed")).tolist() == [7, 9]


def test_gzip_in_several_members(folder):
    content = bytes([0, 0, 8, 1, 0, 0, 0, 2, 7, 9])
    path = folder / "members.gz"
    path.write_bytes(gzip.compress(content[:5]) + gzip.compress(content[5:]))
    assert read_idx(path).tolist() == [7, 9]


def test_rank_64_is_the_most_numpy_has(folder):
    ones = struct.pack(">64I", *[1] * 64)
    assert read_idx(put(folder, bytes([0, 0, 8, 64]) + ones + b"\5")).shape == (1,) * 64
    with pytest.raises(IDXError, match="255 dimensions, and NumPy arrays have at most 64"):
        read_idx(put(folder, bytes([0, 0, 8, 255]) + struct.pack(">255I", *[1] * 255) + b"\5"))


def test_same_array_gives_the_same_bytes(folder):
    for name in ("a.gz", "b.gz"):
        write_idx(folder / name, np.arange(5, dtype=np.int16))
    assert (folder / "a.gz").read_bytes() == (folder / "b.gz").read_bytes()
    assert (folder / "a.gz").read_bytes()[4:8] == bytes(4)  # gzip's time stamp


GOOD = bytes([0, 0, 8, 2]) + struct.pack(">II", 2, 3) + bytes(range(6))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty: expected an IDX file"),
        (b"\0", "fewer than the 4 of an IDX magic number"),
        (b"\0\0\x08", "fewer than the 4 of an IDX magic number"),
        (b"hello there", "not an IDX file: expected two zero bytes at the start, received b'hello th'"),
        (b"\0x8\1", "not an IDX file: expected two zero bytes"),
        (b"<!DOCTYPE html><html>", "it looks like a web page"),
        (b"\n <html>", "it looks like a web page"),
        (b"PK\x03\x04....", r"it looks like a zip or \.npz archive"),
        (b"\x93NUMPY\x01\x00", r"it looks like a NumPy \.npy file"),
        (b"version https://git-lfs.github.com/spec/v1", "it looks like a Git LFS pointer"),
        (bytes([0, 0, 0x0A, 1]) + GOOD[4:], "unknown dtype code 0x0A in its magic number .known: 0x08 uint8"),
        (GOOD[:9], "truncated: its header breaks off after 9 of 12 bytes"),
    ],
)
@pytest.mark.parametrize("compress", [False, True])
def test_what_is_not_idx(folder, content, message, compress):
    path = put(folder, content, compress=compress)
    with pytest.raises(IDXError, match=message) as caught:
        read_idx(path)
    assert str(path) in str(caught.value)
    assert "Delete or replace the file" in str(caught.value)


def test_truncated(folder):
    with pytest.raises(IDXError, match=r"truncated.*uint8 of shape \(2, 3\), 18 bytes.*it has 16 bytes"):
        read_idx(put(folder, GOOD[:-2]))
    with pytest.raises(IDXError, match=r"truncated.*uint8 of shape \(2, 3\), 18 bytes.*it has 16 bytes"):
        read_idx(put(folder, GOOD[:-2], compress=True))


def test_trailing_bytes(folder):
    with pytest.raises(IDXError, match=r"too long.*uint8 of shape \(2, 3\).*has 4 trailing bytes"):
        read_idx(put(folder, GOOD + b"more"))
    with pytest.raises(IDXError, match=r"too long.*uint8 of shape \(2, 3\).*there are trailing bytes"):
        read_idx(put(folder, GOOD + b"more", compress=True))


def test_expected_magic_number(folder):
    path = put(folder, GOOD)
    assert read_idx(path, ndim=2, dtype=np.uint8).shape == (2, 3)
    with pytest.raises(IDXError, match=r"expected magic number 0x00000803 .uint8, 3-dim.*received 0x00000802"):
        read_idx(path, ndim=3)
    with pytest.raises(IDXError, match=r"expected magic number 0x00000D02 .float32, 2-dim.*received 0x00000802"):
        read_idx(path, dtype="float32")


def test_every_cut_through_a_gzip_file_is_an_error(folder):
    packed = gzip.compress(GOOD, mtime=0)
    path = folder / "cut.gz"
    for length in range(len(packed)):
        path.write_bytes(packed[:length])
        with pytest.raises(IDXError, match=r"truncated|empty|not an IDX"):
            read_idx(path)


def test_every_flipped_byte_of_a_gzip_file_is_an_error_or_harmless(folder):
    rng = np.random.default_rng(0)
    array = rng.integers(0, 256, (5, 9), dtype=np.uint8)
    write_idx(folder / "whole.gz", array)
    packed = (folder / "whole.gz").read_bytes()
    path = folder / "flipped.gz"
    errors = 0
    for position in range(len(packed)):
        flipped = bytearray(packed)
        flipped[position] ^= 0x55
        path.write_bytes(flipped)
        try:
            assert read_idx(path).tobytes() == array.tobytes()  # time stamp, system and flags that do not matter
        except IDXError:
            errors += 1
    assert errors > len(packed) - 10


def test_gzip_damage_is_named(folder):
    packed = bytearray(gzip.compress(GOOD))
    packed[-6] ^= 0xFF
    path = folder / "damaged.gz"
    path.write_bytes(packed)
    with pytest.raises(IDXError, match=r"damaged: its gzip stream cannot be unpacked .CRC"):
        read_idx(path)
    path.write_bytes(gzip.compress(GOOD) + b"garbage")
    with pytest.raises(IDXError, match="damaged: its gzip stream cannot be unpacked"):
        read_idx(path)


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("shape", [(2**32 - 1,) * 3, (2**32 - 1,) * 64, (10**6, 10**3)])
def test_huge_sizes_take_no_memory(folder, shape, compress):
    header = bytes([0, 0, 0x0E, len(shape)]) + struct.pack(f">{len(shape)}I", *shape)
    path = put(folder, header + bytes(100), compress=compress)
    tracemalloc.start()
    with pytest.raises(IDXError, match="truncated, or its header is damaged"):
        read_idx(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000


def test_empty_array_with_sizes_that_overflow(folder):
    shape = (0, 2**32 - 1, 2**32 - 1, 2**32 - 1)
    path = put(folder, bytes([0, 0, 0x0E, 4]) + struct.pack(">4I", *shape))
    with pytest.raises(IDXError, match="too large for this machine"):
        read_idx(path)


@pytest.mark.parametrize("name", ["large-idx", "large-idx.gz"])
def test_memory_is_the_array_and_little_more(folder, name):
    array = np.tile(np.arange(256, dtype=np.uint8), 40_000).reshape(40, 256, 1000)
    write_idx(folder / name, array)
    tracemalloc.start()
    read = read_idx(folder / name)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert np.array_equal(read, array)
    assert peak < 1.15 * array.nbytes


@pytest.mark.parametrize("dtype", [bool, np.int64, np.uint16, np.float16, complex, "U3", object, "M8[s]"])
def test_write_refuses_what_the_format_has_no_code_for(folder, dtype):
    path = folder / "refused-idx"
    with pytest.raises(IDXError, match=r"IDX has no code for dtype .* Expected one of uint8, int8, int16"):
        write_idx(path, np.zeros(3, dtype))
    assert not path.exists()


def test_write_refuses_a_size_without_room(folder):
    wide = np.broadcast_to(np.uint8(0), (2**32,))
    with pytest.raises(IDXError, match=r"below 2\*\*32. Received: shape .4294967296,."):
        write_idx(folder / "wide-idx", wide)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "folder" / "kept-idx"
    path.parent.mkdir()
    write_idx(path, np.array([1], np.uint8))

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_idx(path, np.array([2], np.uint8))
    assert read_idx(path).tolist() == [1]
    assert os.listdir(path.parent) == ["kept-idx"]


def test_missing_file_is_the_usual_error(folder):
    with pytest.raises(FileNotFoundError):
        read_idx(folder / "nowhere")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no umask")
def test_a_written_file_has_ordinary_permissions(tmp_path):
    (tmp_path / "ordinary").write_bytes(b"")
    write_idx(tmp_path / "idx", np.zeros(1, np.uint8))
    assert (tmp_path / "idx").stat().st_mode == (tmp_path / "ordinary").stat().st_mode
