"""Run a homework's tests in a process of their own, and note what each did."""

from beras.course.testrun.run import Outcome, TestRun, clean_environment, run_tests
from beras.course.testrun.server import CAN_FORK, Server

__all__ = ["CAN_FORK", "Outcome", "Server", "TestRun", "clean_environment", "run_tests"]
