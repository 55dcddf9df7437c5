"""MNIST for all contenders alike: read once, left as plain arrays, and opened by each process."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["Digits", "lay_out", "open_digits"]


class Digits(NamedTuple):
    """Images ``(samples, 784)``, labels ``(samples,)`` int64 in 0..9, for training and testing."""

    x: Any
    y: Any
    x_test: Any
    y_test: Any


def lay_out(folder: Path) -> None:
    """Write MNIST's four arrays into ``folder``; beras finds or downloads them.

    Raises:
        OSError: when they are not on this machine and cannot be had.
    """
    import numpy as np

    from beras.datasets import mnist

    (x, y), (x_test, y_test) = mnist.load_data()
    digits = Digits(x.reshape(len(x), -1), y.astype(np.int64), x_test.reshape(len(x_test), -1), y_test.astype(np.int64))
    for name, array in digits._asdict().items():
        np.save(folder / f"{name}.npy", array)


def open_digits(folder: str | Path, samples: int, as_bytes: bool = False) -> Digits:
    """Return the first ``samples`` training images and all test images, as float32 in [0, 1], or as bytes in 0..255."""
    import numpy as np

    x, y, x_test, y_test = (np.load(Path(folder) / f"{name}.npy") for name in Digits._fields)
    if not as_bytes:
        x, x_test = (np.multiply(a, np.float32(1 / 255), dtype=np.float32) for a in (x[:samples], x_test))
    return Digits(x[:samples], y[:samples], x_test, y_test)
