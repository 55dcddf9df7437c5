"""The time of ``import beras`` beside that of ``import numpy``: medians over fresh interpreters, taken in turn.

python -m benchmarks.import_time [--rounds 15]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys

PROBE = "import time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"


def seconds(module: str) -> float:
    run = subprocess.run([sys.executable, "-c", PROBE.format(module)], capture_output=True, text=True, check=True)
    return float(run.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    found: dict[str, list[float]] = {"numpy": [], "beras": []}
    for module in found:
        seconds(module)  # once, so that the bytecode is there
    for _ in range(rounds):
        for module, times in found.items():
            times.append(seconds(module))
    numpy, beras = (statistics.median(found[module]) for module in ("numpy", "beras"))
    print(f"import numpy {numpy * 1e3:.1f} ms, import beras {beras * 1e3:.1f} ms, ratio {beras / numpy:.2f}")


if __name__ == "__main__":
    main()
