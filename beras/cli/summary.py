"""``beras summary``."""

from __future__ import annotations

from beras.cli.console import print_json, print_table, say
from beras.cli.options import AsJson, Run

__all__ = ["summary"]


def summary(run: Run, as_json: AsJson = False) -> None:
    """Show a run: its configuration, its model and its result.

    \b
    Example:
      beras summary runs/mnist-20260101-120000
    """
    from beras.training import RunFolder

    folder = RunFolder.open(run)
    config = folder.read_config()
    result = folder.read_result()
    model = folder.read_model()
    print_table({name.replace("_", " "): _shown(value) for name, value in config["run"].items()}, title=str(folder))
    print()
    model.summary(print_fn=say)
    print()
    if result is None:
        say("The run has no result.json: it was ended before its evaluation.")
    else:
        accuracy, seconds = result["test_accuracy"], result["seconds"]
        ended = ", ended by Ctrl-C" if result["interrupted"] else ""
        say(f"Test accuracy {100 * accuracy:.2f} % after {result['epochs']} epochs in {seconds:.1f} s{ended}.")
    if as_json:
        print_json({"run_dir": str(folder), **config, "result": result})


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return str(value)
