"""The examples in the docstrings of the given files."""

from __future__ import annotations

import doctest

import pytest


@pytest.mark.parametrize("name", ["arrays", "data"])
def test_examples(hw2, name):
    result = doctest.testmod(getattr(hw2, name))
    assert result.attempted > 0
    assert result.failed == 0
