"""Pool: runs of tests in folders of their own, several at once."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any

from beras.course.testrun import CAN_FORK, Server, TestRun, clean_environment, run_tests

__all__ = ["Pool", "lay_out"]


class Pool:
    """So many runs at once as there are ``jobs``, each in a process and a folder of its own.

    Where processes can be forked each job has a `Server`, except for runs in which torch is imported or the environment
    is what matters; ``fork=False`` starts an interpreter for each run.
    """

    def __init__(self, jobs: int = 2, fork: bool = CAN_FORK) -> None:
        self._threads = ThreadPoolExecutor(jobs)
        self._fork = fork
        self._own = threading.local()
        self._servers: list[Server] = []

    def submit(
        self, files: Mapping[str, bytes], poison: Mapping[str, bytes] | None = None, **options: Any
    ) -> Future[TestRun]:
        """Begin a run of the tests in ``files`` (path -> bytes); ``options`` are those of `run_tests`.

        ``poison`` is laid out in another folder, which is where the process starts and the first on its PYTHONPATH.
        """
        return self._threads.submit(self._run, files, poison, options)

    def close(self) -> None:
        """Drop the runs that have not begun, wait for the others, and end the servers."""
        self._threads.shutdown(cancel_futures=True)
        for server in self._servers:
            server.close()

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(
        self, files: Mapping[str, bytes], poison: Mapping[str, bytes] | None, options: Mapping[str, Any]
    ) -> TestRun:
        with tempfile.TemporaryDirectory(prefix="beras-prove-", ignore_cleanup_errors=True) as temporary:
            root = Path(temporary).resolve()
            lay_out(files, root / "homework")
            if poison is not None:
                lay_out(poison, root / "elsewhere")
                options = {
                    **options,
                    "cwd": root / "elsewhere",
                    "environment": {"PYTHONPATH": str(root / "elsewhere")},
                }
            server = self._server() if self._fork and options.get("block_torch") else None
            return run_tests(root / "homework", server=server, **options)

    def _server(self) -> Server:
        if not hasattr(self._own, "server"):
            self._own.server = Server(clean_environment())
            self._servers.append(self._own.server)
        return self._own.server


def lay_out(files: Mapping[str, bytes], folder: Path) -> None:
    """Write path -> bytes into a new folder."""
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
