"""Shapes that a graph of operations can take: who meets whom, how often, and how long it gets."""

import numpy as np
import pytest

import beras
from beras.autodiff.registry import RULES, define

X = np.array([0.3, -1.2, 2.0])


def test_fan_out():
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        total = sum(np.sum(x * k) for k in range(1, 8))
    np.testing.assert_allclose(tape.gradient(total, x), np.full(3, 28.0))


def test_diamond():
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        top = x * 2
        left, right = np.sin(top), np.cos(top)
        bottom = left * right
    np.testing.assert_allclose(tape.gradient(bottom, x), 2 * np.cos(4 * X), atol=1e-14)


def test_many_diamonds_are_not_walked_path_by_path():
    with beras.GradientTape() as tape:
        x = tape.watch(np.array(1.0))
        y = x
        for _ in range(200):  # 2**200 paths
            y = (y + y) / 2
    assert tape.gradient(y, x) == 1.0


def test_a_value_used_twice_by_one_operation():
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        y = x * x
    np.testing.assert_allclose(tape.gradient(y, x), 2 * X)
    m = np.arange(9.0).reshape(3, 3) / 7
    with beras.GradientTape() as tape:
        a = tape.watch(m)
        y = a @ a
    ones = np.ones((3, 3))
    np.testing.assert_allclose(tape.gradient(y, a), ones @ m.T + m.T @ ones)


def test_a_value_used_twice_in_one_sequence():
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        y = np.sum(np.concatenate([x, 3 * x, x]) * np.arange(9.0))
    np.testing.assert_allclose(tape.gradient(y, x), np.arange(3) + 3 * np.arange(3, 6) + np.arange(6, 9))


def test_an_unused_source_has_no_gradient():
    with beras.GradientTape(persistent=True) as tape:
        x, unused = tape.watch(X), tape.watch(np.ones((2, 2), np.float32))
        y = np.sum(x)
    assert tape.gradient(y, unused) is None
    zeros = tape.gradient(y, unused, unconnected_gradients="zero")
    assert zeros.shape == (2, 2)
    assert zeros.dtype == np.float32
    assert not zeros.any()
    gx, gu = tape.gradient(y, [x, unused])
    np.testing.assert_array_equal(gx, np.ones(3))
    assert gu is None


def test_a_source_behind_the_target_has_no_gradient():
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        y = x * 2
        z = y * 3
    assert tape.gradient(y, z) is None


def test_the_source_is_the_target():
    with beras.GradientTape(persistent=True) as tape:
        x = tape.watch(X)
        w = beras.Variable(np.ones(2))
        y = x * 2 + w.sum()
    np.testing.assert_array_equal(tape.gradient(x, x), np.ones(3))
    np.testing.assert_array_equal(tape.gradient(y, y), np.ones(3))
    np.testing.assert_array_equal(tape.gradient(w, w), np.ones(2))
    gy, gx = tape.gradient(y, [y, x])
    np.testing.assert_array_equal(gy, np.ones(3))
    np.testing.assert_array_equal(gx, np.full(3, 2.0))


def test_an_intermediate_value_is_a_source():
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        h = x * x
        y = np.sum(h * h) + np.sum(x)
    gh, gx = tape.gradient(y, [h, x])
    np.testing.assert_allclose(gh, 2 * X**2)
    np.testing.assert_allclose(gx, 4 * X**3 + 1)


def test_the_gradient_is_taken_inside_the_with():
    w = beras.Variable(X)
    with beras.GradientTape() as tape:
        y = np.sum(w * w)
        g = tape.gradient(y, w)
        w.assign_sub(0.5 * g)  # the tape is used up, so the Variable is free
        after = w * 2
    np.testing.assert_allclose(g, 2 * X)
    assert type(after) is np.ndarray
    np.testing.assert_array_equal(w.numpy(), np.zeros(3))


