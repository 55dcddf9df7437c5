"""Right, wrong, to do: what a task's tests say of ordinary code."""

from __future__ import annotations

import numpy as np
import pytest

from beras.course.errors import CourseError
from beras.course.runner import FAILS, PASSES, TO_DO, WAITS, Place, run_task
from tests.course.mini import TOTAL, homework_in, write


def test_right_code_gets_all_points_and_no_words(run):
    result = run()
    assert (result.status, result.earned, result.points, result.offence) == (PASSES, 4, 4, "")
    assert [test.status for test in result.tests] == [PASSES] * 3
    assert {test.message for test in result.tests} == {""}
    assert result.first is None


def test_what_is_not_written_is_to_do_and_not_wrong(mini):
    result = run_task(mini, "1.1", homework_in(mini)[1]["1.1"])
    assert (result.status, result.earned) == (TO_DO, 0)
    assert result.first.place == Place("mini/numbers.py", 9, "double")
    assert result.first.message == "Task 1.1: twice x"


def test_a_task_that_needs_an_unwritten_one_waits(mini):
    write(mini, t21=TOTAL)
    result = run_task(mini, "2.1", homework_in(mini)[1]["2.1"])
    assert (result.status, result.first.task) == (WAITS, "2.2")
    assert result.first.place == Place("mini/sums.py", 14, "parts")


def test_wrong_numbers_get_the_diagnosis_and_the_points_of_what_passes(run):
    result = run("return 2 * x if np.ndim(x) != 1 else 6 * x")
    assert (result.status, result.earned) == (FAILS, 3)
    assert "3 times the right one everywhere" in result.first.message
    assert "worst at double[2]: yours 18" in result.first.message
    assert result.first.place is None


def test_a_case_that_fails_costs_the_whole_test(run):
    result = run("return 2 * x if np.ndim(x) < 2 or x[0, 0] > 0 else x")
    assert [test.status for test in result.tests] == [PASSES, PASSES, FAILS]
    assert result.earned == 2


def test_an_assert_without_kit_speaks_for_itself(run):
    result = run("return 2.0 * np.asarray(x) if np.ndim(x) else 5")
    assert [test.status for test in result.tests] == [PASSES, FAILS, PASSES]
    assert result.first.message.startswith("double(3) must be 6")
    assert result.first.hint == "Numbers can be doubled too."


def test_an_error_is_named_with_its_place(run):
    result = run("return x @ np.ones((7, 2))")
    assert result.first.place == Place("mini/numbers.py", 9, "double")
    assert result.first.message.startswith("your code raises ValueError at mini/numbers.py:9: matmul")
    assert 'File "mini/numbers.py", line 9, in double' in result.first.stack
    assert "_pytest" not in result.first.stack
    assert "kit.py" not in result.first.stack


@pytest.mark.parametrize(
    ("top", "line", "words"),
    [
        ("def broken(:", 18, "mini/numbers.py:18 cannot be read: invalid syntax"),
        ("import nothing_of_the_kind", 18, "an import fails at mini/numbers.py:18: No module named 'nothing_of_the"),
        ("undefined", 18, "your code raises NameError at mini/numbers.py:18: name 'undefined' is not defined"),
        ("del double", 0, "an import fails: cannot import name 'double' from 'mini.numbers'"),
        ("raise SystemExit(3)", 18, "your code ends the program at mini/numbers.py:18"),
        ("raise KeyboardInterrupt", 18, "your code raises KeyboardInterrupt at mini/numbers.py:18"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_in_one_sentence(run, top, line, words):
    result = run(top=top)
    assert (result.status, result.earned) == (FAILS, 0)
    assert result.first.message.startswith(words)
    assert "\n" not in result.first.message
    assert (result.first.place.line if result.first.place else 0) == line


def test_a_broken_file_costs_nothing_where_it_is_not_used(mini, run):
    run(top="def broken(:")
    write(mini, t22="return x / 2, x / 2")
    assert run_task(mini, "2.2", homework_in(mini)[1]["2.2"]).status == PASSES


def test_what_the_code_prints_is_kept_and_is_no_fault(run):
    result = run("import sys; print('out'); print('err', file=sys.stderr); return 2 * x")
    assert result.status == PASSES
    assert "out\nerr\n" in result.output


def test_numpy_warnings_are_passed_on(run):
    result = run("np.log(np.zeros(1)); return 2 * x")
    assert result.status == PASSES
    assert "mini/numbers.py:9: RuntimeWarning: divide by zero" in result.output


def test_the_students_file_is_run_whatever_else_is_on_the_path(mini, run, tmp_path, monkeypatch):
    poisoned = tmp_path / "poison" / "mini"
    poisoned.mkdir(parents=True)
    (poisoned / "__init__.py").write_text("")
    (poisoned / "numbers.py").write_text("double = square = lambda x: 2 * x")
    monkeypatch.setenv("PYTHONPATH", str(poisoned.parent))
    assert run("return 3 * x").status == FAILS


def test_a_saved_file_is_never_mistaken_for_its_older_self(mini, run):
    assert run("return 3 * x").status == FAILS
    file = mini / "mini" / "numbers.py"
    file.write_text(file.read_text().replace("3 * x", "2 * x"))  # the same size, within the same second
    assert run_task(mini, "1.1", homework_in(mini)[1]["1.1"]).status == PASSES
    assert not list(mini.rglob("__pycache__"))


def test_a_task_without_tests_is_refused(mini):
    with pytest.raises(CourseError, match="Task 9 has no tests"):
        run_task(mini, "9", [])


def test_a_large_array_is_compared_again_by_a_sample(mini, run):
    test = mini / "tests" / "test_numbers.py"
    test.write_text(test.read_text().replace("np.arange(1.0, 4.0)", "np.ones((300, 300))").replace(
        "np.array([2.0, 4.0, 6.0])", "np.full((300, 300), 2.0)"
    ))  # fmt: skip
    assert run().status == PASSES


def test_the_parent_agrees_with_the_kit_on_all_kinds_of_arrays(mini, run):
    test = mini / "tests" / "test_numbers.py"
    more = [
        "np.array([np.nan, np.inf, -np.inf])", "np.array(True)", "np.zeros((0, 3))", "np.arange(6).reshape(2, 3).T",
        "np.float32(3)", "np.array([1e-300, 1e300])", "[1, 2]",
    ]  # fmt: skip
    lines = "".join(f"    check_values(np.asarray({text}), {text}, 'same')\n" for text in more)
    test.write_text(test.read_text().replace('    assert double(3) == 6, "double(3) must be 6"\n', lines))
    assert run().status == PASSES
    assert np.isnan(np.nan)
