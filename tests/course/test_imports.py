"""What is imported when: the tools of the course are no part of `import beras`, nor of the command's start."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["beras", "beras.cli.app"])
def test_the_course_is_not_imported(module):
    code = f"import sys, {module}; print([name for name in sys.modules if name.startswith('beras.course')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout == "[]\n"


def test_importing_what_the_tests_share_changes_no_path():
    code = "import sys; before = list(sys.path); import beras.course.kit.shared; print(sys.path == before)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout == "True\n"
