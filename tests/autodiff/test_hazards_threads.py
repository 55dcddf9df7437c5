"""Each thread has its own tapes."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import beras
from beras.autodiff.state import home


def test_two_threads_record_side_by_side():
    w = beras.Variable(np.arange(1.0, 4.0))
    ready = threading.Barrier(2)

    def gradient(power):
        ready.wait()
        for _ in range(20):
            with beras.GradientTape() as tape:
                y = w * 1.0
                for _ in range(power - 1):
                    y = y * w
            g = tape.gradient(y, w)
        return g

    with ThreadPoolExecutor(2) as pool:
        square, cube = pool.map(gradient, (2, 3))
    np.testing.assert_allclose(square, 2 * w.numpy())
    np.testing.assert_allclose(cube, 3 * w.numpy() ** 2)


def in_thread(function):
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(function).result()


class Hand(beras.Diffable):
    elementwise = True

    def forward(self, inputs):
        return inputs * 2

    def input_gradients(self):
        return 2.0


@beras.custom_gradient
def custom(x):
    return x * 2, lambda g: g * 2


@pytest.mark.parametrize("own_tape", [False, True])
@pytest.mark.parametrize(
    "use",
    [lambda t: t * 2, lambda t: np.sin(t), lambda t: np.stack([t, t]), lambda t: t == 1, Hand(), custom],
    ids=["operator", "ufunc", "sequence", "comparison", "layer", "custom-gradient"],
)
def test_a_tensor_of_another_thread_raises(use, own_tape):
    with beras.GradientTape() as tape:
        t = tape.watch(np.ones(2))

        def elsewhere():
            if not own_tape:
                return use(t)
            with beras.GradientTape() as own:
                own.watch(t)
                return use(t)

        with pytest.raises(RuntimeError, match="belongs to a tape of thread"):
            in_thread(elsewhere)


def test_another_threads_tensor_is_a_plain_value_after_its_tape_has_ended():
    with beras.GradientTape() as tape:
        t = tape.watch(np.ones(2)) * 3
    np.testing.assert_array_equal(in_thread(lambda: np.sum(t * 2)), 12.0)


def test_a_tape_does_not_see_what_another_thread_computes():
    w = beras.Variable(np.ones(2))
    with beras.GradientTape() as tape:
        y = in_thread(lambda: np.sum(w * 5))
        assert isinstance(y, np.floating)
        with pytest.raises(ValueError, match="No operation on this tape made the target"):
            tape.gradient(y, w)


def test_a_write_from_another_thread_is_detected():
    w = beras.Variable(np.ones(2))
    with beras.GradientTape() as tape:
        y = np.sum(w * w)
        in_thread(lambda: w.assign([5.0, 5.0]))
    with pytest.raises(RuntimeError, match="was assigned to after this tape had recorded it"):
        tape.gradient(y, w)


def test_no_gradient_pauses_this_thread_only():
    with beras.GradientTape() as tape, beras.no_gradient():
        assert tape.is_recording
        assert home().recording == []

        def elsewhere():
            with beras.GradientTape() as own:
                x = own.watch(np.array(3.0))
                return float(own.gradient(x * x, x))

        assert in_thread(elsewhere) == 6.0
