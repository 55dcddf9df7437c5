"""Run the tests of a task on a student's code, in a child process with limits.

This contains mistakes and a listed set of attacks (tests/course/runner/test_attacks.py); it is no sandbox against a
determined adversary, who shares a process with the tests.
"""

from beras.course.runner.limits import Limits
from beras.course.runner.results import FAILS, PASSES, TO_DO, WAITS, Place, TaskResult, TestResult
from beras.course.runner.run import run_task

__all__ = [
    "FAILS",
    "PASSES",
    "TO_DO",
    "WAITS",
    "Limits",
    "Place",
    "TaskResult",
    "TestResult",
    "run_task",
]
