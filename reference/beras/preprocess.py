"""MNIST from its four files: 60,000 training and 10,000 test images of handwritten digits, 28 x 28 pixels."""

import gzip
import zlib
from pathlib import Path

import numpy as np

FILES = {
    "train": ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
    "test": ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
}


def unzipped(path):
    """Return what a gzipped file holds, as bytes. One that is cut off, or none, is a ValueError that names it."""
    packed = Path(path).read_bytes()
    try:
        return gzip.decompress(packed)
    except (OSError, EOFError, zlib.error) as problem:
        raise ValueError(f"{path} is no whole gzip file ({problem}). Delete it and fetch it again.") from problem


def read_idx(path):
    """Return the array in a gzipped IDX file of unsigned bytes, in the shape that its header tells; a uint8 array.

    The file begins with two zero bytes, a byte 0x08 (the entries are unsigned bytes) and a byte with the number of
    dimensions. For each dimension follows its length, a big-endian 32-bit integer; then the entries, the last axis
    running fastest. A file that begins otherwise, or has more or fewer entries, is a ValueError that names it.
    """
    # TASK 1.1: read the header, check it, and give the remaining bytes their shape
    # BEGIN SOLUTION
    content = unzipped(path)
    start = 4 + 4 * int.from_bytes(content[3:4], "big")
    if content[:3] != b"\x00\x00\x08" or len(content) < start:
        raise ValueError(f"{path} is no IDX file of unsigned bytes. It begins with {content[:4]!r}.")
    shape = np.frombuffer(content[4:start], dtype=">i4")
    entries = np.frombuffer(content, dtype=np.uint8, offset=start)
    if entries.size != np.prod(shape):
        raise ValueError(f"{path} must hold {np.prod(shape)} entries. Received: {entries.size}.")
    return entries.reshape(shape)
    # END SOLUTION


def get_data_MNIST(subset, data_path="../data"):
    """Return the images and labels of ``subset``, ``"train"`` or ``"test"``, from the folder ``data_path/mnist``.

    Images: float32 ``(samples, 784)``, from 0 (black) to 1 (white). Labels: uint8 ``(samples,)``, the digits 0 to 9.
    Another subset is a ValueError that quotes it. Missing files are a FileNotFoundError that says how to get them.
    """
    # TASK 1.1: refuse other subsets, read both files, flatten and scale the images
    # BEGIN SOLUTION
    if subset not in FILES:
        raise ValueError(f"Unknown subset {subset!r}; choose one of {', '.join(FILES)}.")
    paths = [Path(data_path) / "mnist" / name for name in FILES[subset]]
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(f"{path} is not there. `python download.py {data_path}` fetches the files.")
    images, labels = (read_idx(path) for path in paths)
    return images.reshape(len(images), -1).astype(np.float32) / 255, labels
    # END SOLUTION
