"""What makes the student's folder a project of its own: pyproject.toml, .gitignore, and a manifest of its tasks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields

from beras.course.manifest import Homework, Question, Task

__all__ = ["GITIGNORE", "manifest_text", "pyproject"]

GITIGNORE = """\
__pycache__/
*.py[cod]
*.egg-info/
.pytest_cache/
.ipynb_checkpoints/
.venv/
.beras/
"""

_PYPROJECT = """\
# Made by `beras course build`. `pip install -e .[test]` installs what your code and its tests need, and not your code:
# the tests use your files where they lie.

[build-system]
requires = ["hatchling>=1.25"]
build-backend = "hatchling.build"

[project]
name = {name}
version = "1.0.0"
description = {title}
requires-python = ">=3.11"
dependencies = {needs}

[project.optional-dependencies]
{extras}

[tool.hatch.build.targets.wheel]
bypass-selection = true

[tool.pytest.ini_options]
testpaths = ["tests"]
addopts = ["--import-mode=importlib", "--strict-markers", "--continue-on-collection-errors", "--tb=short", "-q", "-rN"]
"""


def pyproject(homework: Homework) -> str:
    """Return the ``pyproject.toml`` of the distribution ``beras-hw-<name>``, which holds no code.

    The student's modules are never installed: tests find them by path, and no name of theirs can meet another package.
    """
    extras = {"test": ["pytest>=8"], **({"notebooks": ["jupyterlab>=4"]} if homework.notebooks else {})}
    return _PYPROJECT.format(
        name=_toml(f"beras-hw-{homework.name}"),
        title=_toml(homework.title),
        needs=_toml(homework.needs),
        extras="\n".join(f"{name} = {_toml(needs)}" for name, needs in extras.items()),
    )


def manifest_text(homework: Homework, hidden_checks: Mapping[str, int]) -> str:
    """Return the student's ``homework.toml``: the author's, with the number of hidden checks of each task."""
    lines = ["# Made by `beras course build`.", ""]
    lines += _keys(homework, ("name", "title", "hours", "seed", "needs", "student", "given", "notebooks"))
    for task in homework.tasks:
        counted = {"hidden_checks": hidden_checks[task.id]}
        lines += ["", "[[task]]", *_keys(task, [field.name for field in fields(Task)], counted)]
    for question in homework.questions:
        lines += ["", "[[question]]", *_keys(question, [field.name for field in fields(Question)])]
    return "\n".join(lines) + "\n"


def _keys(source: object, names: Iterable[str], instead: Mapping[str, object] | None = None) -> list[str]:
    values = {name: getattr(source, name) for name in names} | dict(instead or {})
    return [f"{name} = {_toml(value)}" for name, value in values.items() if value not in ((), 0) or name == "points"]


def _toml(value: object) -> str:
    """Return a text, whole number or list of texts as TOML, which writes them as JSON does (but for DEL)."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
