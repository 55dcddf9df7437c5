"""Percent-format Python to a notebook without outputs, the same bytes each time."""

from __future__ import annotations

from hashlib import sha256
from importlib import import_module
from typing import Any

from beras.course.errors import CourseError

__all__ = ["to_ipynb"]


def to_ipynb(text: str, where: str) -> str:
    """Return the notebook of a percent-format Python file, as JSON.

    Cell ids come from the cells' places and contents, not from chance, and nothing of the machine is noted.

    Args:
        text: the Python file, cells under ``# %%``.
        where: its name for the messages.

    Raises:
        ImportError: when jupytext or nbformat is not installed, naming the extra.
        CourseError: when the file has no cells, or what comes out is no valid notebook.
    """
    try:
        jupytext, nbformat = import_module("jupytext"), import_module("nbformat")
    except ModuleNotFoundError as error:
        raise ImportError(
            f'{where} is built with jupytext and nbformat: pip install "beras[notebooks]". Missing: {error.name}.'
        ) from error
    notebook: Any = jupytext.reads(text, fmt="py:percent")
    if not notebook.cells:
        raise CourseError(f"{where}: a notebook needs cells, each under a line '# %%'.")
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"{number:02d}-{sha256(cell.source.encode()).hexdigest()[:8]}"
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError as error:
        raise CourseError(f"{where} makes no valid notebook: {error}") from error
    return nbformat.writes(notebook) + "\n"
