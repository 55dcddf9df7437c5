"""The pytest plugin: runs the wanted tests and sends what became of each."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from .account import account
from .channel import Send
from .witness import Witness

__all__ = ["Plugin"]

#: How long a thread may take to end after the test that started it.
_THREAD_GRACE = 0.2

Guard = Callable[[str, float], AbstractContextManager[None]]


class Plugin:
    """Reports ``collected``, ``unreadable``, and for each test ``start`` and ``test``.

    Args:
        folder: the homework's folder.
        seconds: the wanted tests, as pytest names them without cases, and how long each may take.
        send: where to.
        witness: see there.
        guard: called with a test and its seconds, gives the context in which the test runs.
    """

    def __init__(self, folder: Path, seconds: dict[str, float], send: Send, witness: Witness, guard: Guard) -> None:
        self._folder, self._seconds, self._send, self._witness, self._guard = folder, seconds, send, witness, guard
        self._errors: list[BaseException] = []

    # What pytest reads

    def pytest_configure(self, config: pytest.Config) -> None:
        for name in ("task", "points", "hint", "visibility", "timeout"):
            config.addinivalue_line("markers", f"{name}: of the homework's tests")

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        order = {name: number for number, name in enumerate(self._seconds)}
        wanted = [item for item in items if _function(item) in order]
        items[:] = sorted(wanted, key=lambda item: order[_function(item)])
        cases = [_function(item) for item in items]
        self._send("collected", cases={name: cases.count(name) for name in cases})

    def pytest_exception_interact(self, node: Any, call: Any, report: Any) -> None:
        if isinstance(report, pytest.CollectReport):
            self.unreadable(call.excinfo.value, node.nodeid)

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Generator[None, Any, Any]:
        try:
            return (yield)
        except SystemExit as error:  # pytest would end
            self.unreadable(error, collector.nodeid)
            return pytest.CollectReport(collector.nodeid, "failed", None, [])

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        self.unreadable(excinfo.value)

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        self.unreadable(excinfo.value)
        return True

    def unreadable(self, error: BaseException, file: str = "") -> None:
        """Report an exception that came while the files were read."""
        self._send("unreadable", file=file, account=account(error.__cause__ or error, self._folder))

    def pytest_warning_recorded(self, warning_message: Any) -> None:
        inside = Path(warning_message.filename).is_relative_to(self._folder)
        if inside and not issubclass(warning_message.category, pytest.PytestWarning):
            file = Path(warning_message.filename).relative_to(self._folder).as_posix()
            name = warning_message.category.__name__
            print(f"{file}:{warning_message.lineno}: {name}: {warning_message.message}", file=sys.stderr)

    # What pytest runs

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        seconds = self._seconds[_function(item)]
        self._errors, threads, begin = [], set(threading.enumerate()), time.perf_counter()
        self._witness.compared()
        self._send("start", test=item.nodeid, seconds=seconds)
        with self._guard(item.nodeid, seconds):
            try:
                return (yield)
            except BaseException as error:
                self._errors.append(error)
                raise
            finally:
                found = self._outcome(threads)
                self._send("test", test=item.nodeid, seconds=time.perf_counter() - begin, **found)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
        if call.excinfo is not None:
            self._errors.append(call.excinfo.value)
        return (yield)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        # The assignment's own conftest.py sets an alarm, for those who run pytest by hand; here the guard watches.
        if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
            signal.setitimer(signal.ITIMER_REAL, 0)
        return (yield)

    def _outcome(self, threads_before: set[threading.Thread]) -> dict[str, Any]:
        if self._errors:
            return {"passed": False, "account": account(self._errors[0], self._folder)}
        left = [thread.name for thread in _still_running(threads_before)]
        offence = {"kind": "thread", "what": ", ".join(left)} if left else self._witness.offence()
        if offence is not None:
            return {"passed": False, "account": offence}
        return {"passed": True, "compared": self._witness.compared()}


def _function(item: pytest.Item) -> str:
    return item.nodeid.partition("[")[0]


def _still_running(before: set[threading.Thread]) -> list[threading.Thread]:
    """Return the threads that are new and would keep Python from ending."""
    new = [thread for thread in threading.enumerate() if thread not in before and not thread.daemon]
    for thread in new:
        thread.join(_THREAD_GRACE)
    return [thread for thread in new if thread.is_alive()]
