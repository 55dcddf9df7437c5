"""Read and write IDX, the file format of MNIST.

A file is a header and the numbers, all of it big-endian, in C order, possibly gzip-compressed as a whole::

    0     0     code  rank   size_0 (uint32)  ...  size_rank-1 (uint32)   numbers

Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", section on file formats.
"""

from __future__ import annotations

import os
import sys
from math import prod
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import ArrayLike, DTypeLike, NDArray

__all__ = ["DTYPES", "IDXError", "read_idx", "write_idx"]

DTYPES: dict[int, np.dtype[Any]] = {
    0x08: np.dtype(np.uint8),
    0x09: np.dtype(np.int8),
    0x0B: np.dtype(np.int16),
    0x0C: np.dtype(np.int32),
    0x0D: np.dtype(np.float32),
    0x0E: np.dtype(np.float64),
}
_CODES = {dtype: code for code, dtype in DTYPES.items()}
_MAX_RANK = 64  # NumPy's own limit; the format would allow 255

_GZIP_MAGIC = b"\x1f\x8b"
_MAX_DEFLATE_RATIO = 1032  # no deflate stream holds more bytes of content per byte of file (zlib technical details)
_CHUNK = 1 << 18

# What a file that is not IDX probably is, by its first bytes.
_SIGNATURES = {
    b"<": "a web page",
    b"PK": "a zip or .npz archive",
    b"\x93NUMPY": "a NumPy .npy file",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"version https://git-lfs": "a Git LFS pointer",
}


class IDXError(ValueError):
    """A file is not the IDX file that was expected; the message names it, says what is wrong, and what to do."""


def read_idx(path: str | os.PathLike[str], *, ndim: int | None = None, dtype: DTypeLike | None = None) -> NDArray[Any]:
    """Read one IDX file, gzip-compressed or not (the content decides, not the name), into a new native array.

    Args:
        path: the file.
        ndim: the number of dimensions that it must have (3 for a stack of images, 1 for labels); None: any, 0 to 64.
        dtype: the dtype that it must have; None: any of uint8, int8, int16, int32, float32, float64.

    Returns:
        A C-contiguous, writable array in native byte order. A compressed file is unpacked straight into it, so the
        peak of memory is the array and a quarter of a megabyte.

    Raises:
        IDXError: the file is not IDX, has another magic number than expected, is truncated, has trailing bytes, or its
            gzip wrapping is damaged. Sizes that the file cannot hold are found before any memory is taken for them.
        OSError: the file cannot be opened or read.

    >>> import tempfile, pathlib
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = pathlib.Path(folder.name, "labels-idx1-ubyte.gz")
    >>> write_idx(path, np.array([7, 2, 1], np.uint8))
    >>> read_idx(path)
    array([7, 2, 1], dtype=uint8)
    >>> folder.cleanup()
    """
    from pathlib import Path

    path = Path(path)
    with open(path, "rb") as file:
        file_size = os.fstat(file.fileno()).st_size
        compressed = file.read(2) == _GZIP_MAGIC
        file.seek(0)
        if not compressed:
            return _read_stream(file, path, ndim, dtype, file_size, compressed=False)
        import gzip
        import zlib

        try:
            with gzip.GzipFile(fileobj=file, mode="rb") as stream:
                return _read_stream(stream, path, ndim, dtype, file_size, compressed=True)
        except EOFError:
            _fail(path, f"truncated: its gzip stream breaks off at the end of the file ({file_size:,} bytes)")
        except (gzip.BadGzipFile, zlib.error) as error:
            _fail(path, f"damaged: its gzip stream cannot be unpacked ({error})")


def write_idx(path: str | os.PathLike[str], array: ArrayLike) -> None:
    """Write an array as an IDX file, gzip-compressed if the name ends in ``.gz``; the same array gives the same bytes.

    The file appears under its name only when it is complete.

    Raises:
        IDXError: the format has no code for the array's dtype, or no room for one of its sizes (2**32 and more).
        OSError: the file cannot be written.
    """
    from pathlib import Path

    path = Path(path)
    array = np.asarray(array)
    dtype = array.dtype.newbyteorder("=")
    if dtype not in _CODES:
        names = ", ".join(str(known) for known in _CODES)
        raise IDXError(f"IDX has no code for dtype {array.dtype}. Expected one of {names}: convert with .astype(...).")
    if any(size >= 1 << 32 for size in array.shape):
        raise IDXError(f"An IDX header holds sizes below 2**32. Received: shape {array.shape}.")
    header = bytes([0, 0, _CODES[dtype], array.ndim]) + np.array(array.shape, ">u4").tobytes()
    big_endian = np.asarray(array, dtype.newbyteorder(">"), order="C")

    from beras.files import replacing

    with replacing(path) as file:
        if path.suffix != ".gz":
            file.write(header)
            file.write(big_endian.data)
            return
        import gzip

        with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as stream:
            stream.write(header)
            stream.write(big_endian.data)


