"""``python -m benchmarks.conv``: an epoch of a convolutional network in beras and in PyTorch, side by side.

The model is that of ``beras train --model cnn``: two 3 x 3 convolutions of 32 and 64 filters, each with pooling, a
dense layer of 128 with dropout, ten classes; 225,034 parameters, Adam, batches of 128. Every contender is a process of
its own with as many threads; they take turns, so that what else the machine does meets all of them alike. A process
trains once to warm up and then is timed; what counts is the median over the rounds. An epoch is 469 steps.

With ``--layers``: forward and backward of single layers, by their input and their weights, in turns in one process.
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
from typing import Any, NamedTuple

import numpy as np

BATCH = 128
STEPS_OF_AN_EPOCH = 469
#: At most so many times PyTorch's time is the goal, and the wish.
GOAL, WISH = 2.0, 1.5

Train = Callable[[], float]
EAGER, CHANNELS_LAST = "PyTorch eager", "PyTorch eager, channels last"


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
    EAGER: with_torch,
    CHANNELS_LAST: lambda x, y: with_torch(x, y, channels_last=True),
}


class LayerRow(NamedTuple):
    """A layer of beras, its arguments, the shape of a batch, and how often the time of ``peer`` it may take at most."""

    layer: str
    arguments: dict[str, Any]
    shape: tuple[int, ...]
    peer: str
    goal: float

    def __str__(self) -> str:
        settings = "".join(f", {name}={value!r}" for name, value in self.arguments.items())
        return f"{self.layer} of {self.shape}{settings}"


SMALL, LARGE, FEW_CHANNELS = (128, 14, 14, 32), (32, 28, 28, 64), (64, 26, 26, 3)
ROWS = (1024, 256)
LAYERS = (
    *(LayerRow("BatchNormalization", {}, shape, EAGER, 2.5) for shape in (SMALL, (32, 7, 7, 128), ROWS)),
    *(LayerRow("LayerNormalization", {}, shape, EAGER, 4.0) for shape in (SMALL, ROWS)),
    *(
        LayerRow("DepthwiseConv2D", {"strides": s, "padding": p, "depth_multiplier": m}, shape, CHANNELS_LAST, 4.0)
        for shape in (SMALL, LARGE, FEW_CHANNELS)
        for s in (1, 2)
        for p in ("valid", "same")
        for m in (1, 2)
    ),
)


def layer_of_beras(row: LayerRow, x: np.ndarray) -> Callable[[], Any]:
    import beras

    arguments = {"kernel_size": 3, **row.arguments} if row.layer == "DepthwiseConv2D" else row.arguments
    layer = getattr(beras.layers, row.layer)(**arguments)
    call = {"training": True} if row.layer == "BatchNormalization" else {}
    cotangent = np.ones_like(layer(x, **call))

    def step() -> Any:
        with beras.GradientTape() as tape:
            watched = tape.watch(x)
            y = layer(watched, **call)
        return tape.gradient(y, [watched, *layer.trainable_weights], output_gradients=cotangent)

    return step


def layer_of_torch(row: LayerRow, x: np.ndarray, channels_last: bool) -> Callable[[], Any]:
    import torch
    from torch import nn

    channels = x.shape[-1]
    module: nn.Module
    if row.layer == "LayerNormalization":
        module = nn.LayerNorm(channels)
    elif row.layer == "BatchNormalization":
        module = nn.BatchNorm2d(channels) if x.ndim == 4 else nn.BatchNorm1d(channels)
    else:
        strides, padding, multiplier = row.arguments.values()
        outputs = channels * multiplier
        module = nn.Conv2d(channels, outputs, 3, strides, int(padding == "same"), groups=channels)
    given = torch.tensor(x)
    if row.layer != "LayerNormalization" and x.ndim == 4:
        layout = torch.channels_last if channels_last else torch.contiguous_format
        module = module.to(memory_format=layout)  # type: ignore[call-overload]
        given = given.permute(0, 3, 1, 2).contiguous(memory_format=layout)
    given.requires_grad_(True)
    cotangent = torch.ones_like(module(given))

    def step() -> Any:
        return torch.autograd.grad(module(given), [given, *module.parameters()], cotangent)

    return step


def measure_layers(rounds: int) -> dict[str, dict[str, float]]:
    """Return for each row of `LAYERS` the median seconds of beras and of PyTorch's layouts, which take turns."""
    import torch

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    found = {}
    for row in LAYERS:
        x = np.random.default_rng(0).normal(size=row.shape).astype(np.float32)
        steps = {
            "beras": layer_of_beras(row, x),
            EAGER: layer_of_torch(row, x, channels_last=False),
            CHANNELS_LAST: layer_of_torch(row, x, channels_last=True),
        }
        seconds: dict[str, list[float]] = {name: [] for name in steps}
        for number in range(-2, 3 * rounds):  # the first two warm up
            for name, step in steps.items():
                start = perf_counter()
                step()
                if number >= 0:
                    seconds[name].append(perf_counter() - start)
        found[str(row)] = {name: median(times) for name, times in seconds.items()}
    return found


