"""Server: a process that has loaded NumPy and pytest and forks for each run, which saves two thirds of its time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType

__all__ = ["CAN_FORK", "RECORD", "Server"]

RECORD = Path(__file__).with_name("record.py")
#: macOS forks too, and its own libraries do not survive it.
CAN_FORK = sys.platform == "linux"


class Server:
    """One run at a time; started when it is first used, ended by `close` or at the end of the ``with``."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)
        self._process: subprocess.Popen[str] | None = None

    def run(self, order_file: Path) -> str:
        """Have an order done; return the exit status of its process, ``"late"``, or ``"lost"`` if this server died."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-B", str(RECORD), "--serve"],
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                start_new_session=True,
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(f"{order_file}\n")
            self._process.stdin.flush()
            return self._process.stdout.readline().strip() or "lost"
        except OSError:
            self.close()
            return "lost"

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            with suppress(OSError):
                self._process.communicate()
            self._process = None

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
