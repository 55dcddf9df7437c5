"""The memory of freed arrays stays with the process: what comes again from the system comes page by page."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

PAGE_FAULTS = """
import resource
import numpy as np
{}

def work():
    held = [np.ones(200_000) for _ in range(8)]
    return sum(array[0] for array in held)

for _ in range(5):
    work()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    work()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def page_faults(first: str) -> int:
    found = subprocess.run([sys.executable, "-c", PAGE_FAULTS.format(first)], capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    return int(found.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc learns what to keep")
def test_freed_memory_is_used_again():
    assert page_faults("import beras") < 100
    assert page_faults("") > 1_000  # so that the test would notice
