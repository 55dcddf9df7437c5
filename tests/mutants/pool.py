"""Workers: processes that judge mutants side by side, replaced when one hangs or breaks."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import wait
from typing import Any, NamedTuple

from tests.mutants.session import work

Uses = dict[str, tuple[float, list]]


class Verdict(NamedTuple):
    """What became of a mutant: ``caught`` by ``test``, ``escaped`` from ``ran`` tests, or ``not planted`` (why)."""

    status: str
    test: str
    ran: int
    seconds: float


class _Worker:
    def __init__(self, tests: Sequence[str]):
        context = multiprocessing.get_context("spawn")
        self.conn, theirs = context.Pipe()
        self.process = context.Process(target=work, args=(theirs, tuple(tests)), daemon=True)
        self.process.start()
        theirs.close()
        self.task: str | None = None
        self.begin = 0.0

    def ask(self, *request: Any) -> None:
        self.conn.send(request)
        self.begin = time.perf_counter()

    def answer(self) -> Any:
        """Return the answer, ``None`` when the process has died."""
        try:
            return self.conn.recv()
        except (EOFError, ConnectionResetError):
            return None

    def end(self) -> None:
        with suppress(OSError):
            self.conn.send(("end",))
        self.process.join(5)
        self.process.terminate()
        self.process.join()


class Pool:
    """``size`` workers, each of which has collected ``tests``."""

    def __init__(self, tests: Sequence[str], size: int):
        self.tests = tests
        self.workers = [_Worker(tests) for _ in range(size)]
        self.uses: Uses = {}

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *error: object) -> None:
        for worker in self.workers:
            worker.end()

    def measure(self) -> list[str]:
        """Let the workers run all tests once without a fault; return those that fail, which are then left out."""
        for part, worker in enumerate(self.workers):
            worker.ask("measure", part, len(self.workers))
        failing = []
        for worker in self.workers:
            measured = worker.answer()
            if not isinstance(measured, dict):
                raise RuntimeError(f"The tests could not be run without a fault: {measured}")
            for name, (passes, seconds, keys) in measured.items():
                if passes:
                    self.uses[name] = seconds, keys
                else:
                    failing.append(name)
        for worker in self.workers:
            self._teach(worker)
        return failing

    def _teach(self, worker: _Worker) -> None:
        worker.ask("uses", self.uses)
        if worker.answer() != len(self.uses):
            raise RuntimeError("A worker did not start.")

    def judge(self, names: Sequence[str], heard: Callable[[str, Verdict], None]) -> None:
        """Ask about every mutant in ``names``; ``heard`` gets each verdict as it comes."""
        waiting = list(reversed(names))
        again: set[str] = set()
        for worker in self.workers:
            self._next(worker, waiting)
        while busy := [worker for worker in self.workers if worker.task is not None]:
            ready = wait([worker.conn for worker in busy])
            for worker in [w for w in busy if w.conn in ready]:
                name = worker.task
                assert name is not None
                answer = worker.answer()
                seconds = time.perf_counter() - worker.begin
                verdict = Verdict("caught", "(a test hung or died)", 0, seconds)
                if answer is not None:
                    status, test, ran = answer
                    verdict = Verdict(status, test, ran, seconds)
                if answer is None or verdict.status == "broken":
                    worker = self._replace(worker)
                if verdict.status == "broken" and name not in again:
                    again.add(name)
                    waiting.append(name)  # in a fresh process, to see that it is not an earlier mutant's doing
                else:
                    heard(name, verdict._replace(status="caught") if verdict.status == "broken" else verdict)
                self._next(worker, waiting)

    @staticmethod
    def _next(worker: _Worker, waiting: list[str]) -> None:
        worker.task = waiting.pop() if waiting else None
        if worker.task is not None:
            worker.ask("judge", worker.task)

    def _replace(self, worker: _Worker) -> _Worker:
        worker.process.terminate()
        fresh = _Worker(self.tests)
        self._teach(fresh)
        self.workers[self.workers.index(worker)] = fresh
        return fresh
