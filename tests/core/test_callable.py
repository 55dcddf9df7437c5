"""Callable: one method under two names."""

import pytest

import beras


def test_a_call_is_forward():
    class Add(beras.Callable):
        def forward(self, x, y=1):
            return x + y

    assert Add()(2) == 3
    assert Add()(2, y=5) == Add().forward(2, y=5) == 7


def test_call_is_accepted_for_forward():
    class Add(beras.Callable):
        def call(self, x):
            return x + 1

    assert Add()(2) == Add().forward(2) == 3


def test_both_are_refused():
    with pytest.raises(TypeError, match="Both defines both forward and call"):

        class Both(beras.Callable):
            def forward(self, x):
                return x

            def call(self, x):
                return x


def test_a_call_that_would_never_be_used_is_refused():
    class Base(beras.Callable):
        def forward(self, x):
            return x

    with pytest.raises(TypeError, match=r"Rename Derived\.call to forward"):

        class Derived(Base):
            def call(self, x):
                return x + 1


def test_neither_is_told_when_called():
    class Nothing(beras.Callable):
        pass

    with pytest.raises(NotImplementedError, match=r"Nothing must define forward\(\.\.\.\) or call"):
        Nothing()(1)
