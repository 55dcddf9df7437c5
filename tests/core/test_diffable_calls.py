"""Per-call frames: one instance called several times, and what forward stores where."""

import numpy as np
import pytest

import beras

X = np.array([0.3, -0.8, 1.1])


class Square(beras.Diffable):
    elementwise = True

    def forward(self, inputs):
        self.inputs = inputs
        return inputs * inputs

    def input_gradients(self):
        return 2 * self.inputs


class Tanh(beras.Diffable):
    elementwise = True

    def forward(self, inputs):
        self.outputs = np.tanh(inputs)
        return self.outputs

    def input_gradients(self):
        return 1 - self.outputs**2


class Scale(beras.Diffable):
    """A layer with a weight, shared between its calls."""

    elementwise = True

    def __init__(self):
        super().__init__()
        self.w = beras.Variable(np.full(3, 1.5))

    def forward(self, inputs):
        self.inputs = inputs
        return inputs * self.w

    def input_gradients(self):
        return self.w

    def compose_to_weight(self, J):
        return [J * self.inputs]


def test_a_layer_called_three_times_with_different_inputs():
    layer = Square()
    with beras.GradientTape() as tape:
        a, b, c = (tape.watch(X * k) for k in (1.0, 2.0, 3.0))
        y = np.sum(layer(a) + 10 * layer(b) + 100 * layer(c))
    for g, expected in zip(tape.gradient(y, [a, b, c]), (2 * X, 40 * X, 600 * X), strict=True):
        np.testing.assert_allclose(g, expected)
    np.testing.assert_allclose(layer.inputs, 3 * X)  # the last call can still be read


def test_a_recurrence():
    layer = Tanh()
    with beras.GradientTape() as tape:
        h = x = tape.watch(X)
        for _ in range(5):
            h = layer(h + x)
        y = np.sum(h)

    def plain(x):
        h = x
        for _ in range(5):
            h = np.tanh(h + x)
        return np.sum(h)

    np.testing.assert_allclose(tape.gradient(y, x), beras.numerical_gradient(plain, X), rtol=1e-8)


def test_a_weight_shared_by_three_calls():
    layer = Scale()
    with beras.GradientTape() as tape:
        y = np.sum(layer(layer(layer(X))))
    np.testing.assert_allclose(tape.gradient(y, layer.w), 3 * X * 1.5**2)
    with beras.GradientTape() as tape:
        y = np.sum(layer(layer(layer(X))))
    (g,) = tape.gradient()
    np.testing.assert_allclose(g, 3 * X * 1.5**2)  # each weight once


def test_a_call_outside_the_tape_does_not_disturb_one_inside():
    layer = Square()
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        y = np.sum(layer(x))
    layer(X * 100)
    np.testing.assert_allclose(tape.gradient(y, x), 2 * X)
    np.testing.assert_allclose(layer.inputs, 100 * X)


def test_a_persistent_tape_pulls_back_twice():
    layer = Tanh()
    with beras.GradientTape(persistent=True) as tape:
        x = tape.watch(X)
        y = layer(layer(x))
    np.testing.assert_array_equal(tape.gradient(y, x), tape.gradient(y, x))


class Buffered(beras.Diffable):
    """A layer that writes its input into a buffer of its own."""

    elementwise = True

    def __init__(self):
        super().__init__()
        self.buffer = np.zeros(3)

    def forward(self, inputs):
        self.buffer[...] = inputs
        return inputs * inputs

    def input_gradients(self):
        return 2 * self.buffer


def test_a_layer_that_writes_into_its_own_buffer_is_right_when_called_once():
    layer = Buffered()
    for _ in range(3):
        with beras.GradientTape() as tape:
            x = tape.watch(X)
            y = np.sum(layer(x))
        np.testing.assert_allclose(tape.gradient(y, x), 2 * X)


def test_a_layer_that_writes_into_its_own_buffer_raises_when_called_twice():
    layer = Buffered()
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        layer(x)
        with pytest.raises(RuntimeError, match=r"Buffered\.forward wrote into self\.buffer in place"):
            layer(x * 2)


def test_a_buffer_is_free_where_nothing_is_followed():
    layer = Buffered()
    with beras.GradientTape():
        layer(X)
        layer(X * 2)