def _read_stream(
    stream: BinaryIO | Any,
    path: Path,
    ndim: int | None,
    dtype: DTypeLike | None,
    file_size: int,
    *,
    compressed: bool,
) -> NDArray[Any]:
    file_dtype, shape = _read_header(stream, path, ndim, dtype)
    header_bytes = 4 + 4 * len(shape)
    data_bytes = prod(shape) * file_dtype.itemsize
    layout = f"its header announces {_describe(shape, file_dtype)}, {header_bytes + data_bytes:,} bytes with the header"

    most = file_size * _MAX_DEFLATE_RATIO if compressed else file_size
    if header_bytes + data_bytes > most:
        held = f"a gzip file of {file_size:,} bytes cannot hold that" if compressed else f"it has {file_size:,} bytes"
        _fail(path, f"truncated, or its header is damaged: {layout}, but {held}")
    if not compressed and header_bytes + data_bytes < file_size:
        _fail(path, f"too long: {layout}, but it has {file_size - header_bytes - data_bytes:,} trailing bytes")

    try:
        array = np.empty(shape, file_dtype)
    except (MemoryError, ValueError) as error:
        _fail(path, f"too large for this machine: {layout} ({error})")
    target = array.reshape(-1).view(np.uint8)
    filled = 0
    while filled < data_bytes:
        chunk = stream.read(min(_CHUNK, data_bytes - filled))
        if not chunk:
            _fail(path, f"truncated: {layout}, but it has {header_bytes + filled:,} bytes")
        target[filled : filled + len(chunk)] = np.frombuffer(chunk, np.uint8)
        filled += len(chunk)
    # Reading on to the end is also what makes gzip compare its checksum.
    if stream.read(1):
        _fail(path, f"too long: {layout}, but there are trailing bytes after them")
    if sys.byteorder == "little" and file_dtype.itemsize > 1:
        array.byteswap(inplace=True)
    return array


def _read_header(
    stream: BinaryIO | Any, path: Path, ndim: int | None, dtype: DTypeLike | None
) -> tuple[np.dtype[Any], tuple[int, ...]]:
    magic = stream.read(4)
    if not magic:
        _fail(path, "empty: expected an IDX file")
    if magic[:2] != b"\0\0"[: len(magic)]:
        start = magic + stream.read(20)
        kind = next((kind for signature, kind in _SIGNATURES.items() if start.lstrip().startswith(signature)), None)
        looks = f"; it looks like {kind}" if kind else ""
        _fail(path, f"not an IDX file: expected two zero bytes at the start, received {start[:8]!r}{looks}")
    if len(magic) < 4:
        _fail(path, f"truncated: it has {len(magic)} bytes, fewer than the 4 of an IDX magic number")

    code, rank = magic[2], magic[3]
    if code not in DTYPES:
        known = ", ".join(f"0x{known:02X} {name}" for known, name in DTYPES.items())
        _fail(path, f"not an IDX file: unknown dtype code 0x{code:02X} in its magic number (known: {known})")
    if rank > _MAX_RANK:
        _fail(path, f"not readable: it has {rank} dimensions, and NumPy arrays have at most {_MAX_RANK}")
    expected_code = code if dtype is None else _CODES[np.dtype(dtype)]
    expected_rank = rank if ndim is None else ndim
    if (code, rank) != (expected_code, expected_rank):
        _fail(
            path,
            "of another kind than expected: "
            f"expected magic number 0x{expected_code << 8 | expected_rank:08X} "
            f"({DTYPES[expected_code]}, {expected_rank}-dimensional), "
            f"received 0x{code << 8 | rank:08X} ({DTYPES[code]}, {rank}-dimensional)",
        )

    sizes = stream.read(4 * rank)
    if len(sizes) < 4 * rank:
        _fail(path, f"truncated: its header breaks off after {4 + len(sizes)} of {4 + 4 * rank} bytes")
    return DTYPES[code], tuple(int(size) for size in np.frombuffer(sizes, ">u4"))


def _describe(shape: tuple[int, ...], dtype: np.dtype[Any]) -> str:
    return f"{dtype} of shape ({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def _fail(path: Path, what: str) -> NoReturn:
    raise IDXError(f"{path} is {what}. Delete or replace the file; a data set that beras can download is then fetched.")
