"""What the command line says."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from benchmarks.measurements import MEASUREMENTS
from benchmarks.peers import PEERS
from benchmarks.run.threads import default_threads
from benchmarks.workloads import FULL, QUICK, WORKLOADS
from beras.errors import unknown_name

__all__ = ["OUT", "parse"]

OUT = Path(__file__).parent / "results"

EXAMPLES = """\
examples:
  python -m benchmarks --only epoch --workload mlp --peers beras,jax --rounds 3
  python -m benchmarks --quick                     everything once, on little data: does it run?
  python -m benchmarks --only growth --add         keeps what the folder has on other cases
  python -m benchmarks --report                    prints what the folder has

From make: make bench ARGS="--only epoch"
"""


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Return the options; ``size`` is the `Size` of the run, with its rounds and epochs set.

    Ends the program, with the nearest valid name, when something is unknown.
    """
    parser = argparse.ArgumentParser(
        "benchmarks", description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.description = "Measure beras beside its peers, each in a process of its own, in turn."
    parser.add_argument("--only", type=_names("measurement", MEASUREMENTS), default=[], help=", ".join(MEASUREMENTS))
    parser.add_argument("--workload", type=_names("workload", WORKLOADS), default=[], help=", ".join(WORKLOADS))
    parser.add_argument("--peers", type=_names("peer", PEERS), default=[], help=", ".join(PEERS))
    parser.add_argument("--rounds", type=_count, help=f"times that each is run ({FULL.rounds})")
    parser.add_argument("--epochs", type=_count, help=f"epochs in each run ({FULL.epochs})")
    parser.add_argument("--threads", type=_count, default=default_threads(), help="for every library (%(default)s)")
    parser.add_argument("--limit", type=float, default=1800, help="seconds that one process may take (%(default)s)")
    parser.add_argument("--quick", action="store_true", help="one round on little data; the numbers mean nothing")
    parser.add_argument("--out", type=Path, default=OUT, help="folder for results (benchmarks/results)")
    parser.add_argument("--add", action="store_true", help="keep the results in the folder, except of what is run")
    parser.add_argument("--report", action="store_true", help="run nothing: show the results in the folder")
    options = parser.parse_args(arguments)
    asked = {name: value for name in ("rounds", "epochs") if (value := getattr(options, name)) is not None}
    options.size = type(FULL)(**{**vars(QUICK if options.quick else FULL), **asked})
    return options


def _names(kind: str, known: Collection[str]) -> Callable[[str], list[str]]:
    def names(text: str) -> list[str]:
        given = [name.strip() for name in text.split(",") if name.strip()]
        for name in given:
            if name not in known:
                raise argparse.ArgumentTypeError(unknown_name(kind, name, known))
        return given

    return names


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number, 1 or more. Received: {text!r}.")
    return int(text)
