"""The student's verbs, at the command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from tests.course.conftest import assignments  # noqa: F401
from tests.course.mini import DOUBLE, PARTS, SQUARE, TOTAL, hand_out, write


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """A student's folder, which is the working directory."""
    folder = hand_out(tmp_path / "mine")
    monkeypatch.chdir(folder)
    return folder


def test_a_students_path(beras_command, assignments, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.chdir(tmp_path)
    begun = beras_command("start", "mini", "work")
    assert begun.exit_code == 0
    assert "4 tasks, 14 points, 1 hours" in begun.stdout
    monkeypatch.chdir(tmp_path / "work")

    status = beras_command("status").stdout
    assert status.count("TO DO") == 4
    assert "0 of 10 points, 0 of 4 tasks" in status

    to_do = beras_command("check")
    assert to_do.exit_code == 1
    assert "Task 1.1  double   TO DO   0/4 points     numbers.py:9" in to_do.stdout

    write(tmp_path / "work", t11="return 6 * x")
    wrong = beras_command("check")
    assert (wrong.exit_code, wrong.stderr) == (1, "")
    assert "Task 1.1  double   FAILS   0/4 points     (your next task)" in wrong.stdout
    assert "3 times the right one everywhere" in wrong.stdout
    assert "Add it to itself." in beras_command("hint").stdout

    write_over(tmp_path / "work", "6 * x", "2 * x")
    right = beras_command("check")
    assert right.exit_code == 0
    assert "Task 1.1  double   passes  4/4 points" in right.stdout
    assert "Next: Task 1.2  square   2 points   mini/numbers.py:15" in right.stdout
    assert "Task 1.2  square" in beras_command("next").stdout

    write(tmp_path / "work", t12=SQUARE, t21=TOTAL, t22=PARTS)
    everything = beras_command("check", "--all")
    assert everything.exit_code == 0
    assert "All tasks pass." in everything.stdout
    assert "10 of 10 points, 4 of 4 tasks" in beras_command("status").stdout
    assert "All tasks pass." in beras_command("check").stdout


def write_over(folder, old, new):
    file = folder / "mini" / "numbers.py"
    file.write_text(file.read_text().replace(old, new))


def test_an_endless_loop_is_said_in_one_sentence(beras_command, mine):
    write(mine, t11="while True: pass")
    result = beras_command("check", "1.1")
    assert result.exit_code == 1
    assert "your code was still running at mini/numbers.py:9 after 1 s and was stopped" in result.stdout
    assert ">    9 |     while True: pass" in result.stdout
    assert "2 tests of this task did not run after that" in result.stdout


def test_the_traceback_is_shown_when_asked_for(beras_command, mine):
    write(mine, t11="return x / 'a'")
    assert "Traceback" not in beras_command("check").stdout
    assert "Traceback (most recent call last):" in beras_command("check", "--tb").stdout


def test_in_process(beras_command, mine):
    write(mine, t11=DOUBLE)
    assert beras_command("check", "--in-process").exit_code == 0


def test_json_alone(beras_command, mine):
    write(mine, t11="return 3 * x")
    result = beras_command("check", "1.1", "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert (found["homework"], found["earned"], found["tasks"][0]["status"]) == ("mini", 0, "fails")


def test_no_colour_outside_a_terminal(beras_command, mine):
    for verb in ("status", "check", "next", "hint"):
        assert "\x1b" not in beras_command(verb).stdout


def test_reset_puts_back_one_task(beras_command, assignments, mine):  # noqa: F811
    write(mine, t11="return 9", t12=SQUARE)
    result = beras_command("reset", "1.1")
    assert result.exit_code == 0
    assert "mini/numbers.py: task 1.1 is as it was handed out. Your version: .beras/aside/" in result.stdout
    assert "Task 1.1: twice x" in (mine / "mini" / "numbers.py").read_text()
    assert SQUARE in (mine / "mini" / "numbers.py").read_text()
    assert "nothing was changed" in beras_command("reset", "1.1").stdout


def test_a_damaged_memory_is_said_once(beras_command, mine):
    (mine / ".beras").mkdir()
    (mine / ".beras" / "progress.json").write_text("{")
    assert "was damaged" in beras_command("status").stdout
    beras_command("check")
    assert "was damaged" not in beras_command("status").stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("check", "1.3"), "Unknown task '1.3'. Did you mean"),
        (("hint", "2"), "2 is several tasks (2.1, 2.2); name one."),
        (("check", "1.1", "--all"), "leave one of the two out"),
        (("start", "mimi"), "Unknown homework 'mimi'"),
        (("reset", "9"), "Unknown task '9'"),
    ],
)
def test_bad_usage_is_said_and_exits_with_2(beras_command, assignments, mine, arguments, words):  # noqa: F811
    result = beras_command(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr


@pytest.mark.parametrize("verb", ["check", "next", "hint", "status", "watch"])
def test_outside_a_homework_it_says_so(beras_command, tmp_path, monkeypatch, verb):
    monkeypatch.chdir(tmp_path)
    result = beras_command(verb)
    assert result.exit_code == 2
    assert "There is no homework here" in result.stderr


def test_a_missing_file_of_the_student_is_said(beras_command, mine):
    (mine / "mini" / "numbers.py").unlink()
    result = beras_command("check")
    assert result.exit_code in (1, 2)
    assert "mini/numbers.py" in result.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
def test_watch_checks_on_save_and_ends_with_ctrl_c(mine):
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "beras", "watch", "1.1"],
        cwd=mine, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    lines = []

    def until(words):
        end = time.monotonic() + 60
        while not lines or words not in lines[-1]:
            assert time.monotonic() < end, lines
            lines.append(process.stdout.readline())

    until("twice x")
    write(mine, t11=DOUBLE)
    until("saved: mini/numbers.py")
    until("passes  4/4 points")
    until("Next: Task 1.2")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    assert out.endswith("Stopped watching.\n")


def test_start_without_a_name_lists_the_homeworks(beras_command):
    done = beras_command("start")
    assert done.exit_code == 0
    for name in ("beras", "blocks", "foundations", "two_layer"):
        assert f"{name:12}  " in done.stdout
