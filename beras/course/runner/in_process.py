"""Run a job in this very process, for where there can be no other: a budget of steps takes the place of the limits."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, redirect_stderr, redirect_stdout
from importlib import invalidate_caches
from pathlib import Path
from typing import Any

from beras.course.runner.child import Run
from beras.course.runner.limits import Limits

__all__ = ["run_here"]

_OUTPUT_KEPT = 20_000


def run_here(job: Mapping[str, Any], folder: Path, limits: Limits) -> Run:
    """Run a job as the harness would, here.

    Caught are loops in Python (by the number of lines), ``sys.exit``, a flood of output, ordinary errors. A crash,
    ``os._exit``, endless waiting and a hog of memory take this process with them.
    """
    import pytest

    from beras.course.runner.harness.account import account
    from beras.course.runner.harness.main import prepare, pytest_arguments
    from beras.course.runner.harness.plugin import Plugin
    from beras.course.runner.harness.steps import budget
    from beras.course.runner.harness.witness import Witness

    run = Run()

    def send(what: str, **content: Any) -> None:
        run.messages.append({"is": what, **content})

    def guard(test: str, seconds: float) -> AbstractContextManager[None]:
        return budget(folder, limits.steps)

    output = _Capped(limits.output)
    with _as_it_was(folder), redirect_stdout(output), redirect_stderr(output):
        missing = prepare(folder, job["library"])
        if missing:
            send("missing", package=missing)
            return run
        witness = Witness(folder)
        try:
            with budget(folder, limits.steps):
                plugin = Plugin(folder, job["tests"], send, witness, guard)
                pytest.main(pytest_arguments(folder, job["tests"]), plugins=[plugin])
        except BaseException as error:
            send("unreadable", file="", account=account(error, folder))
        witness.put_back()
        send("done")
    run.output = output.getvalue()[:_OUTPUT_KEPT]
    return run


class _Capped(io.StringIO):
    """Takes so many characters, and then raises."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def write(self, text: str) -> int:
        from beras.course.runner.harness.steps import OutputSpent

        if self.tell() + len(text) > self._most:
            raise OutputSpent
        return super().write(text)


@contextmanager
def _as_it_was(folder: Path) -> Iterator[None]:
    """Afterwards modules, path, working directory and environment are what they were before."""
    path, arguments, environment, here = sys.path[:], sys.argv[:], dict(os.environ), Path.cwd()
    wrote_bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    invalidate_caches()
    mine = {name: sys.modules.pop(name) for name in _modules_in(folder)}
    os.environ.setdefault("BERAS_ORACLE", "frozen")
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(here)
        sys.dont_write_bytecode = wrote_bytecode
        os.environ.clear()
        os.environ.update(environment)
        sys.path[:], sys.argv[:] = path, arguments
        for name in _modules_in(folder):
            del sys.modules[name]
        sys.modules.update(mine)


def _modules_in(folder: Path) -> list[str]:
    return [
        name
        for name, module in list(sys.modules.items())
        if isinstance(file := getattr(module, "__file__", None), str) and Path(file).is_relative_to(folder)
    ]
