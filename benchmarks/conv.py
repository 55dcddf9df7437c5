"""``python -m benchmarks.conv``: an epoch of a convolutional network in beras and in PyTorch, side by side.

The model is that of ``beras train --model cnn``: two 3 x 3 convolutions of 32 and 64 filters, each with pooling, a
dense layer of 128 with dropout, ten classes; 225,034 parameters, Adam, batches of 128. Every contender is a process of
its own with as many threads; they take turns, so that what else the machine does meets all of them alike. A process
trains once to warm up and then is timed; what counts is the median over the rounds. An epoch is 469 steps.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

BATCH = 128
STEPS_OF_AN_EPOCH = 469
#: At most so many times PyTorch's time is the goal, and the wish.
GOAL, WISH = 2.0, 1.5

Train = Callable[[], float]


def images(steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Return so many batches of blurred dots, one of ten places for each class: float32 and integers."""
    rng = np.random.default_rng(0)
    classes = rng.integers(0, 10, steps * BATCH)
    rows, columns = np.indices((28, 28))
    centres = np.stack([6 + 15 * (np.arange(10) // 5), 3 + 5 * (np.arange(10) % 5)])[:, classes, None, None]
    dots = np.exp(-((rows - centres[0]) ** 2 + (columns - centres[1]) ** 2) / 8)
    return (dots + 0.5 * rng.random(dots.shape)).astype(np.float32)[..., None], classes


def with_beras(x: np.ndarray, y: np.ndarray) -> Train:
    import beras
    from beras import layers

    beras.set_random_seed(0)
    model = beras.Sequential(
        [
            layers.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.25),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    assert model.count_params() == 225_034
    return lambda: model.fit(x, y, batch_size=BATCH, verbose=0).history["loss"][-1]


def with_torch(x: np.ndarray, y: np.ndarray, channels_last: bool = False) -> Train:
    import torch
    from torch import nn

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    torch.manual_seed(0)
    layout = torch.channels_last if channels_last else torch.contiguous_format
    model = nn.Sequential(
        *(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Dropout(0.25), nn.Linear(1600, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10)),
    )
    model = model.to(memory_format=layout)  # type: ignore[call-overload]
    assert sum(p.numel() for p in model.parameters()) == 225_034
    inputs = torch.tensor(x).permute(0, 3, 1, 2).contiguous(memory_format=layout)
    targets = torch.tensor(y)
    optimizer = torch.optim.Adam(model.parameters(), fused=True)
    score = nn.CrossEntropyLoss()

    def train() -> float:
        total = torch.zeros(())
        for places in torch.randperm(len(inputs)).split(BATCH):
            optimizer.zero_grad()
            loss = score(model(inputs[places]), targets[places])
            loss.backward()
            optimizer.step()
            total += loss.detach()
        return float(total) / (len(inputs) // BATCH)

    return train


CONTENDERS: dict[str, Callable[[np.ndarray, np.ndarray], Train]] = {
    "beras": with_beras,
    "PyTorch eager": with_torch,
    "PyTorch eager, channels last": lambda x, y: with_torch(x, y, channels_last=True),
}


def measure(contender: str, steps: int) -> dict[str, Any]:
    """Train for ``steps`` steps to warm up, then again, timed; in this process."""
    train = CONTENDERS[contender](*images(steps))
    train()
    start = perf_counter()
    loss = train()
    return {"seconds_per_step": (perf_counter() - start) / steps, "loss": loss}


def in_a_process(contender: str, steps: int, threads: int) -> dict[str, Any]:
    """Return what `measure` finds in a new process with so many threads."""
    limits = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(threads))
    command = [sys.executable, "-m", "benchmarks.conv", "--contender", contender, "--steps", str(steps)]
    root = Path(__file__).parents[1]
    done = subprocess.run(command, env={**os.environ, **limits}, cwd=root, check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


def main(arguments: list[str] | None = None) -> int:
    """Return 1 when beras misses the goal, or did not learn."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.conv", description="beras and PyTorch, side by side.")
    parser.add_argument("--threads", type=int, default=1, help="of each process (default: 1)")
    parser.add_argument("--rounds", type=int, default=5, help="how often all take their turn (default: 5)")
    parser.add_argument("--steps", type=int, default=60, help="timed in each round (default: 60)")
    parser.add_argument("--out", type=Path, help="a JSON file for the numbers")
    parser.add_argument("--contender", choices=CONTENDERS, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.contender:
        print(json.dumps(measure(options.contender, options.steps)))
        return 0
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in CONTENDERS}
    for _ in range(options.rounds):
        for name, records in found.items():
            records.append(in_a_process(name, options.steps, options.threads))
    step = {name: median(record["seconds_per_step"] for record in records) for name, records in found.items()}
    loss = {name: median(record["loss"] for record in records) for name, records in found.items()}
    print(f"{options.threads} thread(s), medians of {options.rounds} rounds of {options.steps} steps of {BATCH} images")
    for name in CONTENDERS:
        epoch = STEPS_OF_AN_EPOCH * step[name]
        print(f"{name:30} {1000 * step[name]:7.1f} ms a step {epoch:7.1f} s an epoch   loss {loss[name]:.4f}")
    ratio = step["beras"] / step["PyTorch eager"]
    print(f"beras / PyTorch eager: {ratio:.2f}   (goal: {GOAL} at most, wished: {WISH})")
    if options.out:
        options.out.write_text(json.dumps({"threads": options.threads, "rounds": found, "ratio": ratio}, indent=1))
    return int(ratio > GOAL or loss["beras"] > 2 * loss["PyTorch eager"] + 0.05)


if __name__ == "__main__":
    sys.exit(main())
