"""Misuse is told in plain words: what was wrong, and what to write."""

import copy
import math
import pickle
from fractions import Fraction

import numpy as np
import pytest

import beras
from beras.autodiff.state import home

X = np.array([1.0, 2.0])


def test_the_result_of_watch_is_not_used():
    x = X.copy()
    with beras.GradientTape() as tape:
        tape.watch(x)
        y = np.sum(x * x)
    with pytest.raises(ValueError, match=r"what tape\.watch returned was never used.*write x = tape\.watch\(x\)"):
        tape.gradient(y, beras.Variable(x))


def test_a_plain_array_as_source():
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        y = np.sum(x * x)
        with pytest.raises(TypeError, match=r"Received: a plain array.*x = tape\.watch\(x\)"):
            tape.gradient(y, X)
        with pytest.raises(TypeError, match="Received: a str"):
            tape.gradient(y, "x")


def test_a_plain_array_as_target():
    w = beras.Variable(X)
    with beras.GradientTape() as tape:
        np.sum(w * w)
        with pytest.raises(ValueError, match=r"the target \(a plain array\).*inside the `with` block"):
            tape.gradient(X, w)
        with pytest.raises(ValueError, match=r"the target \(a float\)"):
            tape.gradient(3.0, w)


def test_a_target_computed_after_the_tape_had_ended():
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        h = x * 2
    y = np.sum(h)
    with pytest.raises(ValueError, match="it was computed after its `with` block had ended"):
        tape.gradient(y, x)


@pytest.mark.parametrize("pause", [lambda tape: tape.stop_recording(), lambda tape: beras.no_gradient()])
def test_a_target_computed_while_the_tape_was_paused(pause):
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        h = x * 2
        with pause(tape):
            y = np.sum(h)
    with pytest.raises(ValueError, match="it was computed while its recording was paused"):
        tape.gradient(y, x)


class Hand(beras.Diffable):
    elementwise = True

    def forward(self, inputs):
        return inputs * 2

    def input_gradients(self):
        return 2.0


@pytest.mark.parametrize("call", [Hand(), beras.custom_gradient(lambda x: (x * 2, lambda g: g * 2))])
def test_a_target_computed_by_a_call_with_its_own_gradient_while_the_tape_was_paused(call):
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        h = x * 1
        with tape.stop_recording():
            y = call(h)
    with pytest.raises(ValueError, match="it was computed while its recording was paused"):
        tape.gradient(y, x)


def test_a_used_up_tape():
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        y = np.sum(x * x)
    tape.gradient(y, x)
    for again in (lambda: tape.gradient(y, x), lambda: tape.jacobian(y, x)):
        with pytest.raises(RuntimeError, match=r"used up.*GradientTape\(persistent=True\)"):
            again()


def test_a_tape_does_not_record_its_own_gradient():
    with beras.GradientTape(persistent=True) as tape:
        x = tape.watch(X)
        y = np.sum(x**3)
        g = tape.gradient(y, x)
        assert type(g) is np.ndarray
        with pytest.raises(ValueError, match="If it is itself a gradient, nest two tapes"):
            tape.gradient(g, x)


def test_only_one_of_target_and_sources():
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        y = np.sum(x)
        with pytest.raises(TypeError, match="takes both or neither"):
            tape.gradient(y)


def test_output_gradients_of_another_shape_or_number():
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        y = x * 2
        with pytest.raises(ValueError, match=r"the target's shape \(2,\)\. Received: \(3,\)"):
            tape.gradient(y, x, output_gradients=np.ones(3))
        with pytest.raises(ValueError, match=r"2 targets need as many output_gradients\. Received: 1"):
            tape.gradient([y, y], x, output_gradients=[np.ones(2)])
        with pytest.raises(ValueError, match=r"unconnected_gradients is 'none' or 'zero'\. Received: 'zeros'"):
            tape.gradient(y, x, unconnected_gradients="zeros")


def test_a_misused_gradient_call_does_not_use_the_tape_up():
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        y = np.sum(x * x)
    with pytest.raises(TypeError):
        tape.gradient(y, X)
    np.testing.assert_array_equal(tape.gradient(y, x), 2 * X)


def test_a_tensor_is_neither_deep_copied_nor_pickled():
    with beras.GradientTape() as tape:
        t = tape.watch(X)
        assert copy.copy(t) is t
        assert t.copy() is t
        with pytest.raises(TypeError, match="cannot be deep-copied"):
            copy.deepcopy({"t": t})
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dumps(t)


@pytest.mark.parametrize("convert", [float, int, complex, np.asarray, np.array, math.sqrt, lambda t: t.item()])
def test_a_followed_tensor_does_not_convert_and_afterwards_does(convert):
    with beras.GradientTape() as tape:
        t = tape.watch(np.array(1.0))
        with pytest.raises(TypeError, match=r"would cut this Tensor out of the tape.*beras\.stop_gradient"):
            convert(t)
    assert convert(t) == 1.0


