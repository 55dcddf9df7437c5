"""The models that are trained, and how much of MNIST each measurement sees."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BATCHES", "FULL", "GROWTH", "QUICK", "WORKLOADS", "Size", "Workload"]


@dataclass(frozen=True)
class Workload:
    """A fully connected network with relu and softmax, trained by Adam at 0.001 on float32.

    ``floor`` is the test accuracy that three epochs of all of MNIST must reach, ``quick_floor`` what is asked of
    `QUICK`; no contender may differ from the median of all by more than ``tolerance``.
    """

    widths: tuple[int, ...]
    batch: int
    floor: float
    quick_floor: float
    tolerance: float = 0.01


WORKLOADS = {
    "mlp": Workload((784, 256, 128, 10), 128, floor=0.96, quick_floor=0.80),
    "softmax": Workload((784, 10), 128, floor=0.89, quick_floor=0.70),
    "wide": Workload((784, 1024, 1024, 10), 256, floor=0.96, quick_floor=0.80),
}

#: Batch sizes of the ``mlp``: images in an epoch (few where a step trains on few), floor and tolerance of accuracy.
BATCHES = {1: (2_000, 0.75, 0.08), 32: (16_000, 0.90, 0.03), 128: (60_000, 0.95, 0.01), 1024: (60_000, 0.92, 0.02)}

#: What grows, and the networks at each point: ``(widths, batch)``. Not held to an accuracy: few steps are made.
GROWTH: dict[str, dict[int, tuple[tuple[int, ...], int]]] = {
    "batch": {n: ((784, 256, 128, 10), n) for n in (1, 4, 16, 64, 256, 1024)},
    "width": {n: ((784, n, n, 10), 128) for n in (16, 64, 256, 1024, 2048)},
    "depth": {n: ((784, *[128] * n, 10), 128) for n in (0, 1, 2, 4, 8, 16)},
}


@dataclass(frozen=True)
class Size:
    """How thorough a run is.

    ``rounds`` times every contender is run, in turn; ``epochs`` is how often each sees ``samples`` images; ``steps``
    is how many updates are timed at each point of `GROWTH`; ``seconds`` is how long a call is repeated.
    """

    rounds: int = 5
    epochs: int = 3
    samples: int = 60_000
    steps: int = 120
    seconds: float = 1.0
    is_quick: bool = False


FULL = Size()
QUICK = Size(rounds=1, epochs=2, samples=6_000, steps=5, seconds=0.1, is_quick=True)
