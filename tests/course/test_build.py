"""What the student gets: every file of it, the same bytes each time, and a folder that works alone."""

import json
import shutil
import subprocess
import sys
import tomllib

import pytest

from beras.course.build import contents, differences, write
from beras.course.errors import CourseError
from beras.course.manifest import read
from beras.course.testrun import clean_environment
from tests.course.small import make

pytest.importorskip("jupytext")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return path -> bytes of the small homework."""
    return contents(read(make(tmp_path_factory.mktemp("built"))))


def test_the_files(built):
    assert list(built) == [
        ".gitignore",
        "README.md",
        "answers.md",
        "explore.ipynb",
        "explore.py",
        "given.py",
        "homework.toml",
        "main.py",
        "net/__init__.py",
        "net/layers.py",
        "pictures/net.svg",
        "pyproject.toml",
        "tests/conftest.py",
        "tests/frozen.json",
        "tests/kit.py",
        "tests/test_layers.py",
    ]


def test_it_is_the_same_in_another_folder_at_another_time(built, tmp_path):
    assert contents(read(make(tmp_path))) == built


def test_the_sheet_says_what_gives_points_and_what_runs_later(built):
    assert built["README.md"].decode() == (
        "# Two layers and a row\n"
        "\n"
        "| Task | File | What you write | What it teaches | Points |\n"
        "|---|---|---|---|---:|\n"
        "| 1.1 | `net/layers.py` | Scale.forward | a layer is a function \\| with weights | 2 |\n"
        "| 1.2 | `net/layers.py` | Scale.weight_gradient | the mean over the batch | 3 + 2 |\n"
        "| 2.1 | `main.py` | softmax | the shift that changes nothing | 4 |\n"
        "| 3.1 | `explore.py` | a picture | to look | 0 |\n"
        "| Q1 | `answers.md` | a written answer | 2 to 3 sentences | 2 |\n"
        "|  |  | **all** |  | **13** |\n"
        "\n"
        "Time: about 1 to 2 hours. The tests in `tests/` give 9 points; run them any time.\n"
        "After you submit there is 1 further check for 2 points, written after a + above; the tests that you have do "
        "not promise them.\n"
        "The written answers (2 points) are marked by a person.\n"
        "\n"
        "Softmax is unchanged when all logits move together.\n"
    )


def test_the_manifest_of_the_student_counts_the_hidden_checks(built, tmp_path):
    write(built, tmp_path)
    homework = read(tmp_path)
    assert [task.hidden_checks for task in homework.tasks] == [0, 1, 0, 0]
    assert homework.task("1.1").hint == ("A product.", "x * self.w")
    assert homework.points == 11


def test_the_notebook_has_no_outputs_and_fixed_ids(built):
    notebook = json.loads(built["explore.ipynb"])
    assert [cell["cell_type"] for cell in notebook["cells"]] == ["markdown", "code", "code"]
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in notebook["cells"])
    assert [cell["id"][:3] for cell in notebook["cells"]] == ["00-", "01-", "02-"]
    assert 'raise NotImplementedError("Task 3.1' in "".join(notebook["cells"][2]["source"])
    assert set(notebook["metadata"]) == {"kernelspec", "language_info"}


def test_the_project_installs_what_is_needed_and_no_code(built):
    project = tomllib.loads(built["pyproject.toml"].decode())
    assert project["project"]["name"] == "beras-hw-small"
    assert project["project"]["dependencies"] == ["numpy>=2.0"]
    assert project["project"]["optional-dependencies"]["test"] == ["pytest>=8"]
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"] == {"bypass-selection": True}


def pytest_in(folder, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "-B", "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env={**clean_environment(), "BERAS_ORACLE": "frozen", **environment},
        capture_output=True,
        encoding="utf-8",
    )


def test_pytest_alone_tells_what_is_to_do_and_what_runs_later(built, tmp_path):
    write(built, tmp_path)
    done = pytest_in(tmp_path)
    assert done.returncode == 1
    assert "to do: Task 1.1: keep the inputs and multiply\nnet/layers.py:16" in done.stdout
    assert "Traceback" not in done.stdout
    assert "Task 1.1  Scale.forward          TO DO   0/2 points" in done.stdout
    assert "1 further check (2 points) runs after you submit; passing these does not promise those." in done.stdout


def test_pytest_alone_tells_wrong_from_to_do_and_gives_points(built, tmp_path):
    write(built, tmp_path)
    solved = make(tmp_path / "solved", {"net/layers.py": (".mean(axis=0)", ".sum(axis=0)")})
    shutil.copy(solved / "net" / "layers.py", tmp_path / "net" / "layers.py")
    done = pytest_in(tmp_path)
    assert "Task 1.1  Scale.forward          passes  2/2 points" in done.stdout
    assert "Task 1.2  Scale.weight_gradient  FAILS   0/3 points" in done.stdout
    assert "Task 2.1  softmax                TO DO   0/4 points" in done.stdout
    assert "your dw is 2 times the right one everywhere" in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="there are no alarms")
def test_an_endless_loop_ends_with_a_sentence(built, tmp_path):
    write(built, tmp_path)
    layers = (tmp_path / "net" / "layers.py").read_text(encoding="utf-8")
    endless = "while True:\n            pass"
    (tmp_path / "net" / "layers.py").write_text(
        layers.replace('raise NotImplementedError("Task 1.1: keep the inputs and multiply")', endless), encoding="utf-8"
    )
    done = pytest_in(tmp_path, "-k", "test_forward")
    assert "your code was stopped after 2 s: is there a loop that does not end?" in done.stdout


def test_the_folder_is_made_to_hold_exactly_the_files(built, tmp_path):
    assert set(differences(built, tmp_path).values()) == {"missing"}
    assert write(built, tmp_path) == (list(built), [])
    assert differences(built, tmp_path) == {}
    (tmp_path / "main.py").write_text("x", encoding="utf-8")
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "file.py").write_text("x", encoding="utf-8")
    (tmp_path / "tests" / "__pycache__").mkdir()
    (tmp_path / "tests" / "__pycache__" / "kit.cpython-311.pyc").write_bytes(b"")
    assert differences(built, tmp_path) == {"main.py": "changed", "old/file.py": "not made by the build"}
    assert write(built, tmp_path) == (["main.py"], ["old/file.py"])
    assert differences(built, tmp_path) == {}
    assert not (tmp_path / "old").exists()
    assert (tmp_path / "tests" / "__pycache__").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"README.md": ("<!-- TASKS -->", "")}, r"README.md: the line <!-- TASKS --> must be there once"),
        ({"README.md": None}, r"There is no .*README.md: the assignment sheet"),
        ({"given.py": "# BEGIN SOLUTION\n"}, "given.py: has a solution's marker: list it in student"),
        ({"tests/test_layers.py": None}, "there is no test_"),
        ({"tests/test_layers.py": "def f(:\n"}, r"test_layers.py:1: does not parse"),
        (
            {"tests/test_layers.py": ('@pytest.mark.task("1.1")', "@pytest.mark.task(one)")},
            r"pytest.mark.task takes one literal. Received: pytest.mark.task\(one\)",
        ),
        ({"explore.py": "print(1)\n"}, r"1 *|3\.1"),
        ({"pictures/net.svg": None}, r"given: no file is named 'pictures/\*.svg'"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_written(tmp_path, change, message):
    with pytest.raises(CourseError, match=message):
        contents(read(make(tmp_path, change)))


def test_files_that_the_build_makes_are_not_the_authors(tmp_path):
    folder = make(tmp_path)
    (folder / "tests" / "conftest.py").write_text("", encoding="utf-8")
    with pytest.raises(CourseError, match=r"conftest.py: is made by the build"):
        contents(read(folder))


def test_without_jupytext_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "jupytext", None)
    with pytest.raises(ImportError, match=r'pip install "beras\[notebooks\]"'):
        contents(read(make(tmp_path)))
