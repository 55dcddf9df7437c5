"""The in-process mode: a budget of steps in place of limits, and nothing of it stays behind."""

from __future__ import annotations

import builtins
import os
import sys

import numpy as np
import pytest

from beras.course.runner import FAILS, PASSES, TO_DO, Limits, run_task
from tests.course.mini import homework_in

CODE = {
    "right": ("return 2 * x", 4, ""),
    "an endless loop": ("while True: pass", 0, "stopped after 100,000 steps at mini/numbers.py:9: is there a loop"),
    "sys.exit": ("import sys; sys.exit(0)", 0, "ends the program at mini/numbers.py:9"),
    "a flood of output": ("while True: print('x' * 100)", 0, "printed more than 10 kB at mini/numbers.py:9"),
    "endless recursion": ("return double(x)", 0, "calls itself without end"),
    "Ctrl-C from within": ("raise KeyboardInterrupt", 0, "raises KeyboardInterrupt"),
    "wrong numbers": ("return 3 * x", 0, "1.5 times the right one"),
    "a builtin replaced": ("import builtins; builtins.max = min; return 2 * x", 0, "replaces builtins.max"),
    "NumPy replaced": ("np.abs = np.square; return 2 * x", 0, "replaces numpy.abs"),
}


@pytest.mark.parametrize("name", CODE)
def test_what_can_be_caught_here_is_caught(run, name):
    code, earned, words = CODE[name]
    result = run(code, in_process=True, limits=Limits(steps=100_000, output=10_000))
    assert result.earned == earned
    assert words in (result.first.message if result.first else "")


def test_a_loop_at_import_is_left(run):
    result = run(top="while True: pass", in_process=True, limits=Limits(steps=100_000))
    assert "stopped after 100,000 steps at mini/numbers.py:18" in result.first.message


def test_many_steps_of_numpy_are_few_of_the_students(run):
    assert run("return np.sort(np.arange(10**6))[2] * x", in_process=True, limits=Limits(steps=1000)).status == PASSES


def test_to_do_is_to_do(mini):
    result = run_task(mini, "1.1", homework_in(mini)[1]["1.1"], in_process=True)
    assert (result.status, result.earned) == (TO_DO, 0)


def test_a_changed_file_is_read_again(mini, run):
    assert run("return 3 * x", in_process=True).status == FAILS
    file = mini / "mini" / "numbers.py"
    file.write_text(file.read_text().replace("3 * x", "2 * x"))
    assert run_task(mini, "1.1", homework_in(mini)[1]["1.1"], in_process=True).status == PASSES


def test_nothing_stays_behind(mini, run, monkeypatch):
    monkeypatch.delenv("BERAS_ORACLE", raising=False)
    before = (set(sys.modules), sys.path[:], sys.argv[:], os.getcwd(), dict(os.environ), sys.gettrace())
    greatest, absolute = builtins.max, np.abs
    code = "import builtins, os\nbuiltins.max = min\nnp.abs = None\nos.environ['LEFT'] = '1'\nreturn 2 * x"
    run(code, in_process=True)
    assert (builtins.max, np.abs) == (greatest, absolute)
    assert before[1:] == (sys.path, sys.argv, os.getcwd(), dict(os.environ), sys.gettrace())
    assert not [name for name in set(sys.modules) - before[0] if "mini" in name or name in ("kit", "conftest")]
    assert not list(mini.rglob("__pycache__"))


def test_where_there_are_no_processes_this_mode_is_taken(run, monkeypatch):
    monkeypatch.setattr("beras.course.runner.run.sys.platform", "emscripten")
    monkeypatch.setattr("beras.course.runner.run.run_job", lambda *_: pytest.fail("a process was started"))
    assert run().status == PASSES
