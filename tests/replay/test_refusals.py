"""What a trace cannot write down is refused, and the step is then computed anew as if no trace had been tried."""

from __future__ import annotations

import numpy as np
import pytest

import beras
from beras.autodiff.state import Untraceable, home
from beras.replay import Trace, plan
from beras.replay.into import calls_into
from tests.replay.both_ways import X, Y, assert_same_both_ways, compiled

INNER = compiled(False, [beras.Input((6,)), beras.Dense(6)])


def into_a_copy(layer, x):
    out = np.empty(x.shape, np.float32)
    np.copyto(out, x)
    return x + out


def into_out(layer, x):
    out = np.empty(x.shape, np.float32)
    np.multiply(x, 2, out=out)
    return x + out


def into_a_sum(layer, x):
    out = np.empty(x.shape[1:], np.float32)
    np.sum(x, 0, out=out)
    return x + out


def into_places(layer, x):
    out = np.zeros(x.shape, np.float32)
    np.add.at(out, slice(None), x)
    return x + out


def count(layer, x):
    layer.number = getattr(layer, "number", 0) + 1
    return x * layer.number


def count_in_a_list(layer, x):
    layer.seen.append(1)
    return x * len(layer.seen)


def into_a_weight(layer, x):
    layer.weight.writable()[...] += 1
    return x * layer.weight


def a_view_of_a_weight(layer, x):
    view = np.reshape(layer.weight, (1,))
    before = np.exp(view)
    layer.weight.assign(layer.weight + np.mean(x))
    return x * before + np.exp(view)


sine = beras.custom_gradient(lambda x: (np.sin(x), lambda g: g * np.cos(x)))

CALLS = {
    "np.allclose": lambda layer, x: x * 2 if np.allclose(x[0, 0] > 0, True) else x,
    "np.array_equal": lambda layer, x: x * 2 if np.array_equal(x[0, :1] > 0, x[0, 1:2] > 0) else x,
    "np.copyto": into_a_copy,
    "out=": into_out,
    "np.sum(out=)": into_a_sum,
    "np.add.at": into_places,
    "a mask": lambda layer, x: x + np.sum(x[x > 0]),
    "a mask of one entry": lambda layer, x: x + np.concatenate([x[0][x[0] > 0.8], x[0]])[0],
    "np.nonzero": lambda layer, x: x + len(np.nonzero(x > 0)[0]),
    "np.where(x)": lambda layer, x: x + len(np.where(x > 0)[0]),
    "np.unique": lambda layer, x: x + len(np.unique(np.round(x))),
    "np.where of numbers": lambda layer, x: np.where(np.floor(np.abs(x)), x, 0),
    "np.concatenate(dtype=)": lambda layer, x: np.concatenate([x, x], axis=1, dtype=np.float64).astype("float32"),
    "an attribute": count,
    "a list": count_in_a_list,
    "a weight's memory": into_a_weight,
    "a view of a weight": a_view_of_a_weight,
    "a custom gradient": lambda layer, x: sine(x),
    "a mask for a constant": lambda layer, x: x * layer.dropout(np.ones(x.shape, np.float32), training=True),
    "numbers of its own": lambda layer, x: x * np.float32(layer.generator.normal()),
    "predict": lambda layer, x: x + INNER.predict(x, verbose=0),
    "predict_on_batch": lambda layer, x: x + INNER.predict_on_batch(x),
}


def peculiar(name):
    """Return a layer that says of itself that it is replayable, and computes what stands in `CALLS`."""

    class Peculiar(beras.Layer):
        replayable = True

        def __init__(self):
            super().__init__()
            self.seen = []
            self.weight = beras.Variable(1.0, trainable=False)
            self.dropout = beras.Dropout(0.5)
            self.generator = np.random.default_rng(0)

        def call(self, inputs):
            return CALLS[name](self, inputs)

    return Peculiar()


@pytest.mark.parametrize("name", CALLS)
def test_as_if_no_trace_had_been_tried(name):
    def run(eagerly):
        model = compiled(eagerly, [peculiar(name), beras.Dense(3)])
        found = [model.predict_on_batch(X[start : start + 8]) for start in range(0, 32, 8)]
        found += [np.array(model.train_on_batch(X[start : start + 8], Y[:8])) for start in range(0, 32, 8)]
        return [*found, np.array(getattr(model.layers[0], "number", 0)), *model.get_weights()]

    assert_same_both_ways(run)


def test_an_attempt_in_vain_leaves_no_trace():
    def run(eagerly):
        first = [beras.Dropout(0.5, seed=1), beras.Dropout(0.2), beras.layers.BatchNormalization()]
        model = compiled(eagerly, [*first, Looking(), beras.Dense(6), beras.Dropout(0.5), beras.Dense(3)])
        found = [model.predict_on_batch(X[:8])]
        model.fit(X, Y, batch_size=16, verbose=0)
        return [*found, *model.get_weights(), np.array(model.layers[3].number)]

    assert_same_both_ways(run)


