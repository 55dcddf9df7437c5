"""A program gives, for any inputs, what the traced function gives: held against NumPy itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import beras
from beras.autodiff.state import Untraceable
from beras.losses.labels import class_numbers
from beras.losses.logits import softmax_excess, sparse_softmax_cross_entropy
from beras.replay import Trace, plan

RNG = np.random.default_rng(3)
SHAPE = (6, 5)

#: Functions of two arrays of one shape, as NumPy has them: what each step of a random program may be.
STEPS = {
    "add": np.add,
    "multiply": np.multiply,
    "maximum": np.maximum,
    "tanh": lambda a, b: np.tanh(a),
    "turn twice": lambda a, b: np.transpose(np.transpose(a) * np.transpose(b)),
    "matmul": lambda a, b: np.matmul(np.matmul(a, np.transpose(b)), b) / 8,
    "rows": lambda a, b: a - np.sum(b, axis=1, keepdims=True),
    "columns": lambda a, b: np.max(a, axis=0) + b,
    "where": lambda a, b: np.where(a > b, a, 0.5),
    "reshape": lambda a, b: np.reshape(np.reshape(a, (5, 6)) + 1, SHAPE) * b,
    "flip": lambda a, b: np.flip(a, 0) + b,
    "join": lambda a, b: np.concatenate([a, b], axis=0)[3:9],
    "index": lambda a, b: a[np.argsort(b[:, 0])],
    "mean": lambda a, b: a * np.mean(b),
    "split": lambda a, b: np.concatenate(np.split(a, [2], axis=1)[::-1], axis=1) + b,
    "cast": lambda a, b: (a.astype(np.float32) * 2).astype(np.float64) + b,
    "numbers": lambda a, b: np.maximum(2 * a, 0) - np.power(np.tanh(b), 2) / 3.5 + np.where(np.less_equal(a, 1), a, 9),
    "integers beside floats": lambda a, b: np.ldexp(a, 3) + np.heaviside(b, 0.5) + np.float64(2) * a,
    "one entry": lambda a, b: a * np.sum(b) - np.reshape(np.max(a), (1, 1, 1))[0] + b[:1, :1],
    "a row": lambda a, b: a[:1] + b[0] + b,
    "cumsum": lambda a, b: np.cumsum(a, axis=1) * 0.1 + b,
}


def compute(steps, x, y):
    values = [x, y]
    for name, first, second in steps:
        values.append(STEPS[name](values[first % len(values)], values[second % len(values)]))
    return values[-1], values[len(values) // 2]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=25)
)
def test_random_programs(steps):
    with Trace() as trace:
        x, y = trace.enter(RNG.normal(size=SHAPE)), trace.enter(RNG.normal(size=SHAPE))
        outputs = compute(steps, x, y)
    made = plan(trace, outputs)
    program = made.bind([np.empty(SHAPE), np.empty(SHAPE)])
    for _ in range(3):
        fresh = RNG.normal(size=SHAPE), RNG.normal(size=SHAPE)
        for place, value in zip(program.inputs, fresh, strict=True):
            place[...] = value
        kept = [value.copy() for value in fresh]
        for got, expected in zip(program.run(), compute(steps, *fresh), strict=True):
            np.testing.assert_array_equal(got, expected)
        for place, value in zip(program.inputs, kept, strict=True):
            np.testing.assert_array_equal(place, value, err_msg="a program wrote into its input")


def traced(function, *arrays):
    with Trace() as trace:
        outputs = function(*map(trace.enter, arrays))
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    return plan(trace, outputs).bind([array.copy() for array in arrays])


def test_a_number_may_be_too_large_for_an_integer():
    x = RNG.normal(size=3)
    (got,) = traced(lambda x: np.where(x > 0, x, 10**30) + np.minimum(x, 10**30), x).run()
    np.testing.assert_array_equal(got, np.where(x > 0, x, 1e30) + x)


def test_what_is_computed_twice_is_computed_once():
    program = traced(lambda x: np.exp(x) + np.exp(x) * np.exp(x), np.ones(3))
    assert len(program) == 3


def test_what_nobody_needs_is_left_out():
    def function(x):
        np.sin(x)
        return np.cos(x)

    assert len(traced(function, np.ones(3))) == 1


def test_a_view_costs_nothing():
    assert len(traced(lambda x: np.transpose(np.reshape(x, (2, 3))) + 1, np.ones(6))) == 1


def test_memory_is_used_again():
    def chain(x):
        for _ in range(20):
            x = np.matmul(x, np.eye(4))
        return x

    program = traced(chain, np.ones((4, 4)))
    outs = {id(call.keywords["out"].base) for call in program._calls}
    assert len(outs) == 2


def test_softmax_and_its_cross_entropy_share_their_exponentials():
    from beras.losses.logits import softmax_cross_entropy

    labels = np.eye(3)

    def function(x):
        return softmax_cross_entropy(x, labels), beras.activations.softmax(x)

    program = traced(function, RNG.normal(size=(3, 3)))
    assert sum(getattr(call, "func", None) is np.exp for call in program._calls) == 1


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int64", "uint64", "float32", "bool"])
def test_labels_are_looked_at_by_every_run(dtype):
    def loss(labels, logits):
        numbers, _ = class_numbers(labels, logits)
        return sparse_softmax_cross_entropy(logits, numbers), softmax_excess(logits, numbers)

    logits = RNG.normal(size=(5, 3)).astype(np.float32)
    program = traced(loss, np.array([1, 0, 1, 1, 0]).astype(dtype), logits)
    highest = 2 if dtype == "bool" else 3
    for _ in range(3):
        labels = RNG.integers(0, highest, 5).astype(dtype)
        logits = RNG.normal(size=(5, 3)).astype(np.float32)
        for place, value in zip(program.inputs, (labels, logits), strict=True):
            place[...] = value
        for got, expected in zip(program.run(), loss(labels, logits), strict=True):
            np.testing.assert_array_equal(got, expected)
    for wrong, name in ((3, "3"), (-1, "-1")):
        if dtype != "bool" and (wrong > 0 or dtype in ("int8", "int64", "float32")):
            program.inputs[0][2] = wrong
            with pytest.raises(ValueError, match=f"the class number {name}.*3 classes"):
                program.run()
    if dtype == "uint64":
        program.inputs[0][2] = 2**63 + 1
        with pytest.raises(ValueError, match="the class number"):
            program.run()


@pytest.mark.parametrize(
    "look",
    [
        lambda x: x if x.sum() > 0 else -x,
        lambda x: x * float(x.sum()),
        lambda x: np.asarray(x) * 2,
        lambda x: x.numpy() * 2,
        lambda x: x * int(np.argmax(x)),
        lambda x: [1.0, 2.0, 3.0][np.argmax(x)] * x,
        lambda x: x * beras.stop_gradient(x),
    ],
    ids=["if", "float", "asarray", "numpy", "int", "index", "stop_gradient"],
)
def test_to_look_at_a_value_is_refused(look):
    with pytest.raises(Untraceable), Trace() as trace:
        look(trace.enter(np.array([1.0, 2.0, 0.0])))
    assert np.exp(beras.Variable(0.0)) == 1.0  # nothing is traced any more


def test_variables_are_read_when_the_program_runs():
    w = beras.Variable([1.0, 2.0])
    program = traced(lambda x: x * w, np.ones(2, np.float32))
    w.assign([5.0, 6.0])
    np.testing.assert_array_equal(program.run()[0], [5, 6])


def test_an_assignment_is_made_by_every_run():
    w = beras.Variable([0.0, 0.0])

    def function(x):
        w.assign(w + x)
        return x * 2

    program = traced(function, np.ones(2, np.float32))
    program.run()
    program.run()
    np.testing.assert_array_equal(w.numpy(), [3, 3])


def test_a_trace_does_not_begin_inside_a_tape():
    with beras.GradientTape(), pytest.raises(RuntimeError, match="no tape"), Trace():
        pass
