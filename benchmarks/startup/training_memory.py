"""Peak memory of training on MNIST, the images kept as bytes and scaled batch by batch as the README's script does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.digits import Digits, open_digits
from benchmarks.startup.memory import IDLE, peak
from benchmarks.training.measure import scored, train

__all__ = ["training_peak"]


def training_peak(
    contender: Callable[..., Any],
    *,
    folder: str,
    widths: list[int],
    batch: int,
    epochs: int,
    samples: int,
    reader: str = "plain",
) -> dict[str, Any]:
    """Return the peak in bytes above an idle interpreter, imports and data included.

    ``reader="beras"`` reads MNIST with beras's own reader, whose buffers then count too, ``"plain"`` with ``np.load``.
    """
    digits = _read_with_beras(samples) if reader == "beras" else open_digits(folder, samples, as_bytes=True)
    made, _ = train(contender, digits, widths, batch, epochs, scale=1 / 255)
    return {"value": peak() - IDLE, **scored(made, digits)}


def _read_with_beras(samples: int) -> Digits:
    from beras.datasets import mnist

    (x, y), (x_test, y_test) = mnist.load_data()
    return Digits(x.reshape(len(x), -1)[:samples], y[:samples], x_test.reshape(len(x_test), -1), y_test)
