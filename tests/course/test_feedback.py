"""The student's words, whole."""

from __future__ import annotations

from textwrap import dedent

import pytest

from beras.course.feedback import about_hints, about_next, about_result, about_status, words
from beras.course.loop.hint import next_hint
from beras.course.loop.progress import Progress
from beras.course.loop.stubs import stubs
from beras.course.manifest import read
from beras.course.runner import FAILS, PASSES, TO_DO, WAITS, Place, TaskResult, TestResult
from tests.course.mini import DOUBLE, homework_in, write


def said(folder, task, *tests, **options):
    homework = read(folder)
    offence, output = options.pop("offence", ""), options.pop("output", "")
    result = TaskResult(task, tests, offence, output)
    return words(about_result(homework, homework.task(task), result, **options))


def test_wrong(mini):
    text = said(
        mini,
        "1.1",
        TestResult("tests/t.py::test_a", 1, PASSES),
        TestResult("tests/t.py::test_b", 1, FAILS, "your dW is 32 times the right one everywhere\nworst at dW[5, 2]"),
        TestResult("tests/t.py::test_c", 2, FAILS, "no"),
        is_next=True,
    )
    assert text == dedent("""\
        Task 1.1  double   FAILS   1/4 points     (your next task)
          your dW is 32 times the right one everywhere
          worst at dW[5, 2]
          hint: beras hint 1.1     test: tests/t.py::test_b     whole traceback: --tb
          1 other test of this task fails too: test_c
          3 further checks (4 points) run after you submit; passing these does not promise those.""")


def test_an_error_shows_the_students_line(mini):
    write(mini, t11="return x @ 7")
    place = Place("mini/numbers.py", 9, "double")
    text = said(mini, "1.1", TestResult("tests/t.py::test_a", 4, FAILS, "your code raises ValueError", place))
    assert text.splitlines()[1:5] == [
        "  your code raises ValueError",
        "    mini/numbers.py, in double",
        "         8 |     # TASK 1.1: twice x",
        "    >    9 |     return x @ 7",
    ]


def test_to_do(mini):
    text = said(mini, "1.1", TestResult("t", 4, TO_DO, "Task 1.1: twice x", Place("mini/numbers.py", 9), "1.1"))
    assert text == dedent("""\
        Task 1.1  double   TO DO   0/4 points     numbers.py:9
          twice x
          hint: beras hint 1.1""")


def test_waiting_for_another_task(mini):
    text = said(mini, "2.1", TestResult("t", 3, WAITS, "Task 2.2: two halves", Place("mini/sums.py", 14), "2.2"))
    assert text == dedent("""\
        Task 2.1  total    WAITS   0/3 points
          needs task 2.2 first, which is not written yet (sums.py:14): beras check 2.2
          hint: beras hint 2.1""")


def test_right(mini):
    text = said(mini, "1.1", TestResult("t", 4, PASSES), is_next=True, output="noise")
    assert text == dedent("""\
        Task 1.1  double   passes  4/4 points
          3 further checks (4 points) run after you submit; passing these does not promise those.""")


def test_an_offence_takes_the_points_and_says_why(mini):
    text = said(mini, "1.2", TestResult("t", 2, PASSES), offence="your code changed tests/test_numbers.py")
    assert text == "Task 1.2  square   FAILS   0/2 points\n  your code changed tests/test_numbers.py"


def test_what_fails_for_the_same_reason_is_not_counted_again(mini):
    text = said(mini, "1.2", TestResult("t", 1, FAILS, "no"), TestResult("u", 1, FAILS, "no"))
    assert "fail too" not in text


def test_what_did_not_run_is_counted(mini):
    text = said(mini, "1.2", TestResult("t", 1, FAILS, "stopped"), TestResult("u", 1, ""))
    assert text.splitlines()[-1] == "  1 test of this task did not run after that"


