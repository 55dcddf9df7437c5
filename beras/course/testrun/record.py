"""The child process: ``python record.py ORDER`` runs pytest as the JSON file ORDER says, and writes what each test did.

``python record.py --serve`` reads paths of such files from stdin and forks for each; what all of them import is then
loaded once. The file stands alone, and is never imported under a name that a homework could want.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Generator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn


def main(order_file: str) -> int:
    """Do what the order says; return pytest's exit code."""
    order = json.loads(Path(order_file).read_text(encoding="utf-8"))
    sys.path[:] = [path for path in sys.path if Path(path or ".").resolve() != Path(__file__).resolve().parent]
    if order["block_torch"]:
        sys.modules["torch"] = None  # type: ignore[assignment]  # find_spec and import both find nothing
    import pytest

    folder = order["folder"]
    recorder = _recorder(pytest, order["tasks"], Path(folder))
    code = pytest.main(
        ["-c", f"{folder}/pyproject.toml", "--rootdir", folder, "-p", "no:cacheprovider", *order["paths"]],
        plugins=[recorder],
    )
    loaded = {name: getattr(sys.modules.get(name), "__file__", None) for name in order["modules"]}
    files = {name: file and _place(file, Path(folder)) for name, file in loaded.items()}
    result = {"code": int(code), "outcomes": recorder.outcomes, "files": files, "errors": recorder.errors}
    Path(order["result"]).write_text(json.dumps(result), encoding="utf-8")
    return int(code)


def _recorder(pytest: Any, tasks: list[str] | None, folder: Path) -> Any:
    class Recorder:
        """Keeps, for each test, its markers and how it ended; leaves the tests of other tasks out."""

        def __init__(self) -> None:
            self.outcomes: list[dict[str, Any]] = []
            self.errors: list[str] = []

        def pytest_collectreport(self, report: Any) -> None:
            if report.failed:
                self.errors.append(f"{report.nodeid}: {report.longreprtext}")

        @pytest.hookimpl(trylast=True)
        def pytest_collection_modifyitems(self, config: Any, items: list[Any]) -> None:
            if tasks is not None:
                others = [item for item in items if _argument(item, "task") not in tasks]
                items[:] = [item for item in items if item not in others]
                config.hook.pytest_deselected(items=others)

        @pytest.hookimpl(wrapper=True, tryfirst=True)
        def pytest_runtest_makereport(self, item: Any, call: Any) -> Generator[None, Any, Any]:
            report = yield
            if call.when == "setup":
                self.outcomes.append(_start(item))
            note = self.outcomes[-1]
            note["seconds"] += call.duration
            if report.skipped:
                note["outcome"] = "skipped"
                note["message"] = "" if call.excinfo is None else str(call.excinfo.value)
            elif call.excinfo is not None and note["outcome"] == "passed":
                error = call.excinfo.value
                note["outcome"] = "failed"
                note["error"] = type(error).__name__
                note["message"] = str(error)
                note["raised_in"] = _place(call.excinfo.traceback[-1].path, folder)
            if hasattr(report, "wasxfail"):
                note["outcome"] = "xfailed"
            return report

    return Recorder()


def _start(item: Any) -> dict[str, Any]:
    file, _, test = item.nodeid.partition("::")
    return {
        "file": file,
        "function": test.partition("[")[0].replace("::", "."),
        "case": test,
        "task": _argument(item, "task"),
        "points": _argument(item, "points"),
        "hidden": _argument(item, "visibility") == "hidden",
        "outcome": "passed",
        "error": "",
        "message": "",
        "raised_in": "",
        "seconds": 0.0,
    }


def _place(file: str | Path, folder: Path) -> str:
    """Return a path as it is relative to the folder, or, of a file elsewhere, whole."""
    path = Path(file).resolve()
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)


def _argument(item: Any, name: str) -> Any:
    marker = item.get_closest_marker(name)
    return marker.args[0] if marker is not None and marker.args else None


def serve() -> None:
    """For each order on stdin fork a process that does it, wait, and answer with its status (or "late")."""
    for name in ("numpy", "pytest", "_pytest.assertion.rewrite", "_pytest.python", "_pytest.terminal", _DIAGNOSIS):
        with suppress(ImportError):
            import_module(name)
    assert "torch" not in sys.modules
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _become(line.strip())
        print(_waited(child, json.loads(Path(line.strip()).read_text(encoding="utf-8"))["seconds"]), flush=True)


#: What the kit imports when something is wrong, if beras is installed.
_DIAGNOSIS = "beras.oracle.diagnosis"


def _become(order_file: str) -> NoReturn:
    """Do an order in this newly forked process, which then ends without returning to the server."""
    code = 70
    try:
        os.setsid()
        order = json.loads(Path(order_file).read_text(encoding="utf-8"))
        output = os.open(order["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((nothing, 0), (output, 1), (output, 2)):
            os.dup2(source, target)
        os.chdir(order["cwd"])
        code = main(order_file)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _waited(child: int, seconds: float) -> str:
    """Wait for a process and end its whole group; return its exit status, or "late" if it took too long."""
    end = time.monotonic() + seconds
    status = "late"
    while time.monotonic() < end:
        done, ended = os.waitpid(child, os.WNOHANG)
        if done:
            status = str(os.waitstatus_to_exitcode(ended))
            break
        time.sleep(0.005)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    if status == "late":
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)  # it may not have its own group yet
        os.waitpid(child, 0)
    return status


if __name__ == "__main__":
    if sys.argv[1:] == ["--serve"]:
        serve()
    else:
        raise SystemExit(main(sys.argv[1]))
