"""Time and memory on a device that works while the program goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

__all__ = ["first_and_median", "forget_peak", "peak_gigabytes", "synchronize"]

_GIGA = 1e9


def synchronize(device: Any) -> None:
    """Wait until the device has done what it was given."""
    import torch

    if device.type in ("cuda", "mps"):
        getattr(torch, device.type).synchronize()


def first_and_median(call: Callable[[], Any], device: Any, repeats: int, warm_up: int = 2) -> tuple[float, float]:
    """Return the seconds of the first call, which compiles and chooses kernels, and the median of later ones.

    The first call and ``warm_up`` more are not part of the median of ``repeats``.
    """

    def seconds() -> float:
        synchronize(device)
        started = time.perf_counter()
        call()
        synchronize(device)
        return time.perf_counter() - started

    first = seconds()
    for _ in range(warm_up):
        seconds()
    return first, median(seconds() for _ in range(repeats))


def forget_peak(device: Any) -> None:
    """Let the peak of memory begin anew."""
    import torch

    if device.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(device)


def peak_gigabytes(device: Any) -> float | None:
    """Return the most memory that tensors took on a CUDA GPU since `forget_peak`; ``None`` where nobody counts."""
    import torch

    return torch.cuda.max_memory_allocated(device) / _GIGA if device.type == "cuda" else None
