import pytest

from beras.course.errors import CourseError
from beras.course.loop.progress import Progress
from beras.course.loop.reset import put_back, reset
from beras.course.manifest import read
from beras.course.runner import PASSES, TaskResult, TestResult
from tests.course.mini import DOUBLE, NUMBERS, SQUARE, SUMS, write

LONG = "result = x\nfor _ in range(1):\n\n    result = result + x\n\nreturn result"


def reset_task(folder, task, **options):
    homework = read(folder)
    return reset(homework, Progress.load(homework), homework.task(task), **options)


@pytest.mark.parametrize("code", [DOUBLE, LONG, "pass", "def inner():\n    return 1\nreturn 2 * x"])
def test_one_task_is_put_back_and_the_others_stay(assignments, mini, code):
    write(mini, t11=code, t12=SQUARE)
    mine = (mini / "mini" / "numbers.py").read_bytes()
    kept = reset_task(mini, "1.1")
    assert (mini / "mini" / "numbers.py").read_text() == NUMBERS.replace(
        'raise NotImplementedError("Task 1.2: x times x")', SQUARE
    )
    assert [path.read_bytes() for path in kept.values()] == [mine]
    assert list(kept) == ["mini/numbers.py"]


def test_lines_of_the_students_own_around_it_stay(assignments, mini):
    write(mini, t11=DOUBLE, t12=SQUARE)
    file = mini / "mini" / "numbers.py"
    mine = file.read_text().replace("import numpy as np\n", "import math\n\nimport numpy as np\n") + "\n\nMORE = 1\n"
    file.write_text(mine)
    reset_task(mini, "1.1")
    text = file.read_text()
    assert text == mine.replace(f"    {DOUBLE}\n", '    raise NotImplementedError("Task 1.1: twice x")\n')


def test_the_task_line_comes_back_too(assignments, mini):
    file = mini / "mini" / "numbers.py"
    file.write_text(
        NUMBERS.replace('    # TASK 1.1: twice x\n    raise NotImplementedError("Task 1.1: twice x")', LONG)
    )
    reset_task(mini, "1.1")
    assert file.read_text() == NUMBERS


def test_a_file_that_does_not_parse_is_put_back_too(assignments, mini):
    write(mini, t11="return (2 * x", t12=SQUARE)
    reset_task(mini, "1.1")
    assert SQUARE in (mini / "mini" / "numbers.py").read_text()
    assert '    raise NotImplementedError("Task 1.1: twice x")\n' in (mini / "mini" / "numbers.py").read_text()


def test_windows_line_ends_stay(assignments, mini):
    write(mini, t11=DOUBLE)
    file = mini / "mini" / "numbers.py"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    reset_task(mini, "1.1")
    assert file.read_bytes() == NUMBERS.encode().replace(b"\n", b"\r\n")


def test_what_was_not_touched_is_not_touched(assignments, mini):
    assert reset_task(mini, "1.1") == {}


def test_what_it_would_take_from_other_tasks_it_refuses(assignments, mini):
    (mini / "mini" / "numbers.py").write_text("def double(x): return 2 * x\ndef square(x): return x * x\n")
    with pytest.raises(CourseError, match=r"beras reset 1.1 --file puts back the whole file"):
        reset_task(mini, "1.1")
    assert not (mini / ".beras").exists()


def test_the_whole_file_comes_back_with_a_copy_kept(assignments, mini):
    (mini / "mini" / "numbers.py").write_text("mine")
    [copy] = reset_task(mini, "1.1", whole_file=True).values()
    assert (mini / "mini" / "numbers.py").read_text() == NUMBERS
    assert copy.read_text() == "mine"


def test_what_is_remembered_of_the_task_is_forgotten_but_for_hints(assignments, mini):
    write(mini, t11=DOUBLE)
    homework = read(mini)
    progress = Progress.load(homework)
    progress.note_result(TaskResult("1.1", (TestResult("t", 4, PASSES),)), "abc")
    progress.of("1.1").hints = 1
    progress.save()
    reset_task(mini, "1.1")
    assert (Progress.load(homework).of("1.1").status, Progress.load(homework).of("1.1").hints) == ("", 1)


def test_in_the_assignment_itself_it_refuses(assignments):
    with pytest.raises(CourseError, match="is the assignment itself"):
        reset_task(assignments / "mini", "1.1")


def test_several_blocks_of_one_task_come_back():
    handed = SUMS.replace("Task 2.2", "Task 2.1")
    mine = handed.replace('raise NotImplementedError("Task 2.1: both parts together")', "return left").replace(
        'raise NotImplementedError("Task 2.1: two halves")', "return x, x"
    )
    assert put_back(handed, mine, "2.1", "sums.py") == handed
