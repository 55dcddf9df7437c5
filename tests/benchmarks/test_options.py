"""What the command line means, and what it refuses."""

from __future__ import annotations

import pytest

from benchmarks.options import parse
from benchmarks.workloads import FULL, QUICK


def test_defaults_are_the_full_run():
    options = parse([])
    assert options.size == FULL
    assert options.only == options.workload == options.peers == []


def test_lists_are_split_at_commas():
    options = parse(["--only", "epoch,hvp", "--workload", "mlp", "--peers", "beras, jax"])
    assert (options.only, options.workload, options.peers) == (["epoch", "hvp"], ["mlp"], ["beras", "jax"])


def test_rounds_and_epochs_override_the_size():
    size = parse(["--quick", "--rounds", "4", "--epochs", "7"]).size
    assert (size.rounds, size.epochs, size.samples, size.is_quick) == (4, 7, QUICK.samples, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--peers", "beras,keras-jx"], "Unknown peer 'keras-jx'. Did you mean 'keras-jax'?"),
        (["--only", "epoch,latncy"], "Unknown measurement 'latncy'. Did you mean 'latency'?"),
        (["--workload", "mpl"], "Unknown workload 'mpl'. Did you mean 'mlp'?"),
        (["--rounds", "0"], "expected a whole number, 1 or more. Received: '0'."),
        (["--threads", "two"], "expected a whole number, 1 or more. Received: 'two'."),
    ],
)
def test_what_is_unknown_is_named_with_the_nearest(arguments, message, capsys):
    with pytest.raises(SystemExit) as stop:
        parse(arguments)
    assert stop.value.code == 2
    assert message in " ".join(capsys.readouterr().err.split())