class Looking(beras.Layer):
    replayable = True

    def compute_output_shape(self, input_shape):
        return input_shape

    def call(self, inputs):
        self.number = getattr(self, "number", 0) + 1
        outer = beras.stop_gradient(np.sum(inputs))
        return inputs if outer > -1e9 else -inputs


def test_attempts_end():
    model = compiled(False, [peculiar("an attribute"), beras.Dense(3)])
    model.fit(X, Y, batch_size=8, epochs=2, verbose=0)
    assert "sets attributes" in model.way_of_steps
    assert not model._replays._steps


def test_a_batch_that_is_wrong_does_not_end_replaying():
    model = compiled(False, [beras.Dense(3, "softmax")], loss="sparse_categorical_crossentropy")
    model.build((None, 6))
    for _ in range(6):
        with pytest.raises(ValueError, match="class number 7") as caught:
            model.train_on_batch(X[:4], np.array([0, 1, 7, 2]))
        assert caught.value.__context__ is None
    model.train_on_batch(X[:4], np.array([0, 1, 1, 2]))
    assert model.way_of_steps == "replayed"
    assert model._replays._steps


def test_an_interrupt_in_the_middle_of_a_trace():
    class Stopping(beras.Layer):
        replayable = True
        stops = False

        def call(self, inputs):
            if Stopping.stops:
                raise KeyboardInterrupt
            return inputs * 1

    def run(eagerly):
        Stopping.stops = False
        model = compiled(eagerly, [beras.Dropout(0.3), beras.layers.BatchNormalization(), Stopping(), beras.Dense(3)])
        model.train_on_batch(X[:8], Y[:8])
        model.layers[1].momentum = 0.9
        Stopping.stops = True
        with pytest.raises(KeyboardInterrupt):
            model.train_on_batch(X[:8], Y[:8])
        Stopping.stops = False
        here = home()
        assert (here.trace, here.tapes, here.recording, here.paused) == (None, [], [], 0)
        for start in range(0, 32, 8):
            model.train_on_batch(X[start : start + 8], Y[:8])
        return model.get_weights()

    assert_same_both_ways(run)


def test_local_jacobians_after_fit_say_what_to_do():
    model = compiled(False, [beras.Dense(4), beras.Dense(3)])
    model.fit(X, Y, verbose=0)
    with pytest.raises(RuntimeError, match="run_eagerly=True"):
        model.layers[0].input_gradients()
    model(X)
    assert model.layers[0].input_gradients().shape == (6, 4)


@pytest.mark.parametrize("name", ["&", "|", "^", "~"])
def test_conditions_are_combined_in_a_trace(name):
    combine = {
        "&": lambda a, b: a & b,
        "|": lambda a, b: a | b,
        "^": lambda a, b: a ^ b,
        "~": lambda a, b: ~a,
    }[name]
    with Trace() as trace:
        x = trace.enter(np.array([0.0, 0.0, 1.0, 1.0]))
        found = combine(x > 0.5, x < 2)
    later = np.array([3.0, 1.0, 0.0, 1.0])
    program = plan(trace, [found]).bind([later])
    np.testing.assert_array_equal(program.run()[0], combine(later > 0.5, later < 2))


def test_an_answer_of_another_shape_is_not_broadcast():
    place = np.zeros(3)
    run = calls_into(place, np.trim_zeros, (values := np.array([1.0, 2.0, 3.0]),), {})
    run()
    values[...] = [0, 5, 0]
    with pytest.raises(Untraceable, match="shape"):
        run()
    np.testing.assert_array_equal(place, [1, 2, 3])


def test_a_product_of_a_column_and_a_row_has_no_negative_zero():
    a, b = np.array([[-1.0], [1.0]]), np.array([[0.0, 3.0]])
    with Trace() as trace:
        product = np.matmul(trace.enter(a), trace.enter(b))
    found = plan(trace, [product]).bind([a, b]).run()[0]
    np.testing.assert_array_equal(np.signbit(found), np.signbit(np.matmul(a, b)))


def test_draws_of_the_library_are_allowed_and_others_not():
    generator = beras.config.generator()
    layer = beras.Dropout(0.5)
    layer(np.ones((2, 6)))
    with Trace([generator]) as trace:
        layer(trace.enter(X[:2]), training=True)
        layer(trace.enter(X[2:4]), training=True)
    with pytest.raises(Untraceable, match="Random numbers"), Trace([generator]) as trace:
        layer(trace.enter(X[:2]), training=True)
        generator.normal()