def compare_layers(threads: int, rounds: int, out: Path | None) -> int:
    """Print what `measure_layers` finds in a new process; return 1 when a layer misses its goal."""
    found = in_a_process(["--contender", "layers", "--rounds", str(rounds)], threads)
    is_missed = False
    print(f"{threads} thread(s), forward and backward in ms: {', '.join(found[str(LAYERS[0])])}")
    for row in LAYERS:
        seconds = found[str(row)]
        ratio = seconds["beras"] / seconds[row.peer]
        is_missed |= ratio > row.goal
        times = "".join(f"{1000 * each:7.2f}" for each in seconds.values())
        print(f"{row!s:90}{times}   {ratio:.2f} times {row.peer} (goal: {row.goal} at most)")
    if out:
        out.write_text(json.dumps({"threads": threads, "layers": found}, indent=1))
    return int(is_missed)


def measure(contender: str, steps: int) -> dict[str, Any]:
    """Train for ``steps`` steps to warm up, then again, timed; in this process."""
    train = CONTENDERS[contender](*images(steps))
    train()
    start = perf_counter()
    loss = train()
    return {"seconds_per_step": (perf_counter() - start) / steps, "loss": loss}


def in_a_process(arguments: list[str], threads: int) -> dict[str, Any]:
    """Return what a new process with so many threads finds."""
    limits = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(threads))
    command = [sys.executable, "-m", "benchmarks.conv", *arguments]
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
    parser.add_argument("--layers", action="store_true", help="single layers instead of a network")
    parser.add_argument("--contender", choices=(*CONTENDERS, "layers"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.layers:
        return compare_layers(options.threads, options.rounds, options.out)
    if options.contender == "layers":
        print(json.dumps(measure_layers(options.rounds)))
        return 0
    if options.contender:
        print(json.dumps(measure(options.contender, options.steps)))
        return 0
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in CONTENDERS}
    for _ in range(options.rounds):
        for name, records in found.items():
            records.append(in_a_process(["--contender", name, "--steps", str(options.steps)], options.threads))
    step = {name: median(record["seconds_per_step"] for record in records) for name, records in found.items()}
    loss = {name: median(record["loss"] for record in records) for name, records in found.items()}
    print(f"{options.threads} thread(s), medians of {options.rounds} rounds of {options.steps} steps of {BATCH} images")
    for name in CONTENDERS:
        epoch = STEPS_OF_AN_EPOCH * step[name]
        print(f"{name:30} {1000 * step[name]:7.1f} ms a step {epoch:7.1f} s an epoch   loss {loss[name]:.4f}")
    ratio = step["beras"] / step[EAGER]
    print(f"beras / {EAGER}: {ratio:.2f}   (goal: {GOAL} at most, wished: {WISH})")
    if options.out:
        options.out.write_text(json.dumps({"threads": options.threads, "rounds": found, "ratio": ratio}, indent=1))
    return int(ratio > GOAL or loss["beras"] > 2 * loss[EAGER] + 0.05)


if __name__ == "__main__":
    sys.exit(main())
