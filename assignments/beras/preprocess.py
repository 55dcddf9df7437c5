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
    raise NotImplementedError("Task 1.1: read the header, check it, and give the remaining bytes their shape")


def get_data_MNIST(subset, data_path="../data"):
    """Return the images and labels of ``subset``, ``"train"`` or ``"test"``, from the folder ``data_path/mnist``.

    Images: float32 ``(samples, 784)``, from 0 (black) to 1 (white). Labels: uint8 ``(samples,)``, the digits 0 to 9.
    Another subset is a ValueError that quotes it. Missing files are a FileNotFoundError that says how to get them.
    """
    # TASK 1.1: refuse other subsets, read both files, flatten and scale the images
    raise NotImplementedError("Task 1.1: refuse other subsets, read both files, flatten and scale the images")
