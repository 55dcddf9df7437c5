"""Writes into what a tape has recorded: through Variables and Tensors always detected, elsewhere in debug mode."""

import numpy as np
import pytest

import beras

WRITES = {
    "assign": lambda w: w.assign([5.0, 6.0]),
    "assign_add": lambda w: w.assign_add(1.0),
    "assign_sub": lambda w: w.assign_sub(1.0),
    "setitem": lambda w: w.__setitem__(0, 9.0),
    "fill": lambda w: w.__setitem__(..., 0.0),
    "+=": lambda w: w.__iadd__(1.0),
    "-=": lambda w: w.__isub__(1.0),
    "*=": lambda w: w.__imul__(2.0),
    "/=": lambda w: w.__itruediv__(2.0),
    "**=": lambda w: w.__ipow__(2.0),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_write_to_a_variable_while_its_tape_records_raises_and_changes_nothing(write):
    w = beras.Variable([1.0, 2.0], name="kernel")
    with beras.GradientTape() as tape:
        y = np.sum(w * w)
        with pytest.raises(RuntimeError, match="'kernel' cannot be written to while a tape"):
            write(w)
    np.testing.assert_array_equal(w.numpy(), [1.0, 2.0])
    np.testing.assert_array_equal(tape.gradient(y, w), [2.0, 4.0])


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_write_to_a_variable_between_the_tape_and_its_gradient_is_detected(write):
    w = beras.Variable([1.0, 2.0], name="kernel")
    with beras.GradientTape() as tape:
        y = np.sum(w * w)
    write(w)
    with pytest.raises(RuntimeError, match=r"'kernel' .* was assigned to after this tape had recorded it"):
        tape.gradient(y, w)


def test_a_write_while_the_tape_is_paused_is_detected():
    w = beras.Variable([1.0, 2.0])
    with beras.GradientTape() as tape:
        y = np.sum(w * w)
        with tape.stop_recording():
            w.assign([0.0, 0.0])
    with pytest.raises(RuntimeError, match="was assigned to"):
        tape.gradient(y, w)


def test_a_write_to_a_frozen_variable_that_a_gradient_needs_is_detected():
    w, frozen = beras.Variable([1.0, 2.0]), beras.Variable([3.0, 4.0], trainable=False, name="scale")
    with beras.GradientTape() as tape:
        y = np.sum(w * frozen)
    frozen.assign([0.0, 0.0])
    with pytest.raises(RuntimeError, match="'scale'"):
        tape.gradient(y, w)


def test_a_persistent_tape_notices_a_write_between_two_gradients():
    w = beras.Variable([1.0, 2.0])
    with beras.GradientTape(persistent=True) as tape:
        y = np.sum(w * w)
    g = tape.gradient(y, w)
    w.assign_sub(g)
    with pytest.raises(RuntimeError, match="was assigned to"):
        tape.gradient(y, w)


def test_a_variable_that_the_tape_has_not_used_may_be_written_to():
    w, counter = beras.Variable([1.0]), beras.Variable(0, trainable=False, dtype="int64")
    with beras.GradientTape() as tape:
        counter.assign_add(1)
        y = w * 2
    assert counter.numpy() == 1
    np.testing.assert_array_equal(tape.gradient(y, w), [2.0])


def test_a_tensor_cannot_be_written_into():
    with beras.GradientTape() as tape:
        x = tape.watch(np.ones(3))
        y = x * 2
        for t in (x, y):
            with pytest.raises(TypeError, match=r"np\.where\(mask, value, t\)"):
                t[0] = 5.0
            with pytest.raises(ValueError, match="read-only"):
                t.numpy()[0] = 5.0
    for t in (x, y):
        for view in (t.numpy(), np.asarray(t), t.numpy().T):
            with pytest.raises(ValueError, match="read-only"):
                view[0] = 5.0
    np.testing.assert_array_equal(tape.gradient(y, x), np.full(3, 2.0))


def test_in_place_operators_on_a_tensor_bind_a_new_one():
    with beras.GradientTape() as tape:
        x = tape.watch(np.array([1.0, 2.0]))
        y = x
        y *= x
        y += 1
    np.testing.assert_array_equal(x.numpy(), [1.0, 2.0])
    np.testing.assert_array_equal(tape.gradient(y, x), [2.0, 4.0])


def test_a_tensor_cannot_be_added_into_a_plain_array():
    with beras.GradientTape() as tape:
        x = tape.watch(np.ones(2))
        total = np.zeros(2)
        with pytest.raises(TypeError, match="out="):
            total += x
        with pytest.raises(TypeError, match="out="):
            np.add(x, 1, out=total)
        with pytest.raises(TypeError, match="would cut this Tensor out of the tape"):
            total[...] = x


def test_nothing_can_be_written_into_a_tensor_or_variable_by_numpy():
    w = beras.Variable([1.0, 2.0])
    with pytest.raises(TypeError, match=r"w\.assign"):
        np.add([1.0, 2.0], 1, out=w)
    with pytest.raises((TypeError, ValueError)):
        np.copyto(w, 0.0)
    np.testing.assert_array_equal(w.numpy(), [1.0, 2.0])


@pytest.mark.parametrize("which", ["input", "answer", "index", "sequence"])
def test_writes_into_plain_arrays_are_detected_in_debug_mode(which):
    a, index = np.array([1.0, 2.0]), np.array([0, 1])
    parts = [a.copy(), a.copy()]
    with beras.debug(), beras.GradientTape() as tape:
        x = tape.watch(np.array([3.0, 4.0]))
        y = x * a
        z = np.concatenate([y[index], parts[0]])
        s = np.sum(np.exp(z))
    victim = {"input": a, "answer": y._array, "index": index, "sequence": parts[0]}[which]
    victim[0] = 1
    if which == "input":
        victim[0] = 7
    if which == "sequence":
        victim[0] = 8
    if which == "index":
        victim[0] = 1
    with pytest.raises(RuntimeError, match="was written to before the gradient was taken"):
        tape.gradient(s, x)


def test_debug_mode_is_silent_about_correct_programs():
    a = np.array([1.0, 2.0])
    with beras.debug():
        with beras.GradientTape() as outer:
            x = outer.watch(np.array([3.0, 4.0]))
            with beras.GradientTape() as tape:
                tape.watch(x)
                y = np.sum(np.asfortranarray(a) * x[::-1] ** 2 + np.zeros((0, 2)).sum())
            g = tape.gradient(y, x)
        np.testing.assert_array_equal(outer.gradient(g, x), [4.0, 2.0])
        a[0] = 100.0  # after the gradient


def test_debug_mode_also_guards_what_a_hand_written_layer_keeps():
    class Buffered(beras.Diffable):
        elementwise = True

        def __init__(self):
            super().__init__()
            self.buffer = np.zeros(2)

        def forward(self, inputs):
            self.buffer[...] = inputs
            return inputs * inputs

        def input_gradients(self):
            return 2 * self.buffer

    layer = Buffered()
    with beras.debug(), beras.GradientTape() as tape:
        x = tape.watch(np.array([3.0, 4.0]))
        y = layer(x)
    layer(np.array([0.0, 0.0]))  # outside the tape, into the same buffer
    with pytest.raises(RuntimeError, match="was written to before the gradient was taken"):
        tape.gradient(y, x)


@pytest.mark.parametrize("ufunc", [np.add, np.subtract, np.negative])
def test_ufunc_at_does_not_write_into_a_variable(ufunc):
    w = beras.Variable(np.ones(3))
    with beras.GradientTape() as tape:
        y = np.sum(w * w)
    operands = ([0],) if ufunc.nin == 1 else ([0], 1.0)
    with pytest.raises(TypeError, match=rf"np\.{ufunc.__name__}\.at would write .* w\[index\] \+= v"):
        ufunc.at(w, *operands)
    with pytest.raises(TypeError, match=r"into a Tensor"):
        ufunc.at(y, *operands)
    np.testing.assert_array_equal(w.numpy(), np.ones(3))
    np.testing.assert_array_equal(tape.gradient(y, w), np.full(3, 2.0))