def test_tape_in_tape_to_order_4():
    tapes = [beras.GradientTape() for _ in range(4)]
    with tapes[0] as a, tapes[1] as b, tapes[2] as c, tapes[3] as d:
        x = a.watch(np.array(0.7))
        for tape in (b, c, d):
            tape.watch(x)
        y = np.sin(x) * x**3
        first = d.gradient(y, x)
        second = c.gradient(first, x)
        third = b.gradient(second, x)
        fourth = a.gradient(third, x)
    s, co, v = np.sin(0.7), np.cos(0.7), 0.7
    np.testing.assert_allclose(float(first), 3 * v**2 * s + v**3 * co)
    np.testing.assert_allclose(float(second), 6 * v * s + 6 * v**2 * co - v**3 * s)
    np.testing.assert_allclose(float(third), (6 - 9 * v**2) * s + (18 * v - v**3) * co)
    np.testing.assert_allclose(float(fourth), (v**3 - 36 * v) * s + (24 - 12 * v**2) * co)


def test_the_gradient_of_the_outer_tape_after_both_have_ended():
    with beras.GradientTape() as outer:
        x = outer.watch(X)
        with beras.GradientTape() as inner:
            inner.watch(x)
            y = np.sum(np.exp(x))
        g = inner.gradient(y, x)
    np.testing.assert_allclose(outer.gradient(g, x), np.exp(X))


def test_an_inner_gradient_taken_after_the_outer_tape_has_ended_is_plain():
    with beras.GradientTape() as outer:
        x = outer.watch(X)
        with beras.GradientTape() as inner:
            inner.watch(x)
            y = np.sum(x**3)
    g = inner.gradient(y, x)
    assert type(g) is np.ndarray
    np.testing.assert_allclose(g, 3 * X**2)
    np.testing.assert_allclose(outer.gradient(y, x), 3 * X**2)
    with pytest.raises(ValueError, match="nest two tapes"):
        beras.GradientTape(persistent=True).gradient(g, x)


def test_an_inner_persistent_tape_gives_several_gradients_that_the_outer_one_records():
    with beras.GradientTape() as outer:
        x = outer.watch(X)
        with beras.GradientTape(persistent=True) as inner:
            inner.watch(x)
            y, z = np.sum(x**3), np.sum(np.sin(x))
        both = np.sum(inner.gradient(y, x) * inner.gradient(z, x))
    np.testing.assert_allclose(outer.gradient(both, x), 6 * X * np.cos(X) - 3 * X**2 * np.sin(X))


def test_a_variable_watched_by_the_inner_tape_is_followed_by_the_outer_one_too():
    w = beras.Variable(X)
    with beras.GradientTape() as outer:
        with beras.GradientTape() as inner:
            t = inner.watch(w)
            y = np.sum(t**3 * w)
        g = inner.gradient(y, w)
    np.testing.assert_allclose(outer.gradient(g, w), 12 * X**2, rtol=1e-12)


def test_a_persistent_tape_gives_the_same_gradient_again():
    with beras.GradientTape(persistent=True) as tape:
        x = tape.watch(X)
        y = np.sum(x * x * x)
    first, second = tape.gradient(y, x), tape.gradient(y, x)
    np.testing.assert_array_equal(first, second)
    assert first is not second


def test_a_chain_of_100_000_operations():
    with beras.GradientTape() as tape:
        x = tape.watch(np.array(1.0))
        y = x
        for _ in range(100_000):
            y = y * 0.9999
    np.testing.assert_allclose(tape.gradient(y, x), 0.9999**100_000, rtol=1e-9)
    del tape, y  # nothing is torn down recursively either


def test_a_chain_of_20_000_operations_under_two_tapes():
    with beras.GradientTape() as outer:
        x = outer.watch(np.array(1.0))
        with beras.GradientTape() as inner:
            inner.watch(x)
            y = x * x
            for _ in range(20_000):
                y = y * 0.9999
        g = inner.gradient(y, x)
    np.testing.assert_allclose(outer.gradient(g, x), 2 * 0.9999**20_000, rtol=1e-9)


def test_a_list_of_targets_counts_as_their_sum():
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        y, z = x * 2, np.sum(x * x)
    np.testing.assert_allclose(tape.gradient([y, z], x), 2 + 2 * X)


def test_the_same_target_twice_counts_twice():
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        y = x * 2
    np.testing.assert_allclose(tape.gradient([y, y], x), np.full(3, 4.0))


def test_sources_keep_their_structure():
    with beras.GradientTape() as tape:
        x = tape.watch({"a": X, "b": [X * 2, (X * 3,)]})
        y = np.sum(x["a"] * x["b"][0] * x["b"][1][0])
    g = tape.gradient(y, x)
    assert list(g) == ["a", "b"]
    assert isinstance(g["b"][1], tuple)
    np.testing.assert_allclose(g["a"], 6 * X**2)
    np.testing.assert_allclose(g["b"][0], 3 * X**2)
    np.testing.assert_allclose(g["b"][1][0], 2 * X**2)


