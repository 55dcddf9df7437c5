"""How long a scan of many generated pictures takes, and how much memory: ``python -m benchmarks.safety_scan``.

The pictures are random blocks of several sizes, as JPEG; three are planted, and the scan must find exactly these. The
checker is the tiny random one, so the time is that of everything but the network. Each scan runs in a process of its
own, on one thread, and its peak of memory during the scan is read ("more": than before it), on Linux. Where others work
on the machine, the seconds of the processor say more than those of the clock.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

PLANTED = (162, 213, 966)


def main() -> None:
    """Make the pictures, scan them several ways, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=1000)
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        folder, checker, options = arguments.one
        print(json.dumps(_scan(Path(folder), Path(checker), json.loads(options))))
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "pictures"
        folder.mkdir()
        few = Path(place) / "few"
        few.mkdir()
        _make(folder, arguments.pictures)
        _make(few, max(arguments.pictures // 10, 20))
        chosen = [number for number in PLANTED if number < arguments.pictures] or [0]
        _plant(folder, chosen, Path(place) / "checker")
        headings = ("pictures", "seconds", "CPU s", "per CPU s", "peak MB", "more MB")
        print(f"{'':34}{''.join(f'{heading:>11}' for heading in headings)}  flagged")
        ways: list[tuple[str, Path, dict[str, Any]]] = [
            ("a tenth of them", few, {}),
            ("batches of 10", folder, {}),
            ("batches of 10, two threads read", folder, {"workers": 2}),
            ("batches of 64", folder, {"batch_size": 64}),
            ("with a journal", folder, {"resume": str(Path(place) / "journal")}),
            ("resumed, all done", folder, {"resume": str(Path(place) / "journal")}),
        ]
        for name, where, options in ways:
            found = _in_a_process(where, Path(place) / "checker", options)
            if where == folder and found["flagged"] != chosen:
                raise SystemExit(f"Planted {chosen}, and found {found['flagged']}.")
            rate = found["pictures"] / found["cpu"]
            numbers = f"{found['pictures']:11}{found['seconds']:11.2f}{found['cpu']:11.2f}{rate:11.0f}"
            memory = f"{found['peak']:11.0f}{found['peak'] - found['before']:11.0f}"
            print(f"{name:34}{numbers}{memory}  {found['flagged']}", flush=True)


def _in_a_process(folder: Path, checker: Path, options: dict[str, Any]) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.safety_scan", "--one", str(folder), str(checker), json.dumps(options)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def _plant(folder: Path, chosen: list[int], place: Path) -> None:
    from beras.diffusion import ImageFiles, plant, tiny_pipeline

    files = ImageFiles(folder)
    checker = plant(tiny_pipeline().safety_checker, [files.path(number) for number in chosen], others=files)
    checker.save_pretrained(place)


def _scan(folder: Path, place: Path, options: dict[str, Any]) -> dict[str, Any]:
    from beras.diffusion import ImageFiles, scan
    from beras.diffusion.dependencies import require

    require()
    import torch
    from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker

    torch.set_num_threads(1)
    checker = StableDiffusionSafetyChecker.from_pretrained(place)
    before = _memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak so far, that of the imports, is forgotten
    started, worked = perf_counter(), process_time()
    report = scan(ImageFiles(folder), checker, progress=False, **options)
    return {
        "pictures": report.total,
        "seconds": perf_counter() - started,
        "cpu": process_time() - worked,
        "before": before,
        "peak": _memory("VmHWM"),
        "flagged": report.flagged,
    }


def _make(folder: Path, count: int) -> None:
    from PIL import Image

    rng = np.random.default_rng(0)
    for number in range(count):
        colours = rng.integers(0, 256, (8, 8, 3), dtype=np.uint8)
        size = tuple(rng.integers(256, 768, 2).tolist())
        Image.fromarray(colours).resize(size, Image.Resampling.BICUBIC).save(folder / f"{number:06}.jpg", quality=90)


def _memory(what: str) -> float:
    """Return an entry of Linux's account of this process, in MB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1e3 for line in lines if line.startswith(what))


if __name__ == "__main__":
    main()
