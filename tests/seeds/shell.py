"""Run notebook cells under IPython in a process of their own, unchanged, and return what each of them printed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

__all__ = ["run_cells"]


def run_cells(sources: Iterable[str], *, path: Path, folder: Path, seconds: float = 120) -> list[list[str]]:
    """Run the cells in order in one IPython shell and return the lines that each wrote on stdout, right-stripped.

    Magics, ``??`` and ``display`` work as in a notebook; a help text that would open a pager is printed.

    Args:
        sources: the cells.
        path: the folder that the cells import from.
        folder: the current folder of the cells, an empty one.
        seconds: the limit for all of them.

    Raises:
        AssertionError: a cell raised; the message holds its number and its traceback.
    """
    environment = os.environ | {
        "PYTHONPATH": str(path),
        "PYTHONIOENCODING": "utf-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "IPYTHONDIR": str(folder / ".ipython"),
        "MPLBACKEND": "Agg",
        "NO_COLOR": "1",
    }
    done = subprocess.run(
        [sys.executable, str(Path(__file__).resolve())],
        input=json.dumps(list(sources)),
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return [[line.rstrip() for line in printed.splitlines()] for printed in json.loads(done.stdout)]


def _show(shell: object, page: str | dict[str, str], **options: object) -> None:
    """Print what would open in a pager; IPython hands over a text, or one for each format."""
    print(page["text/plain"] if isinstance(page, dict) else page)


def _run() -> None:
    """Read the cells from stdin as JSON, run them, and write what they printed to stdout as JSON."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output
    from traitlets.config import Config

    settings = Config()
    settings.HistoryManager.enabled = False
    settings.InteractiveShell.colors = "nocolor"
    shell = InteractiveShell.instance(config=settings)
    shell.set_hook("show_in_pager", _show)
    printed = []
    for number, source in enumerate(json.loads(sys.stdin.read()), start=1):
        with capture_output() as captured:
            result = shell.run_cell(source, store_history=True)
        if not result.success:
            sys.exit(f"cell {number} of the notebook raised:\n{captured.stdout}\n{captured.stderr}")
        printed.append(captured.stdout)
    json.dump(printed, sys.stdout)


if __name__ == "__main__":
    sys.path.pop(0)
    _run()
