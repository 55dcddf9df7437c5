"""Running one task of the made-up homework."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from beras.course.runner import Limits, TaskResult, run_task
from tests.course.mini import SQUARE, homework_in, write

Run = Callable[..., TaskResult]


@pytest.fixture
def run(mini: Path) -> Run:
    """Return ``run(code, task="1.1", top="")``: the result of a task when ``double`` is ``code``."""

    def run_one(code: str = "return 2 * x", task: str = "1.1", top: str = "", **options: Any) -> TaskResult:
        write(mini, t11=code, t12=SQUARE)
        if top:
            file = mini / "mini" / "numbers.py"
            file.write_text(f"{file.read_text(encoding='utf-8')}\n\n{top}\n", encoding="utf-8")
        options.setdefault("limits", Limits(import_seconds=5.0))
        return run_task(mini, task, homework_in(mini)[1][task], **options)

    return run_one


@pytest.fixture
def run_other(mini: Path) -> Run:
    """Return what runs the task that was not attacked."""
    return lambda **options: run_task(mini, "1.2", homework_in(mini)[1]["1.2"], **options)
