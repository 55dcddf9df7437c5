"""What holds for all tests: one thread for torch, and in CI no test is left out for want of a package."""

from __future__ import annotations

import os

import pytest

from tests.keras.differences import report as differences_from_keras


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.skipped and os.environ.get("CI") and "could not import" in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped in CI for a missing package: {report.longrepr[-1]}"
    return report


def pytest_terminal_summary(terminalreporter):
    for line in differences_from_keras():
        terminalreporter.write_line(line)


@pytest.fixture(autouse=True)
def _one_torch_thread(request):
    if request.node.get_closest_marker("torch") is not None:
        torch = pytest.importorskip("torch")
        torch.set_num_threads(1)