class Nested(beras.Diffable):
    """A layer whose hand-written gradient asks a part, which keeps only its latest call."""

    elementwise = True

    def __init__(self):
        super().__init__()
        self.inner = Square()

    def forward(self, inputs):
        return self.inner(inputs) * 3

    def input_gradients(self):
        return 3 * self.inner.input_gradients()


def test_a_part_that_is_overwritten_between_two_calls_raises():
    layer = Nested()
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        y = np.sum(layer(x))
    np.testing.assert_allclose(tape.gradient(y, x), 6 * X)
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        layer(x)
        with pytest.raises(RuntimeError, match=r"wrote into self\.inner\.inputs in place"):
            layer(x * 2)


class Kept(beras.Diffable):
    """A layer that keeps what it needs in a dict, and pushes it on a list besides."""

    elementwise = True

    def __init__(self):
        super().__init__()
        self.cache, self.stack = {}, []

    def forward(self, inputs):
        self.cache["inputs"] = inputs
        self.stack.append(inputs)
        return inputs * inputs

    def input_gradients(self):
        return self.cache["inputs"] + self.stack.pop()


def test_lists_and_dicts_belong_to_the_call_too():
    layer = Kept()
    cache, stack = layer.cache, layer.stack
    with beras.GradientTape(persistent=True) as tape:
        a, b, c = (tape.watch(X * k) for k in (1.0, 2.0, 3.0))
        y = np.sum(layer(a) + 10 * layer(b) + 100 * layer(c))
    for _ in range(2):
        for g, expected in zip(tape.gradient(y, [a, b, c]), (2 * X, 40 * X, 600 * X), strict=True):
            np.testing.assert_allclose(g, expected)
    assert layer.cache is cache
    assert layer.stack is stack
    assert len(stack) == 3
    np.testing.assert_allclose(cache["inputs"], 3 * X)


def test_a_container_bound_anew_by_each_call():
    class Rebound(Kept):
        def forward(self, inputs):
            self.cache, self.stack = {}, []
            return super().forward(inputs)

    layer = Rebound()
    with beras.GradientTape() as tape:
        a, b = tape.watch(X), tape.watch(X * 2)
        y = np.sum(layer(a) + 10 * layer(b) + 100 * layer(a))
    ga, gb = tape.gradient(y, [a, b])
    np.testing.assert_allclose(ga, 202 * X)
    np.testing.assert_allclose(gb, 40 * X)
    assert len(layer.stack) == 1


def test_a_container_made_by_the_first_call_alone():
    class Lazy(Kept):
        def __init__(self):
            beras.Diffable.__init__(self)

        def forward(self, inputs):
            if "cache" not in self.__dict__:
                self.cache, self.stack = {}, []
            return super().forward(inputs)

    layer = Lazy()
    with beras.GradientTape() as tape:
        a, b = tape.watch(X), tape.watch(X * 2)
        y = np.sum(layer(a) + 10 * layer(b))
    ga, gb = tape.gradient(y, [a, b])
    np.testing.assert_allclose(ga, 2 * X)
    np.testing.assert_allclose(gb, 40 * X)
    assert len(layer.stack) == 2


def test_what_forward_counts_is_seen_afterwards():
    class Counting(Square):
        calls = 0

        def forward(self, inputs):
            self.calls += 1
            return super().forward(inputs)

    layer = Counting()
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        layer(layer(x))
    layer(X)
    assert layer.calls == 3


def test_an_exception_in_forward_leaves_the_instance_as_it_was():
    class Failing(Square):
        def forward(self, inputs):
            self.inputs = "half done"
            raise ZeroDivisionError

    layer = Failing()
    layer.inputs = "before"
    with beras.GradientTape() as tape, pytest.raises(ZeroDivisionError):
        layer(tape.watch(X))
    assert layer.inputs == "before"


def test_a_variable_as_input_of_a_hand_written_layer():
    w = beras.Variable(X)
    with beras.GradientTape() as outer:
        with beras.GradientTape() as inner:
            y = np.sum(Square()(w) * w)
        g = inner.gradient(y, w)
    np.testing.assert_allclose(g.numpy(), 3 * X**2)
    np.testing.assert_allclose(outer.gradient(g, w), 6 * X)


def test_an_assignment_to_a_weight_before_the_gradient_is_detected():
    layer = Scale()
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        y = np.sum(layer(x))
    layer.w = np.zeros(3)
    with pytest.raises(RuntimeError, match="was assigned to"):
        tape.gradient(y, x)
