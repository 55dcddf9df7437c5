"""Build an assignment from its reference: everything that the student gets, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from beras.course.declared import PUBLIC, declared, hidden_checks
from beras.course.errors import CourseError
from beras.course.manifest import MANIFEST, Homework
from beras.course.markers import CODE, TEXT
from beras.course.notebook import to_ipynb
from beras.course.project import GITIGNORE, manifest_text, pyproject
from beras.course.sheet import sheet
from beras.course.stencil import stencils
from beras.files import replacing

__all__ = ["KIT", "contents", "differences", "is_litter", "write"]

#: What every assignment's ``tests/`` gets: the name there, and the file here (which pytest must not take for its own).
KIT = {
    "kit.py": Path(__file__).with_name("kit") / "kit.py",
    "conftest.py": Path(__file__).with_name("kit") / "shared.py",
}

_LITTER = {"__pycache__", ".pytest_cache", ".ruff_cache", ".ipynb_checkpoints", ".venv", ".beras", ".DS_Store"}


def contents(homework: Homework) -> dict[str, bytes]:
    """Return the assignment: path -> bytes, the same bytes each time.

    Raises:
        CourseError: when something of the reference is not as it must be.
        ImportError: when there is a notebook to build, and jupytext is not installed.
    """
    tests = declared(homework)
    checks = {task.id: hidden_checks(tests, task.id) for task in homework.tasks}
    counted = replace(homework, tasks=tuple(replace(task, hidden_checks=checks[task.id]) for task in homework.tasks))
    texts = {
        "README.md": sheet(counted),
        MANIFEST: manifest_text(homework, checks),
        "pyproject.toml": pyproject(homework),
        ".gitignore": GITIGNORE,
        **stencils(homework),
    }
    for path in homework.notebooks:
        texts[str(Path(path).with_suffix(".ipynb").as_posix())] = to_ipynb(texts[path], str(homework.folder / path))
    files = {path: text.encode() for path, text in texts.items()}
    for path, content in {**_given(homework), **_tests(homework)}.items():
        if path in files:
            raise CourseError(f"{homework.folder / path}: a file of this name is made by the build; rename it.")
        files[path] = content
    return dict(sorted(files.items()))


def write(files: Mapping[str, bytes], folder: Path) -> tuple[list[str], list[str]]:
    """Make ``folder`` hold exactly ``files``; return what was written, and what was removed.

    Litter such as ``__pycache__`` stays.
    """
    different = differences(files, folder)
    for path in (path for path, word in different.items() if word != "not made by the build"):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target) as file:
            file.write(files[path])
    removed = [path for path in different if path not in files]
    for path in removed:
        (folder / path).unlink()
        for parent in (folder / path).parents:
            if parent == folder or any(parent.iterdir()):
                break
            parent.rmdir()
    return [path for path in different if path in files], removed


def differences(files: Mapping[str, bytes], folder: Path) -> dict[str, str]:
    """Return how ``folder`` differs from ``files``: path -> "missing", "changed" or "not made by the build"."""
    there = {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_file() and not is_litter(path.relative_to(folder))
    }
    words = {path: "missing" for path in files if path not in there}
    words |= {path: "changed" for path in files if path in there and there[path].read_bytes() != files[path]}
    words |= {path: "not made by the build" for path in there if path not in files}
    return dict(sorted(words.items()))


def is_litter(path: Path) -> bool:
    """Say whether a file comes from running or editing the homework, and is of no account."""
    return any(part in _LITTER or part.endswith((".egg-info", ".pyc")) for part in path.parts)


def _given(homework: Homework) -> dict[str, bytes]:
    files = {path: (homework.folder / path).read_bytes() for path in homework.given_files}
    for path, content in files.items():
        if any(marker.encode() in content for marker in (CODE.begin, CODE.end, TEXT.begin, TEXT.end)):
            raise CourseError(f"{homework.folder / path}: has a solution's marker: list it in student.")
    return files


def _tests(homework: Homework) -> dict[str, bytes]:
    """Return the public tests with what they need."""
    folder = homework.folder / PUBLIC
    own = {name: path.read_bytes() for name, path in KIT.items()}
    if (folder / "conftest.py").exists():
        raise CourseError(
            f"{folder / 'conftest.py'}: is made by the build; what tests share belongs into another module."
        )
    files = {
        path.relative_to(homework.folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in own and not is_litter(path.relative_to(folder))
    }
    if not any(Path(path).match("test_*.py") for path in files):
        raise CourseError(f"{folder}: there is no test_*.py.")
    return {**files, **{f"{PUBLIC}/{name}": content for name, content in own.items()}}
