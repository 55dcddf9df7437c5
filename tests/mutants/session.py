"""A pytest session that, instead of running its tests once, asks them about one mutant after another."""

from __future__ import annotations

import faulthandler
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from tests.mutants.areas import AREAS
from tests.mutants.equivalents import EQUIVALENT
from tests.mutants.mutant import Key, Mutant
from tests.mutants.source import own_code, short

#: A test that takes longer than this many seconds hangs, and the process with it.
HANGS = 30.0
#: So many seconds' worth of tests are asked about one mutant at most: the sweep is used by all of them. A listed
#: equivalent is asked about for less: were it wrong, the first tests would most likely show it.
ENOUGH, ENOUGH_FOR_EQUIVALENTS = 20.0, 3.0


class Session:
    """The pytest plugin of a worker: ``conn`` tells it what to do, and gets the answers.

    Requests are ``("measure", part, parts)``, ``("uses", {test: (seconds, keys)})`` and ``("judge", mutant's name)``;
    answers are the uses of a part of the tests, and ``(verdict, test, number of tests run)``.
    """

    def __init__(self, conn: Any, mutants: dict[str, Mutant]):
        self.conn, self.mutants = conn, mutants
        self.items: dict[str, pytest.Item] = {}
        self.seconds: dict[str, float] = {}
        self.users: dict[Key, list[str]] = {}
        self.last: dict[Key, list[str]] = {}
        self.failed = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        from hypothesis import settings

        settings.register_profile("mutants", database=None, derandomize=True, deadline=None)
        settings.load_profile("mutants")
        session.config.pluginmanager.unregister(name="terminalreporter")  # it would keep every report
        self.items = {item.nodeid: item for item in session.items}
        answers: dict[str, Any] = {"measure": self.measure, "uses": self.learn, "judge": self.judge}
        while True:
            request, *arguments = self.conn.recv()
            if request == "end":
                return True
            self.conn.send(answers[request](*arguments))

    # What each test uses

    def measure(self, part: int, parts: int) -> dict[str, tuple[bool, float, list[Key]]]:
        """Run every ``parts``-th test without a fault; say whether it passes, how long it takes, and what it uses."""
        found = {}
        names = sorted(self.items)[part::parts]
        with _products_noted() as noted:
            for name in names:
                keys: set[Key] = set()
                noted.clear()
                begin = time.process_time()
                with _codes_noted(keys):
                    passes = self.passes(name)
                found[name] = passes, time.process_time() - begin, sorted(keys | noted, key=str)
        return found

    def learn(self, uses: dict[str, tuple[float, list[Key]]]) -> int:
        """Take over what all workers measured."""
        for name, (seconds, keys) in sorted(uses.items(), key=lambda use: use[1][0]):
            self.seconds[name] = seconds
            for key in {*keys, *(("module", key[1]) for key in keys if key[0] == "code")}:
                self.users.setdefault(key, []).append(name)
        return len(self.seconds)

    # What they say about a mutant

    def judge(self, name: str) -> tuple[str, str, int]:
        mutant = self.mutants[name]
        tests = self.order(mutant)
        try:
            context = mutant.plant()
            with context:
                number, killer = self.first_failure(tests)
        except Exception as error:
            return "not planted", f"{type(error).__name__}: {error}", 0
        if killer is None:
            return "escaped", "", len(tests)
        for key in mutant.keys:
            self.last.setdefault(key, []).insert(0, killer)
        if not self.passes(killer):
            return "broken", killer, number
        return "caught", killer, number

    def order(self, mutant: Mutant) -> list[str]:
        """Return the tests that use what is changed: those that caught its neighbours first, then the quickest.

        Of every test function comes its quickest case first, then of every one its second: unlike tests find more.
        """
        earlier = [test for key in mutant.keys for test in self.last.get(key, ())[:8]]
        cases: Counter[str] = Counter()
        turns = []
        own = AREAS[mutant.area].tests
        users = (test for key in mutant.keys for test in self.users.get(key, ()) if test.startswith(own))
        for test in dict.fromkeys(users):
            function = test.partition("[")[0]
            turns.append((cases[function], test))
            cases[function] += 1
        turns.sort(key=lambda turn: turn[0])
        chosen: list[str] = []
        seconds, enough = 0.0, ENOUGH_FOR_EQUIVALENTS if mutant.name in EQUIVALENT else ENOUGH
        for test in dict.fromkeys((*earlier, *(test for _, test in turns))):
            seconds += self.seconds[test]
            if chosen and seconds > enough:
                break
            chosen.append(test)
        return chosen

    def first_failure(self, tests: list[str]) -> tuple[int, str | None]:
        for number, name in enumerate(tests):
            if not self.passes(name, tests[number + 1] if number + 1 < len(tests) else None):
                return number + 1, name
        return len(tests), None

    def passes(self, name: str, following: str | None = None) -> bool:
        item = self.items[name]
        if following is not None and _changes_scope(item, self.items[following]):
            following = None
        faulthandler.dump_traceback_later(HANGS, exit=True)
        try:
            after = self.items[following] if following else None
            self.failed = False
            item.ihook.pytest_runtest_protocol(item=item, nextitem=after)
        finally:
            faulthandler.cancel_dump_traceback_later()
        if self.failed and after is not None:
            item.session._setupstate.teardown_exact(None)
        return not self.failed

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed = self.failed or report.failed


def _changes_scope(item: pytest.Item, other: pytest.Item) -> bool:
    return item is other or item.path != other.path


@contextmanager
def _codes_noted(keys: set[Key]) -> Iterator[None]:
    """Note the functions of beras that run inside."""
    known: dict[int, tuple[Any, Key | None]] = {}

    def note(frame: Any, event: str, arg: Any) -> None:
        if event != "call":
            return
        code = frame.f_code
        entry = known.get(id(code))
        if entry is None:
            key = ("code", _short(code.co_filename), code.co_firstlineno) if own_code(code.co_filename) else None
            entry = known[id(code)] = code, key
        if entry[1] is not None:
            keys.add(entry[1])

    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(None)


_names: dict[str, str] = {}


def _short(filename: str) -> str:
    if filename not in _names:
        _names[filename] = short(filename)
    return _names[filename]


@contextmanager
def _products_noted() -> Iterator[set[Key]]:
    """Note the products of the registry that are pulled inside."""
    from tests.mutants.products import changed, library_rules, product_name, slots

    noted: set[Key] = set()
    with ExitStack() as stack:
        for function, rule in library_rules():
            for slot in slots(function, rule):
                key = ("product", product_name(function, slot))

                def note(compute: Any, g: Any, operands: Any, at: Any, key: Key = key) -> Any:
                    noted.add(key)
                    return compute(g)

                stack.enter_context(changed(rule, slot, note))
        yield noted


def work(conn: Any, tests: tuple[str, ...]) -> None:
    """Be a worker: collect ``tests`` and answer what comes through ``conn``."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    _limit_memory()
    from tests.mutants.collection import all_mutants

    without = [f"no:{plugin}" for plugin in ("cacheprovider", "faulthandler", "xdist")]
    options = ["-o", "addopts=", "-s", "--tb=native", *(part for plugin in without for part in ("-p", plugin))]
    try:
        status = pytest.main([*options, *tests], plugins=[Session(conn, all_mutants())])
        conn.send(("pytest", f"ended with {status!r}", 0))
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        pass


def _limit_memory() -> None:
    """Let a mutant that fills the memory fail, where the system can."""
    try:
        import resource
    except ImportError:
        return
    limit = 12 * 2**30
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.getrlimit(resource.RLIMIT_AS)[1]))
