"""An epoch of MNIST with beras, beside a NumPy loop written by hand and PyTorch with fused Adam, in one run.

    python -m benchmarks.epoch [--model mlp|softmax] [--epochs 3] [--rounds 5] [--json]

Each contender trains the same model (float32, batch 128, Adam at 0.001) in a process of its own, in turn, several
rounds; the time is that of all epochs, and the median over the rounds is printed, with its ratio to the others. Three
epochs at least: numbers become subnormal only after the first. All must reach the same accuracy. Without MNIST on this
machine random bytes of its shape are used, and the accuracy says nothing.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import statistics
import subprocess
import sys
from time import perf_counter
from typing import Any

WIDTHS = {"mlp": (784, 256, 128, 10), "softmax": (784, 10)}
BATCH, RATE = 128, 1e-3


def data() -> tuple[Any, Any, Any, Any]:
    """Return ``x_train, y_train, x_test, y_test``, the images as float32 rows in [0, 1]."""
    import numpy as np

    try:
        os.environ["BERAS_OFFLINE"] = "1"
        from beras.datasets import mnist

        (x, y), (x_test, y_test) = mnist.load_data()
    except OSError:
        rng = np.random.default_rng(0)
        x, x_test = rng.integers(0, 256, (60000, 784), np.uint8), rng.integers(0, 256, (10000, 784), np.uint8)
        y, y_test = rng.integers(0, 10, 60000), rng.integers(0, 10, 10000)
    rows = [np.multiply(a.reshape(len(a), -1), 1 / 255, dtype=np.float32) for a in (x, x_test)]
    return rows[0], y.astype(np.int64), rows[1], y_test.astype(np.int64)


def run_beras(model_name: str, epochs: int) -> tuple[list[float], float]:
    import beras

    x, y, x_test, y_test = data()
    beras.set_random_seed(0)
    *hidden, out = WIDTHS[model_name][1:]
    model = beras.Sequential([beras.Dense(n, "relu") for n in hidden] + [beras.Dense(out, "softmax")])
    model.compile(beras.optimizers.Adam(RATE), "sparse_categorical_crossentropy", metrics=["accuracy"])
    times = []
    for _ in range(epochs):
        start = perf_counter()
        model.fit(x, y, batch_size=BATCH, verbose=0)
        times.append(perf_counter() - start)
    return times, model.evaluate(x_test, y_test, batch_size=1000, verbose=0)[1]


def run_numpy(model_name: str, epochs: int) -> tuple[list[float], float]:
    """Train with a loop as a careful NumPy user writes it: in place, no framework, tiny moments flushed."""
    import numpy as np

    x, y, x_test, y_test = data()
    rng = np.random.default_rng(0)
    widths = WIDTHS[model_name]
    weights = []
    for n_in, n_out in itertools.pairwise(widths):
        limit = float(np.sqrt(6 / (n_in + n_out)))
        weights += [rng.uniform(-limit, limit, (n_in, n_out)).astype(np.float32), np.zeros(n_out, np.float32)]
    m, v = [np.zeros_like(w) for w in weights], [np.zeros_like(w) for w in weights]
    step, depth = 0, len(widths) - 1
    times = []
    for _ in range(epochs):
        start = perf_counter()
        order, hits = rng.permutation(len(x)), 0
        for at in range(0, len(x), BATCH):
            rows = order[at : at + BATCH]
            values, target = [x[rows]], y[rows]
            for layer in range(depth):
                z = values[-1] @ weights[2 * layer] + weights[2 * layer + 1]
                values.append(np.maximum(z, 0) if layer < depth - 1 else z)
            logits = values[-1]
            exp = np.exp(logits - logits.max(axis=1, keepdims=True))
            g = exp / exp.sum(axis=1, keepdims=True)
            hits += int((g.argmax(axis=1) == target).sum())
            g[np.arange(len(rows)), target] -= 1
            g /= len(rows)
            gradients = []
            for layer in reversed(range(depth)):
                gradients[:0] = [values[layer].T @ g, g.sum(axis=0)]
                if layer:
                    g = (g @ weights[2 * layer].T) * (values[layer] > 0)
            step += 1
            rate = RATE * (1 - 0.999**step) ** 0.5 / (1 - 0.9**step)
            for w, gradient, m_w, v_w in zip(weights, gradients, m, v):
                m_w += 0.1 * (gradient - m_w)
                v_w += 0.001 * (gradient * gradient - v_w)
                w -= rate * m_w / (np.sqrt(v_w) + 1e-7)
                if step % 64 == 0:
                    m_w[np.abs(m_w) < 1e-30] = 0
        times.append(perf_counter() - start)
    value = x_test
    for layer in range(depth):
        value = value @ weights[2 * layer] + weights[2 * layer + 1]
        value = np.maximum(value, 0) if layer < depth - 1 else value
    return times, float((value.argmax(axis=1) == y_test).mean())


def run_torch(model_name: str, epochs: int) -> tuple[list[float], float]:
    """Train with PyTorch eager, fused Adam, no DataLoader."""
    import torch
    from torch import nn

    x, y, x_test, y_test = map(torch.from_numpy, data())
    torch.manual_seed(0)
    widths = WIDTHS[model_name]
    parts: list[Any] = []
    for n_in, n_out in itertools.pairwise(widths):
        parts += [nn.Linear(n_in, n_out), nn.ReLU()]
    model = nn.Sequential(*parts[:-1])
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE, fused=True)
    times = []
    for _ in range(epochs):
        start = perf_counter()
        hits = 0
        for rows in torch.randperm(len(x)).split(BATCH):
            logits = model(x[rows])
            loss = nn.functional.cross_entropy(logits, y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            hits += int((logits.argmax(1) == y[rows]).sum())
        times.append(perf_counter() - start)
    with torch.inference_mode():
        return times, float((model(x_test).argmax(1) == y_test).float().mean())


CONTENDERS = {"beras": run_beras, "numpy": run_numpy, "torch": run_torch}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", choices=sorted(WIDTHS), default="mlp")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--one", choices=CONTENDERS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        times, accuracy = CONTENDERS[options.one](options.model, options.epochs)
        print(json.dumps({"times": times, "accuracy": accuracy}))
        return
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in CONTENDERS}
    for _ in range(options.rounds):
        for name in CONTENDERS:
            command = [sys.executable, "-m", "benchmarks.epoch", "--one", name, "--model", options.model]
            run = subprocess.run(
                [*command, "--epochs", str(options.epochs)], capture_output=True, text=True, check=False
            )
            if run.returncode == 0:
                found[name].append(json.loads(run.stdout.splitlines()[-1]))
    rows = {}
    for name, runs in found.items():
        if runs:
            per_epoch = [statistics.mean(run["times"]) for run in runs]
            rows[name] = {
                "seconds_per_epoch": statistics.median(per_epoch),
                "fastest": min(per_epoch),
                "slowest": max(per_epoch),
                "accuracy": statistics.median(run["accuracy"] for run in runs),
            }
    ours = rows["beras"]["seconds_per_epoch"]
    print(f"{options.model}, {options.epochs} epochs, batch {BATCH}, float32, Adam, median of {options.rounds} rounds")
    for name in CONTENDERS:
        if name not in rows:
            print(f"{name:8} not installed")
            continue
        row = rows[name]
        print(
            f"{name:8} {row['seconds_per_epoch']:.3f} s an epoch ({row['fastest']:.3f} to {row['slowest']:.3f}), "
            f"test accuracy {row['accuracy']:.4f}, beras takes {ours / row['seconds_per_epoch']:.2f} of it"
        )
    if options.json:
        print(json.dumps({"model": options.model, "rows": rows}))


if __name__ == "__main__":
    main()