def test_what_a_followed_tensor_still_answers():
    with beras.GradientTape() as tape:
        t, m = tape.watch(np.array(1.5)), tape.watch(np.ones((2, 3)))
        assert t > 1
        assert bool(t)
        assert t == 1.5
        assert f"{t:.2f}" == "1.50"
        assert str(t) == "1.5"
        assert repr(m).startswith("Tensor([[")
        assert (len(m), m.shape, m.ndim, m.size, m.dtype) == (2, (2, 3), 2, 6, np.float64)
        assert [row.shape for row in m] == [(3,), (3,)]
        with pytest.raises(TypeError, match="cannot be an index"):
            [1, 2, 3][t]


def test_a_tape_entered_twice():
    with beras.GradientTape() as tape:
        with pytest.raises(RuntimeError, match="is recording already"), tape:
            pass
        assert tape.is_recording
        x = tape.watch(X)
        y = np.sum(x * x)
    assert home().recording == []
    np.testing.assert_array_equal(tape.gradient(y, x), 2 * X)


def test_a_tape_reused():
    tape = beras.GradientTape()
    for scale in (2.0, 3.0, 4.0):
        with tape:
            x = tape.watch(X)
            y = np.sum(x * scale)
        np.testing.assert_array_equal(tape.gradient(y, x), np.full(2, scale))


def test_a_tape_continued_before_its_gradient():
    tape = beras.GradientTape()
    with tape:
        x = tape.watch(X)
        h = x * x
    with tape:
        y = np.sum(h * 3)
    np.testing.assert_array_equal(tape.gradient(y, x), 6 * X)


def test_a_tape_reset_inside_its_with():
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        x * x
        tape.reset()
        assert tape.records == []
        x = tape.watch(X)
        y = np.sum(x * 5)
    np.testing.assert_array_equal(tape.gradient(y, x), np.full(2, 5.0))


def test_a_watched_value_used_only_while_the_tape_was_paused():
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        with tape.stop_recording():
            y = np.sum(x * x)
    with pytest.raises(ValueError, match="it was computed while its recording was paused"):
        tape.gradient(y, x)


def test_a_variable_that_the_tape_does_not_follow():
    frozen, w = beras.Variable(X, trainable=False, name="statistics"), beras.Variable(X)
    for target in (np.sum, np.asarray, lambda v: v):
        with beras.GradientTape() as tape:
            y = target(frozen)
        with pytest.raises(ValueError, match=r"the Variable 'statistics', because it has trainable=False\. Watch it"):
            tape.gradient(y, frozen)
    with beras.GradientTape(watch_accessed_variables=False) as tape:
        y = np.sum(w)
    with pytest.raises(ValueError, match=r"because this tape has watch_accessed_variables=False"):
        tape.gradient(y, w)


def test_gradient_without_arguments_and_without_weights():
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        np.sum(Hand()(x))
    with pytest.raises(
        ValueError, match=r"none with weights was called\. Name both: tape\.gradient\(target, sources\)"
    ):
        tape.gradient()


def test_parameters_without_a_rule_are_told_how_to_be_replaced():
    for f, says in {
        (lambda x: np.max(x, initial=0.1)): r"np\.max\(.*initial=.*np\.maximum\(result, initial\)",
        (lambda x: np.nanmin(x, initial=0.1)): r"np\.minimum\(result, initial\)",
        (lambda x: np.mean(x, where=X > 1)): r"np\.mean\(.*where=.*x\[mask\].*divide the sum by the mask's",
        (lambda x: np.std(x, where=X > 1)): r"np\.std\(.*where=.*x\[mask\]",
        (lambda x: np.nanstd(x, where=X > 1)): r"np\.nanstd\(.*where=",
        (lambda x: np.nansum(x, where=X > 1)): r"np\.nansum\(.*where=.*np\.where\(mask, x, 0\)",
        (lambda x: np.sum(np.exp(x, where=X > 1))): r"np\.where\(mask, result, other\)",
        (lambda x: np.sum(np.pad(x, 1, "mean"))): r"mode mean is not recorded",
        (lambda x: np.sum(np.pad(x, 1, "reflect", reflect_type="odd"))): r"reflect_type='odd' is not recorded",
    }.items():
        with pytest.raises(TypeError, match=says):
            beras.grad(f)(X)


def test_a_fraction_as_operand():
    for f in (lambda x: x * Fraction(1, 2), lambda x: Fraction(1, 2) * x):
        for point in (2.0, np.array([2.0])):
            with pytest.raises(TypeError, match=r"of dtype object.*Fraction"):
                beras.grad(lambda x, f=f: np.sum(f(x)))(point)
