"""Each attack costs the task concerned, and nothing else; one sentence says what happened."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from beras.course.runner import FAILS, PASSES, Limits

posix = pytest.mark.skipif(os.name == "nt", reason="uses signals and forks")
linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc and orphans that come back")

#: Code of task 1.1, points that are left of its 4, and words of the message.
MISHAPS = {
    "an endless loop": ("while True: pass", 0, "still running at mini/numbers.py:9 after 1 s"),
    "a loop that catches everything": (
        "while True:\n    try:\n        x = x + 1\n    except BaseException:\n        pass",
        0,
        "is there a loop that does not end?",
    ),
    "waiting for a thread": (
        "import threading, time\nt = threading.Thread(target=time.sleep, args=(60,))\nt.start()\nt.join()",
        0,
        "does it wait for something that never comes",
    ),
    "sys.exit": ("import sys; sys.exit(0)", 0, "your code ends the program at mini/numbers.py:9"),
    "os._exit": ("import os; os._exit(0)", 0, "ended Python itself with exit code 0"),
    "exit by pytest": ("import pytest; pytest.exit('no')", 0, "your code ends the program"),
    "Ctrl-C from within": ("raise KeyboardInterrupt", 0, "raises KeyboardInterrupt at mini/numbers.py:9"),
    "skipping": ("import pytest; pytest.skip('no')", 0, "a skipped test brings no points"),
    "expecting failure": ("import pytest; pytest.xfail('no')", 0, "a skipped test brings no points"),
    "endless recursion": ("return double(x)", 0, "calls itself without end at mini/numbers.py:9"),
    "asking the keyboard": ("return input()", 0, "reads from the keyboard"),
    "an array that is too large": ("return np.ones((10**6, 10**5))", 0, "more than 2 GB of memory at mini/numbers.py"),
    "a flood of output": ("while True: print('x' * 1000)", 0, "printed more than 1 MB"),
    "an error that cannot be shown": (
        "class E(Exception):\n    def __str__(self): raise ValueError\nraise E()",
        0,
        "raises E at mini/numbers.py:11",
    ),
    "a thread left running": (
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), name='mine').start()\nreturn 2 * x",
        0,
        "leaves a thread running (mine)",
    ),
    "an object that equals everything": (
        "class Yes:\n    def __eq__(self, other): return True\nreturn 2 * x if np.ndim(x) else Yes()",
        0,
        "mini.numbers.double.<locals>.Yes claim to equal anything",
    ),
    "an array that equals everything": (
        "class Yes(np.ndarray):\n    def __eq__(self, other): return np.ones(self.shape, bool)\n"
        "return 2 * x if np.ndim(x) else np.array([7]).view(Yes)",
        0,
        "claim to equal anything",
    ),
    "an array of another class for wrong numbers": (
        "class Mine(np.ndarray):\n    def __sub__(self, other): return np.zeros(self.shape)\n"
        "return np.asarray(3 * x).view(Mine) if np.ndim(x) else 6",
        1,
        "your double is 1.5 times the right one",
    ),
    "NumPy's comparing replaced": (
        "np.abs = lambda a: np.zeros(np.shape(a))\nreturn 3 * x if np.ndim(x) else 6",
        0,
        "replaces numpy.abs",
    ),
    "the kit's comparing replaced": (
        "import kit\nkit._agree = lambda *a: True\nreturn 3 * x if np.ndim(x) else 6",
        0,
        "replaces kit._agree",
    ),
    "the test's comparing replaced": (
        "import sys\nfor name, module in list(sys.modules.items()):\n"
        "    if np.ndim(x) == 0 and name.endswith('test_numbers'):\n"
        "        module.check_values = lambda *a, **k: None\nreturn 2 * x if np.ndim(x) < 2 else 3 * x",
        1,
        "replaces check_values",
    ),
    "the inside of the kit's comparing replaced": (
        "import kit\nkit._wrong.__code__ = (lambda mine, theirs, tolerance: np.zeros(mine.shape, bool)).__code__\n"
        "return 3 * x if np.ndim(x) else 6",
        1,
        "your numbers are not the right ones, though the comparison beside your code said so",
    ),
    "a builtin replaced": ("import builtins\nbuiltins.max = min\nreturn 2 * x", 0, "replaces builtins.max"),
    "closing all files": ("import os; os.closerange(3, 100); return 2 * x", 0, "closed or broke the channel"),
}
POSIX_MISHAPS = {
    "abort": ("import os; os.abort()", 0, "crashed Python (SIGABRT: something called abort)"),
    "a null pointer": ("import ctypes; ctypes.string_at(0)", 0, "crashed Python (SIGSEGV"),
    "killing its group": ("import os; os.kill(0, 9)", 0, "crashed Python (SIGKILL"),
    "too large a file": ("open('big', 'wb').truncate(1 << 40)", 0, "raises OSError at mini/numbers.py:9"),
}


#: Those after which the other task is run as well.
ALSO_OTHERS = {"a loop that catches everything", "os._exit", "a builtin replaced", "abort", "a flood of output"}


@pytest.mark.parametrize("name", [*MISHAPS, *(pytest.param(name, marks=posix) for name in POSIX_MISHAPS)])
def test_a_mishap_costs_its_task_and_no_other(run, run_other, name):
    code, earned, words = {**MISHAPS, **POSIX_MISHAPS}[name]
    result = run(code)
    assert (result.status, result.earned) == (FAILS, earned)
    assert words in result.first.message
    assert "\n" not in result.first.message.partition("\nworst at")[0]
    if name in ALSO_OTHERS:
        assert run_other().earned == 2


def test_later_tests_do_not_run_after_the_process_has_ended(run):
    result = run("import os; os._exit(0)" if os.name == "nt" else "import os; os.abort()")
    assert [test.status for test in result.tests] == [FAILS, "", ""]


def test_points_from_before_the_end_are_kept(run):
    result = run("if np.ndim(x) == 2:\n    while True: pass\nreturn 2 * x")
    assert [test.status for test in result.tests] == [PASSES, PASSES, FAILS]
    assert result.earned == 2


@posix
def test_code_that_holds_the_interpreter_is_ended_from_outside(run):
    begin = time.monotonic()
    result = run("import re; re.match(r'(a+)+$', 'a' * 50 + 'b')")
    assert "stopped after 1 s" in result.first.message
    assert time.monotonic() - begin < 10


@posix
def test_memory_is_limited_over_small_pieces_too(run):
    code = "rows = []\nwhile True: rows.append(np.zeros(10**6))"
    result = run(code, limits=Limits(memory=400_000_000))
    assert "more than 400 MB of memory at mini/numbers.py:10" in result.first.message


@linux
def test_memory_of_all_processes_together_is_limited(run, run_other):
    code = (
        "import os, time\n"
        "for _ in range(4):\n"
        "    if os.fork() == 0:\n"
        "        big = np.ones(12 * 10**6)\n"  # 96 MB
        "        time.sleep(30)\n"
        "time.sleep(30)"
    )
    result = run(code, limits=Limits(memory=400_000_000))
    assert result.first.message == "your code used more than 400 MB of memory and was stopped"
    assert run_other().earned == 2


# Other processes


def _running(mark: str) -> list[str]:
    listed = subprocess.run(["ps", "-A", "-o", "stat=,args="], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if mark in line and not line.startswith("Z")]


PROCESSES = {
    "a swarm": (
        "import subprocess, time\nfor _ in range(40): subprocess.Popen(['sleep', '{mark}'])\ntime.sleep(5)",
        "started more than 20 processes and was stopped with all of them",
    ),
    "a child that outlives it": ("import subprocess\nsubprocess.Popen(['sleep', '{mark}'])\nreturn 2 * x", "(sleep)"),
    "a child in a session of its own": (
        "import subprocess\nsubprocess.Popen(['sleep', '{mark}'], start_new_session=True)\nreturn 2 * x",
        "(sleep)",
    ),
}
LINUX_PROCESSES = {
    "a daemon without parent, session or environment": (
        "import os\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        os.closerange(0, 100)\n"
        "        os.execve('/bin/sleep', ['sleep', '{mark}'], {{}})\n    os._exit(0)\nreturn 2 * x",
        "(sleep)",
    ),
    "a child of a killed task": (
        "import subprocess, os\nsubprocess.Popen(['sleep', '{mark}'], start_new_session=True)\nos.abort()",
        "SIGABRT",
    ),
}


#: Only Linux can bring back an orphan in a session of its own; elsewhere there is no reaper.
WAYS = [
    *(pytest.param(name, True, marks=linux) for name in [*PROCESSES, *LINUX_PROCESSES]),
    *(pytest.param(name, False, marks=posix) for name in PROCESSES),
]


@pytest.mark.parametrize(("name", "reap"), WAYS)
def test_no_process_outlives_the_task(run, run_other, name, reap, tmp_path):
    code, words = {**PROCESSES, **LINUX_PROCESSES}[name]
    mark = f"77.{abs(hash(str(tmp_path))) % 10**9}"
    result = run(code.format(mark=mark), reap=reap)
    assert (result.status, result.earned) == (FAILS, 0)
    assert words in result.offence + result.first.message if result.first else result.offence
    assert not _running(mark)
    assert run_other(reap=reap).earned == 2


@linux
def test_killing_the_reaper_ends_the_task(run, run_other):
    result = run("import os, time; os.kill(os.getppid(), 9); time.sleep(30)")
    assert "SIGKILL" in result.first.message
    assert run_other().earned == 2


@posix
def test_a_fork_of_the_tests_reports_nothing(run):
    result = run("import os; os.fork(); return 2 * x")
    assert (result.status, result.earned) == (PASSES, 4)


# Files and results


def test_writing_into_the_tests_is_undone_and_costs_the_task(mini, run, run_other):
    tests = mini / "tests"
    before = {path.name: path.read_bytes() for path in tests.iterdir()}
    result = run(
        "from pathlib import Path\nPath('tests/test_numbers.py').write_text('')\n"
        "Path('tests/conftest.py').unlink(missing_ok=True)\nPath('tests/test_more.py').write_text('x = 1')\n"
        "Path('homework.toml').write_text('')\nreturn 2 * x"
    )
    assert (result.status, result.earned) == (FAILS, 0)
    assert "changed homework.toml, tests/conftest.py, tests/test_more.py, tests/test_numbers.py" in result.offence
    assert {path.name: path.read_bytes() for path in tests.iterdir()} == before
    assert any(path.read_text() == "x = 1" for path in (mini / ".beras" / "aside").iterdir())
    assert run_other().earned == 2


def test_printing_and_writing_false_results_changes_nothing(run):
    code = (
        "import json, os\n"
        "false = json.dumps({'from': 'worker', 'number': 3, 'is': 'test', 'passed': True, 'seconds': 0.1,\n"
        "                    'test': 'tests/test_numbers.py::test_array', 'compared': []}).encode()\n"
        "for descriptor in range(1, 20):\n"
        "    for line in (false, b'0' * 64 + b' ' + false, b'half a line '):\n"
        "        try: os.write(descriptor, b'\\n' + line)\n"
        "        except OSError: pass\n"
    )
    assert run(code + "return 3 * x").earned == 0


def test_the_same_noise_around_right_code_costs_nothing(run):
    code = "import os\nfor d in range(1, 20):\n    try: os.write(d, b'noise')\n    except OSError: pass\nreturn 2 * x"
    assert run(code).earned == 4


def test_tests_that_change_before_they_begin_are_not_run(mini, run, monkeypatch):
    from beras.course.runner.guard import Guarded

    monkeypatch.setattr(Guarded, "digests", property(lambda self: {"tests/test_numbers.py": "0" * 64}))
    result = run()
    assert (result.status, result.earned) == (FAILS, 0)
    assert "tests/test_numbers.py changed while the tests began" in result.first.message


def test_ctrl_c_leaves_nothing_running(mini, run, monkeypatch):
    import queue

    mark = "77.123987"
    begin = time.monotonic()
    get = queue.SimpleQueue.get

    class Interrupting(queue.SimpleQueue):
        def get(self, block=True, timeout=None):
            if time.monotonic() - begin > 1.0 and timeout == 0.02:
                raise KeyboardInterrupt
            return get(self, block, timeout)

    monkeypatch.setattr("beras.course.runner.child.queue.SimpleQueue", Interrupting)
    with pytest.raises(KeyboardInterrupt):
        run(f"import subprocess; subprocess.run(['sleep', '{mark}'])", limits=Limits(seconds=30))
    assert not _running(mark)