def test_output_gradients_weigh_the_entries_of_the_target():
    weights = np.array([1.0, 10.0, 100.0])
    with beras.GradientTape(persistent=True) as tape:
        x = tape.watch(X)
        y = np.sin(x)
        z = np.sum(x)
    np.testing.assert_allclose(tape.gradient(y, x, output_gradients=weights), weights * np.cos(X))
    both = tape.gradient([y, z], x, output_gradients=[weights, None])
    np.testing.assert_allclose(both, weights * np.cos(X) + 1)


def test_the_jacobian():
    a = np.arange(6.0).reshape(2, 3)
    with beras.GradientTape(persistent=True) as tape:
        x, w = tape.watch(X), tape.watch(a)
        y = w @ np.sin(x)
    jx, jw = tape.jacobian(y, [x, w])
    np.testing.assert_allclose(jx, a * np.cos(X))
    assert jw.shape == (2, 2, 3)
    np.testing.assert_allclose(jw, np.einsum("ij,k->ijk", np.eye(2), np.sin(X)))


def test_the_jacobian_of_nothing_by_something():
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        y = x[:0]
    assert tape.jacobian(y, x).shape == (0, 3)


def test_the_jacobian_under_an_outer_tape_is_differentiated_again():
    with beras.GradientTape() as outer:
        x = outer.watch(X)
        with beras.GradientTape() as inner:
            inner.watch(x)
            y = x**3
        trace = np.sum(inner.jacobian(y, x))
    np.testing.assert_allclose(outer.gradient(trace, x), 6 * X)


@pytest.fixture
def counted():
    """A primitive that doubles, with a rule that counts its calls."""
    calls = []

    @beras.primitive
    def double(x):
        return x * 2

    def rule(g, ans, x):
        calls.append(x)
        return g * 2

    define(double, rule)
    yield double, calls
    del RULES[double]


def test_pruning_the_rule_of_an_unneeded_record_is_never_called(counted):
    double, calls = counted
    with beras.GradientTape() as tape:
        x, other = tape.watch(X), tape.watch(X)
        double(x)  # leads nowhere
        y = np.sum(double(other)) + np.sum(x * x)  # leads to the target, but comes from no source
        double(y)  # comes after the target
    np.testing.assert_allclose(tape.gradient(y, x), 2 * X)
    assert calls == []


def test_pruning_a_needed_record_is_visited_once(counted):
    double, calls = counted
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        h = double(x)
        y = np.sum(h * h + h)
    np.testing.assert_allclose(tape.gradient(y, x), 2 * (4 * X + 1))
    assert len(calls) == 1


def test_pruning_the_first_layer_never_computes_the_gradient_of_its_input():
    asked = []

    class Affine(beras.Diffable):
        def __init__(self):
            super().__init__()
            self.w = beras.Variable(np.ones((3, 3)))

        def forward(self, inputs):
            self.inputs = inputs
            return inputs @ self.w

        def compose_to_input(self, J):
            asked.append("input")
            return J @ np.transpose(self.w)

        def compose_to_weight(self, J):
            asked.append("weight")
            return [np.transpose(self.inputs) @ J]

    first, second = Affine(), Affine()
    with beras.GradientTape() as tape:
        tape.watch(X)  # not even when something else is watched
        y = np.sum(second(first(np.ones((2, 3)))))
    tape.gradient(y, [first.w, second.w])
    assert asked.count("input") == 1
    assert asked.count("weight") == 2


def test_pruning_one_operand_leaves_the_other_operands_product_out():
    left, right = [], []

    @beras.primitive
    def product(x, y):
        return x @ y

    define(product, lambda g, ans, x, y: left.append(1) or g @ y.T, lambda g, ans, x, y: right.append(1) or x.T @ g)
    try:
        with beras.GradientTape() as tape:
            w = tape.watch(np.ones((3, 2)))
            y = product(np.ones((4, 3)), w)
        tape.gradient(y, w)
    finally:
        del RULES[product]
    assert (left, right) == ([], [1])
