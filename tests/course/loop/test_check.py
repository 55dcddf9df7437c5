import pytest

import beras.course
from beras.course.errors import CourseError
from beras.course.loop.check import changed_tests, chosen, run_checks
from beras.course.loop.progress import Progress
from beras.course.manifest import read
from beras.course.runner import PASSES, TO_DO
from tests.course.mini import DOUBLE, PARTS, SQUARE, TOTAL, write


def solve(folder):
    write(folder, t11=DOUBLE, t12=SQUARE, t21=TOTAL, t22=PARTS)


def ids(tasks):
    return [task.id for task in tasks]


def test_the_next_unfinished_task_is_chosen(mini):
    homework, progress = read(mini), Progress.load(read(mini))
    assert ids(chosen(homework, progress)) == ["1.1"]
    assert ids(chosen(homework, progress, "2")) == ["2.1", "2.2"]
    assert ids(chosen(homework, progress, whole=True)) == ["1.1", "1.2", "2.1", "2.2"]


def test_results_are_remembered_one_by_one(mini):
    write(mini, t11=DOUBLE)
    homework, progress = read(mini), Progress.load(read(mini))
    found = run_checks(homework, progress, homework.tasks[:2], in_process=True)
    assert next(found).status == PASSES
    assert Progress.load(homework).of("1.1").earned == 4
    assert next(found).status == TO_DO


def test_when_all_pass_only_what_has_changed_since_is_checked(mini):
    solve(mini)
    homework, progress = read(mini), Progress.load(read(mini))
    results = list(run_checks(homework, progress, homework.tasks, in_process=True))
    assert [result.status for result in results] == [PASSES] * 4
    assert chosen(homework, progress) == []
    (mini / "mini" / "sums.py").write_text((mini / "mini" / "sums.py").read_text() + "# changed\n")
    assert ids(chosen(homework, progress)) == ["1.1", "1.2", "2.1", "2.2"]


def test_what_the_code_writes_into_the_memory_is_lost(mini):
    forged = (
        "from pathlib import Path\nPath('.beras').mkdir(exist_ok=True)\n"
        "Path('.beras/progress.json').write_text('''"
        '{"version": 1, "tasks": {"1.2": {"status": "passes", "earned": 2}}}'
        "''')\nreturn 3 * x"
    )
    write(mini, t11=forged)
    homework, progress = read(mini), Progress.load(read(mini))
    list(run_checks(homework, progress, homework.tasks[:1]))
    assert Progress.load(homework).of("1.2").status == ""


def test_a_task_whose_tests_are_gone_says_so(mini):
    (mini / "tests" / "test_sums.py").unlink()
    homework = read(mini)
    with pytest.raises(CourseError, match=r"Task 2\.1 has no tests"):
        list(run_checks(homework, Progress.load(homework), [homework.task("2.1")]))


def test_changed_tests_are_named(assignments, mini):
    assert changed_tests(read(mini)) == []
    (mini / "tests" / "test_sums.py").write_text("def test(): pass")
    (mini / "tests" / "kit.py").unlink()
    assert changed_tests(read(mini)) == ["tests/kit.py", "tests/test_sums.py"]


def test_where_nothing_is_handed_out_no_test_counts_as_changed(mini, monkeypatch):
    monkeypatch.setattr("beras.course.loop.locate._roots", list)
    assert changed_tests(read(mini)) == []


def test_in_a_notebook_check_prints_on_stdout(mini, monkeypatch, capsys):
    monkeypatch.chdir(mini)
    assert beras.course.check(1.1) is None
    assert beras.course.check("1.1", folder=mini / "mini") is None
    captured = capsys.readouterr()
    assert captured.out.count("Task 1.1  double   TO DO   0/4 points     numbers.py:9") == 2
    assert captured.err == ""


def test_in_a_notebook_an_unknown_task_is_an_error(mini):
    with pytest.raises(CourseError, match=r"Unknown task '7'"):
        beras.course.check(7, folder=mini)


def test_a_notebook_shows_the_message_without_the_stack_of_the_course_tools(mini, capsys):
    pytest.importorskip("IPython")
    from IPython.core.interactiveshell import InteractiveShell

    ran = InteractiveShell().run_cell(f"import beras.course; beras.course.check('9.9', folder={str(mini)!r})")
    assert isinstance(ran.error_in_exec, CourseError)
    shown = capsys.readouterr().out
    assert "Unknown task '9.9'. " in shown
    assert "Traceback" not in shown
    assert ".py" not in shown
