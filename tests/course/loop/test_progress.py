import json
import os

import pytest

from beras.course.loop.choice import meant, next_task
from beras.course.loop.progress import Progress, code_digest
from beras.course.loop.stubs import stubs
from beras.course.manifest import read
from beras.course.runner import FAILS, PASSES, Place, TaskResult, TestResult
from tests.course.mini import DOUBLE, PARTS, write


def passed(task):
    return TaskResult(task, (TestResult("tests/t.py::t", 4, PASSES),))


def test_what_is_saved_is_loaded(mini):
    progress = Progress.load(read(mini))
    progress.note_result(passed("1.1"), "abc")
    progress.of("1.2").hints = 2
    progress.save()
    again = Progress.load(read(mini))
    assert (again.of("1.1").status, again.of("1.1").earned, again.of("1.1").code) == (PASSES, 4, "abc")
    assert again.of("1.2").hints == 2
    assert again.note == ""


def test_the_test_that_fails_is_remembered(mini):
    progress = Progress.load(read(mini))
    progress.note_result(TaskResult("1.1", (TestResult("tests/t.py::t", 4, FAILS, "no"),)), "abc")
    assert progress.of("1.1").test == "tests/t.py::t"


DAMAGED = {
    "cut off": '{"version": 1, "tasks": {"1.1": {"sta',
    "no object": "[1, 2]",
    "another version": '{"version": 99, "tasks": {}}',
    "an unknown key": '{"version": 1, "tasks": {"1.1": {"grade": 1}}}',
    "a wrong type": '{"version": 1, "tasks": {"1.1": {"earned": "all"}}}',
    "a wrong word": '{"version": 1, "tasks": {"1.1": {"status": "perfect"}}}',
    "a task that is no table": '{"version": 1, "tasks": {"1.1": 4}}',
    "binary": "\x00\udcff",
    "deep": "[" * 100_000,
}


@pytest.mark.parametrize("text", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_moved_aside_and_said(mini, text):
    file = mini / ".beras" / "progress.json"
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8", errors="surrogateescape")
    progress = Progress.load(read(mini))
    assert progress.records == {}
    assert "was damaged" in progress.note
    [aside] = file.parent.glob("progress-damaged-*.json")
    assert str(aside.relative_to(mini)) in progress.note
    progress.save()
    assert Progress.load(read(mini)).note == ""


def test_a_full_disk_leaves_the_old_file(mini, monkeypatch):
    progress = Progress.load(read(mini))
    progress.of("1.1").hints = 1
    progress.save()
    progress.of("1.1").hints = 2

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        progress.save()
    assert json.loads(progress.path.read_text())["tasks"]["1.1"]["hints"] == 1
    assert [path.name for path in progress.path.parent.iterdir()] == ["progress.json"]


def test_the_digest_changes_with_any_file_of_the_students(mini):
    before = code_digest(read(mini))
    assert before == code_digest(read(mini))
    write(mini, t22=PARTS)
    assert code_digest(read(mini)) != before


def test_stubs_are_found_with_their_places(mini):
    found = stubs(read(mini))
    assert list(found) == ["1.1", "1.2", "2.1", "2.2"]
    assert (found["1.1"][0].place, found["1.1"][0].what) == (Place("mini/numbers.py", 9), "twice x")
    write(mini, t11=DOUBLE)
    assert "1.1" not in stubs(read(mini))


def test_quotes_in_a_stub_are_read(mini):
    file = mini / "mini" / "sums.py"
    file.write_text(file.read_text().replace('"Task 2.2: two halves"', r'"Task 2.2: two \"halves\""'))
    assert stubs(read(mini))["2.2"][0].what == 'two "halves"'


def test_the_next_task_is_the_first_that_is_to_do_or_did_not_pass(mini):
    homework, progress = read(mini), Progress.load(read(mini))
    assert next_task(homework, progress, stubs(homework)).id == "1.1"
    write(mini, t11=DOUBLE)
    assert next_task(homework, progress, stubs(homework)).id == "1.1"  # written, and not checked
    progress.note_result(passed("1.1"), "")
    assert next_task(homework, progress, stubs(homework)).id == "1.2"
    for task in ("1.2", "2.1", "2.2"):
        progress.note_result(passed(task), "")
    assert next_task(homework, progress, stubs(homework)).id == "1.2"  # its stub is still there
    assert next_task(homework, progress, ()) is None


def test_a_task_is_meant_by_its_id_or_the_beginning(mini):
    from beras.course.errors import CourseError

    homework = read(mini)
    assert [task.id for task in meant(homework, "1.2")] == ["1.2"]
    assert [task.id for task in meant(homework, "2")] == ["2.1", "2.2"]
    with pytest.raises(CourseError, match=r"Unknown task '1\.3'\. Did you mean '1\.[12]'"):
        meant(homework, "1.3")
