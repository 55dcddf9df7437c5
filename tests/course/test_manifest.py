import pytest

from beras.course.errors import CourseError
from beras.course.manifest import read
from tests.course.small import make


def test_it_is_read(tmp_path):
    homework = read(make(tmp_path))
    assert homework.name == "small"
    assert homework.student_files == ("main.py", "net/__init__.py", "net/layers.py")
    assert homework.given_files == ("given.py", "pictures/net.svg")
    assert [task.id for task in homework.tasks] == ["1.1", "1.2", "2.1", "3.1"]
    assert homework.points == 2 + 3 + 2 + 4
    assert homework.task("1.1").hint == ("A product.", "x * self.w")
    assert homework.task("1.2").hidden_points == 2
    assert homework.questions[0].length == "2 to 3 sentences"


def test_the_nearest_task_is_named(tmp_path):
    with pytest.raises(CourseError, match=r"Unknown task '1\.9'. Did you mean '1\.\d'"):
        read(make(tmp_path)).task("1.9")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('title = "Two layers and a row"\n', "", "small/homework.toml: the key title is missing. Expected: text in"),
        ('hours = "1 to 2"', "hours = 2", 'hours must be text in quotes, such as "2.3". Received: 2.'),
        ('hours = "1 to 2"', 'hour = "1 to 2"', "Unknown key 'hour'. Did you mean 'hours'?"),
        ("points = 3", 'points = "3"', r"[[task]] 1.2: points must be a whole number from 0 up. Received: '3'."),
        ("points = 3", "points = -3", r"[[task]] 1.2: points must be a whole number from 0 up. Received: -3."),
        ("points = 3", "points = true", r"[[task]] 1.2: points must be a whole number from 0 up. Received: True."),
        ("points = 3", "point = 3", "[[task]] 1.2: Unknown key 'point'. Did you mean 'points'?"),
        ('id = "1.2"', 'id = "1.1"', "the task 1.1 is there 2 times"),
        ('id = "1.2"', "id = 1.2", "[[task]] 1.2: id must be text in quotes"),
        ('hint = ["A product.", "x * self.w"]', 'hint = "A product."', "[[task]] 1.1: hint must be a list of texts"),
        ('id = "1.1"', "", "[[task]] number 1: the key id is missing"),
        ('"net/*.py", "main.py"', '"nett/*.py", "main.py"', "student: no file is named 'nett/*.py'."),
        ('"net/*.py", "main.py"', '"net/*.py", "mian.py"', "no file is named 'mian.py'. Did you mean 'main.py'?"),
        ('"net/*.py", "main.py"', '"net/*.py", "../main.py"', "paths are relative to the homework's folder"),
        ('given = ["given.py"', 'given = ["main.py"', "main.py is in student and in given"),
        ('["explore.py"]', '["explor.py"]', "Received: 'explor.py'. Did you mean 'explore.py'?"),
        ('["explore.py"]', '["main.py"]', "main.py is in notebooks, and must not be in student or given too"),
        (
            'title = "softmax"\nfile = "main.py"',
            'title = "softmax"\nfile = "man.py"',
            "[[task]] 2.1: Unknown file 'man.py'. Did you mean 'main.py'?",
        ),
        ('name = "small"', 'name = "Small one"', "name must be lower-case letters"),
        ('name = "small"', "name = small", "is no TOML"),
        ("[[question]]", "[question]", "question must be a list of tables, each under a line [[question]]"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_key(tmp_path, old, new, message):
    with pytest.raises(CourseError) as caught:
        read(make(tmp_path, {"homework.toml": (old, new)}))
    assert message in str(caught.value)
    assert "homework.toml" in str(caught.value)


def test_there_must_be_a_manifest_and_a_task(tmp_path):
    with pytest.raises(CourseError, match=r"There is no homework.toml in .*, so it is no homework"):
        read(tmp_path)
    text = 'name = "a"\ntitle = "a"\nhours = "1"\nseed = "0"\nneeds = []\nstudent = []\n'
    (tmp_path / "homework.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CourseError, match=r"there must be a \[\[task\]\]"):
        read(tmp_path)
