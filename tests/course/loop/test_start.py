import os

import pytest

from beras.course.errors import CourseError
from beras.course.loop.check import changed_tests
from beras.course.loop.choice import next_task
from beras.course.loop.locate import handed_out, handed_out_names, student_homework
from beras.course.loop.progress import Progress
from beras.course.loop.start import start
from beras.course.loop.stubs import stubs


def files(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_it_copies_all_but_litter(assignments, tmp_path):
    (assignments / "mini" / "__pycache__").mkdir()
    (assignments / "mini" / "__pycache__" / "x.pyc").write_bytes(b"1")
    homework = start("mini", tmp_path / "deep" / "down")
    copied = files(tmp_path / "deep" / "down")
    assert homework.name == "mini"
    assert copied == {name: content for name, content in files(assignments / "mini").items() if "pycache" not in name}


def test_the_folder_has_the_name_of_the_distribution(assignments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    start("mini")
    assert (tmp_path / "beras-hw-mini" / "homework.toml").exists()


def test_an_empty_folder_is_filled(assignments, tmp_path):
    (tmp_path / "empty").mkdir()
    assert start("mini", tmp_path / "empty").title == "A small homework"


def test_nothing_is_overwritten(assignments, tmp_path):
    start("mini", tmp_path / "mine")
    mine = tmp_path / "mine" / "mini" / "numbers.py"
    mine.write_text("precious")
    with pytest.raises(CourseError, match=r"mine is there already and holds 4 files and folders \(README.md, homework"):
        start("mini", tmp_path / "mine")
    assert mine.read_text() == "precious"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["handed_out", "mine"]


def test_a_file_in_the_way_is_said(assignments, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CourseError, match="is no folder"):
        start("mini", tmp_path / "file")


def test_a_copy_that_breaks_off_leaves_nothing(assignments, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        start("mini", tmp_path / "mine")
    assert [path.name for path in tmp_path.iterdir()] == ["handed_out"]


def test_an_unknown_name_gets_the_nearest(assignments, tmp_path):
    with pytest.raises(CourseError, match="Did you mean 'mini'"):
        start("mimi", tmp_path / "mine")


def test_without_assignments_it_says_where_to_get_them(monkeypatch):
    monkeypatch.setattr("beras.course.loop.locate._roots", list)
    with pytest.raises(CourseError, match="comes without the homeworks"):
        handed_out("mini")


def test_the_assignments_of_a_checkout_and_of_a_wheel_are_found(tmp_path, monkeypatch):
    from tests.course.mini import hand_out

    for place in ("checkout/assignments", "wheel/beras/course/assignments"):
        hand_out(tmp_path / place / "mini")
        monkeypatch.setattr("beras.__file__", str(tmp_path / place.split("/")[0] / "beras" / "__init__.py"))
        assert handed_out("mini") == tmp_path / place / "mini"


def test_a_homework_is_found_from_within(mini):
    assert student_homework(mini / "mini").folder == mini


def test_without_a_homework_it_says_how_to_begin_one(assignments, tmp_path):
    with pytest.raises(CourseError, match=r"There is no homework here.*beras start mini"):
        student_homework(tmp_path)


@pytest.mark.parametrize("name", handed_out_names())
def test_every_assignment_begins_with_all_its_tasks_to_do(name, tmp_path):
    homework = start(name, tmp_path / "mine")
    found = stubs(homework)
    assert set(found) == {task.id for task in homework.tasks}
    assert next_task(homework, Progress.load(homework), found) == homework.tasks[0]
    assert changed_tests(homework) == []
