"""Nothing that a tape makes keeps itself alive: no reference cycles, no growth, no leftovers after an exception."""

import gc
import tracemalloc
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

import beras


@contextmanager
def no_garbage() -> Iterator[None]:
    """Fail if the collector finds anything that the block left behind."""
    gc.collect()
    gc.disable()
    try:
        yield
        assert gc.collect() == 0
    finally:
        gc.enable()


class Square(beras.Diffable):
    elementwise = True

    def forward(self, inputs):
        self.inputs = inputs
        return inputs * inputs

    def input_gradients(self):
        return 2 * self.inputs


def one_step(layer, w, order=1):
    with beras.GradientTape() as outer:
        with beras.GradientTape() as tape:
            y = np.sum(np.tanh(layer(w * 2)) @ np.ones((w.size, 2)) + w[:, None] ** 2)
        g = tape.gradient(y, w)
    return outer.gradient(g, w) if order == 2 else g


@pytest.mark.parametrize("order", [1, 2])
def test_no_cycles_after_a_gradient(order):
    layer, w = Square(), beras.Variable(np.ones(3))
    one_step(layer, w, order)
    with no_garbage():
        one_step(layer, w, order)


def test_no_cycles_when_a_tape_is_dropped_without_a_gradient():
    layer, w = Square(), beras.Variable(np.ones(3))
    with no_garbage():
        with beras.GradientTape() as tape:
            y = np.sum(layer(w * 2))
        alive = weakref.ref(tape)
        del tape, y
        assert alive() is None


def test_no_cycles_after_functional_derivatives():
    def f(x):
        return np.sum(np.sin(x) * x)

    beras.hessian(f)(np.ones(3))
    with no_garbage():
        beras.hessian(f)(np.ones(3))
        beras.hvp(f, np.ones(3), np.ones(3))
        beras.jvp(f, (np.ones(3),), (np.ones(3),))
        beras.vjp(f, np.ones(3))[1](1.0)


def test_no_records_after_an_exception_in_the_tape():
    w, big = beras.Variable(np.ones(3)), np.ones(3)
    seen = weakref.ref(big)
    tape = beras.GradientTape()
    with no_garbage():
        with pytest.raises(ZeroDivisionError), tape:
            y = w * big
            y / (1 // 0)
        y = None
        del big
        assert seen() is None  # although the tape itself is still there
    assert tape.records == []


def test_the_recorded_arrays_are_free_after_the_gradient():
    x = np.ones(1000)
    seen = weakref.ref(x)
    with beras.GradientTape() as tape:
        y = np.sum(beras.Variable(np.ones(1000)) * x)
    del x
    assert seen() is not None
    tape.gradient(y, y)
    assert seen() is None


def grown(step, steps: int = 200) -> int:
    """Return by how many bytes memory grew in ``steps`` calls with the garbage collector off."""
    for _ in range(5):
        step()
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        step()
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(steps):
            step()
        return tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
        gc.enable()


@pytest.mark.parametrize("order", [1, 2])
def test_200_steps_with_the_garbage_collector_off(order):
    layer, w = Square(), beras.Variable(np.full(1000, 0.01))  # one array that is kept by each step makes 1.6 MB
    assert grown(lambda: one_step(layer, w, order)) < 300_000


def test_200_failing_steps_with_the_garbage_collector_off():
    w = beras.Variable(np.ones(1000))

    def step():
        try:
            with beras.GradientTape() as tape:
                y = np.sum(w * w)
                tape.gradient(y, np.ones(3))
        except TypeError:
            pass

    assert grown(step) < 300_000