def test_what_was_printed_is_shown_in_part(mini):
    text = said(mini, "1.2", TestResult("t", 2, FAILS, "no"), output="\n".join(map(str, range(30))))
    assert "  your code printed:\n    0\n    1\n" in text
    assert text.endswith("    19\n    ... and 10 more lines")


def test_tracebacks_come_last_and_only_when_asked_for(mini):
    test = TestResult("tests/t.py::test_a", 2, FAILS, "no", stack="Traceback ...\nValueError: no")
    assert "Traceback" not in said(mini, "1.2", test)
    assert said(mini, "1.2", test, tracebacks=True).endswith(
        "  tests/t.py::test_a\n    Traceback ...\n    ValueError: no"
    )


def test_a_long_message_is_cut(mini):
    text = said(mini, "1.2", TestResult("t", 2, FAILS, "\n".join(map(str, range(20)))))
    assert "  11\n  ... and 8 more lines: --tb\n" in text


@pytest.mark.parametrize(
    ("checks", "points", "sentence"),
    [
        (3, 4, "3 further checks (4 points) run after you submit; passing these does not promise those."),
        (1, 1, "1 further check (1 point) runs after you submit; passing these does not promise it."),
        (0, 4, "Further checks (4 points) run after you submit; passing these does not promise those."),
    ],
)
def test_hidden_checks_are_announced(mini, checks, points, sentence):
    manifest = mini / "homework.toml"
    text = manifest.read_text().replace("hidden_points = 4", f"hidden_points = {points}")
    manifest.write_text(text.replace("hidden_checks = 3", f"hidden_checks = {checks}"))
    assert said(mini, "1.1", TestResult("t", 4, PASSES)).splitlines()[1] == f"  {sentence}"


def test_the_next_task(mini):
    homework = read(mini)
    assert words(about_next(homework, homework.task("1.1"), stubs(homework)["1.1"])) == dedent("""\
        Next: Task 1.1  double   4 points   mini/numbers.py:9
          twice x
          It teaches: what a product is.
          beras check 1.1     beras hint 1.1""")
    assert words(about_next(homework, None)).startswith("All tasks pass.")


def test_hints_come_one_by_one_and_are_remembered(mini):
    homework, tests = homework_in(mini)
    task = homework.task("1.1")
    progress = Progress.load(homework)
    progress.of("1.1").test = "tests/test_numbers.py::test_number"
    texts = []
    for _ in range(4):
        progress = Progress.load(homework) if texts else progress
        texts.append(words(about_hints(task, next_hint(task, progress, tests["1.1"]))))
    assert texts[0] == "Hints for task 1.1  double\n  1. Add it to itself.\n  2 more: beras hint 1.1"
    assert texts[1].endswith("  2. x + x\n  1 more: beras hint 1.1")
    assert texts[2] == texts[3]
    assert texts[2].endswith("  3. Numbers can be doubled too.\n  These are all.")


def test_a_task_without_hints(mini):
    homework = read(mini)
    task = homework.task("1.2")
    assert "no hint for task 1.2" in words(about_hints(task, next_hint(task, Progress.load(homework))))


def test_status(mini):
    write(mini, t11=DOUBLE)
    homework = read(mini)
    progress = Progress.load(homework)
    progress.note_result(TaskResult("1.1", (TestResult("t", 4, PASSES),)), "old")
    progress.note_result(TaskResult("2.1", (TestResult("t", 3, WAITS),)), "old")
    assert words(about_status(homework, progress, stubs(homework), "new")) == dedent("""\
        A small homework
        Task 1.1  double   passes  4/4 points
        Task 1.2  square   TO DO   0/2 points     numbers.py:15
        Task 2.1  total    TO DO   0/3 points     sums.py:8
        Task 2.2  parts    TO DO   0/1 points     sums.py:14
        1 of these was checked before your last change: beras check --all
        3 further checks (4 points) run after you submit; passing these does not promise those.""")
