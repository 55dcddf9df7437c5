"""A made-up homework as a student has it: task 1.1 solved or with any code, 1.2 solved, 2.1 to do and needing 2.2."""

from __future__ import annotations

import textwrap
from pathlib import Path

from beras.course.build import KIT
from beras.course.declared import DeclaredTest, declared
from beras.course.manifest import Homework, read

MANIFEST = """\
name = "mini"
title = "A small homework"
hours = "1"
seed = "000"
needs = ["numpy>=2.0"]
student = ["mini/*.py"]

[[task]]
id = "1.1"
title = "double"
file = "mini/numbers.py"
points = 4
teaches = "what a product is"
hint = ["Add it to itself.", "x + x"]
hidden_points = 4
hidden_checks = 3

[[task]]
id = "1.2"
title = "square"
file = "mini/numbers.py"
points = 2
teaches = "powers"

[[task]]
id = "2.1"
title = "total"
file = "mini/sums.py"
points = 3
teaches = "that one needs the other"
hint = ["Look at 2.2."]

[[task]]
id = "2.2"
title = "parts"
file = "mini/sums.py"
points = 1
teaches = "halves"
"""

NUMBERS = '''\
"""Numbers."""

import numpy as np


def double(x):
    """Return 2 x."""
    # TASK 1.1: twice x
    raise NotImplementedError("Task 1.1: twice x")


def square(x):
    """Return x^2."""
    # TASK 1.2: x times x
    raise NotImplementedError("Task 1.2: x times x")
'''

SUMS = '''\
"""Sums."""


def total(x):
    """Return the sum of both parts of x."""
    left, right = parts(x)
    # TASK 2.1: both parts together
    raise NotImplementedError("Task 2.1: both parts together")


def parts(x):
    """Return two halves of x."""
    # TASK 2.2: two halves
    raise NotImplementedError("Task 2.2: two halves")
'''

TEST_NUMBERS = """\
import numpy as np
import pytest
from kit import check_values
from mini.numbers import double, square


@pytest.mark.task("1.1")
@pytest.mark.points(1)
@pytest.mark.timeout(1)
def test_array():
    check_values(double(np.arange(1.0, 4.0)), np.array([2.0, 4.0, 6.0]), "double", {"batch": 3})


@pytest.mark.task("1.1")
@pytest.mark.points(1)
@pytest.mark.timeout(1)
@pytest.mark.hint("Numbers can be doubled too.")
def test_number():
    assert double(3) == 6, "double(3) must be 6"


@pytest.mark.task("1.1")
@pytest.mark.points(2)
@pytest.mark.timeout(1)
@pytest.mark.parametrize("x", [0.5, -2.0])
def test_cases(x):
    check_values(double(np.full((2, 2), x)), np.full((2, 2), x + x), "double")


class TestSquare:
    @pytest.mark.task("1.2")
    @pytest.mark.points(2)
    def test_square(self):
        check_values(square(np.array([1.0, -3.0])), np.array([1.0, 9.0]), "square")


@pytest.mark.task("1.2")
@pytest.mark.points(5)
@pytest.mark.visibility("hidden")
def test_that_must_never_count():
    raise AssertionError("hidden tests are not for students")
"""

TEST_SUMS = """\
import pytest
from mini.sums import parts, total


@pytest.mark.task("2.1")
@pytest.mark.points(3)
def test_total():
    assert total(4.0) == 4.0


@pytest.mark.task("2.2")
@pytest.mark.points(1)
def test_parts():
    assert parts(4.0) == (2.0, 2.0)
"""

#: What a student writes who is right.
DOUBLE, SQUARE, TOTAL, PARTS = "return 2 * x", "return x * x", "return left + right", "return x / 2, x / 2"
_STUBS = {
    "1.1": 'raise NotImplementedError("Task 1.1: twice x")',
    "1.2": 'raise NotImplementedError("Task 1.2: x times x")',
    "2.1": 'raise NotImplementedError("Task 2.1: both parts together")',
    "2.2": 'raise NotImplementedError("Task 2.2: two halves")',
}


def hand_out(folder: Path) -> Path:
    """Write the homework to ``folder``, with nothing solved."""
    files = {
        "homework.toml": MANIFEST,
        "README.md": "# A small homework\n",
        "mini/__init__.py": "",
        "mini/numbers.py": NUMBERS,
        "mini/sums.py": SUMS,
        "tests/test_numbers.py": TEST_NUMBERS,
        "tests/test_sums.py": TEST_SUMS,
    }
    files |= {f"tests/{name}": path.read_text(encoding="utf-8") for name, path in KIT.items()}
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8", newline="\n")
    return folder


def write(folder: Path, **code: str) -> None:
    """Put a student's code in the place of stubs: ``write(folder, t11="return 2 * x")``."""
    for key, text in code.items():
        stub = _STUBS[f"{key[1]}.{key[2]}"]
        for path in (folder / "mini").glob("*.py"):
            old = path.read_text(encoding="utf-8")
            new = old.replace(f"    {stub}\n", textwrap.indent(text, "    ") + "\n")
            if new != old:
                path.write_text(new, encoding="utf-8", newline="\n")


def homework_in(folder: Path) -> tuple[Homework, dict[str, list[DeclaredTest]]]:
    """Return the homework and its tests by task."""
    homework = read(folder)
    tests = [test for test in declared(homework) if not test.hidden]
    return homework, {task.id: [test for test in tests if test.task == task.id] for task in homework.tasks}
