"""How much the tests of one task may use."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Limits"]


@dataclass(frozen=True)
class Limits:
    """Limits of one task.

    On Linux and macOS all of them hold; on Windows those of time and output. In the in-process mode time is counted in
    ``steps``, and only this and the output are limited.
    """

    #: Seconds for a test that states no timeout of its own.
    seconds: float = 10.0
    #: Seconds until the tests and the student's files are read.
    import_seconds: float = 20.0
    #: Bytes, over all processes of the task.
    memory: int = 2 << 30
    #: How many processes the student's code may have at once.
    processes: int = 20
    #: Bytes that may be printed.
    output: int = 1_000_000
    #: Bytes that a file may get.
    file_size: int = 256 << 20
    #: Steps of the interpreter that the student's code may take in a test, in the in-process mode: some 2 seconds.
    steps: int = 10_000_000
