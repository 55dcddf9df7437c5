"""A gradient is the caller's own array: writing into it changes nothing else."""

import numpy as np
import pytest

import beras
from beras.autodiff.registry import RULES, define


def write_and_check(results, others):
    """Write into each result; no other result and none of ``others`` may change."""
    arrays = [*results, *others]
    assert len({id(a) for a in arrays}) == len(arrays)
    for result in results:
        before = [a.copy() for a in arrays]
        assert result.flags.writeable
        result += 1000.0
        for a, b in zip(arrays, before, strict=True):
            if a is not result:
                np.testing.assert_array_equal(a, b)


PROGRAMS = {
    "sum": lambda x, y: x + y,
    "pass-through": lambda x, y: (+x) + (+y) + x,
    "difference": lambda x, y: x - y,
    "product": lambda x, y: x * y,
    "reshape": lambda x, y: x.reshape(3, 2).reshape(2, 3) + y.T.T,
    "total": lambda x, y: np.sum(x) + np.sum(y),
    "rows": lambda x, y: x[0] + y[1],
    "stack": lambda x, y: np.stack([x, y]),
    "concatenate": lambda x, y: np.concatenate([x, y, x]),
    "broadcast": lambda x, y: np.broadcast_to(x, (4, 2, 3)) + y,
    "where": lambda x, y: np.where(True, x, y),
    "itself": lambda x, y: x,
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
@pytest.mark.parametrize("seeded", [False, True], ids=["ones", "given"])
def test_results_share_no_memory(program, seeded):
    a, b = np.arange(6.0).reshape(2, 3), np.arange(6.0, 12.0).reshape(2, 3)
    with beras.GradientTape(persistent=True) as tape:
        x, y = tape.watch(a), tape.watch(b)
        h = x * 1.0
        target = program(h, y)
    seed = np.ones(np.shape(target)) if seeded else None
    results = tape.gradient(target, [x, h, y, x, target], seed, unconnected_gradients="zero")
    recorded = [v for r in tape.records for v in (*r.args, r.ans) if isinstance(v, np.ndarray)]
    seeds = [seed] if seeded and np.ndim(seed) else []
    write_and_check([g for g in results if np.ndim(g)], [a, b, *seeds])
    again = tape.gradient(target, [x, h, y, x, target], unconnected_gradients="zero")
    for g, other in zip(results, again, strict=True):
        assert g is not other or np.ndim(g) == 0
        assert not any(np.shares_memory(g, r) for r in recorded)


def test_a_list_of_targets_with_one_given_array():
    seed = np.ones(3)
    with beras.GradientTape() as tape:
        x, y = tape.watch(np.ones(3)), tape.watch(np.ones(3))
        both = [x + 0.0, y + 0.0]
    results = tape.gradient(both, [x, y, *both], [seed, seed])
    write_and_check(results, [seed])


def test_rules_of_ones_own_that_hand_out_what_they_hold():
    a = np.arange(3.0)
    constant = np.ones(3)

    class Hand(beras.Diffable):
        def forward(self, inputs):
            self.inputs = inputs
            return inputs * 2

        def compose_to_input(self, J):
            return self.inputs

    custom = beras.custom_gradient(lambda x: (x * 2, lambda g: constant))

    @beras.primitive
    def mine(x):
        return x * 2

    define(mine, lambda g, ans, x: x)
    try:
        for f in (Hand(), custom, mine):
            with beras.GradientTape() as tape:
                x = tape.watch(a)
                y = f(x)
            write_and_check([tape.gradient(y, x)], [a, constant])
            with beras.GradientTape() as outer:
                x = outer.watch(a)
                with beras.GradientTape() as tape:
                    tape.watch(x)
                    y = f(x)
            write_and_check([tape.gradient(y, x)], [a, constant])  # the outer tape has ended: plain arrays
    finally:
        del RULES[mine]


def test_accumulation_never_writes_into_an_array_it_was_handed():
    handed = np.ones(3)
    custom = beras.custom_gradient(lambda x: (x * 2, lambda g: handed))
    with beras.GradientTape() as tape:
        x = tape.watch(np.arange(3.0))
        y = custom(x) + custom(x) + custom(x) + custom(x)
    np.testing.assert_array_equal(tape.gradient(y, x), np.full(3, 4.0))
    np.testing.assert_array_equal(handed, np.ones(3))
    seed = np.ones(3)
    with beras.GradientTape() as tape:
        x = tape.watch(np.arange(3.0))
        y = x + x
        z = y + x
    np.testing.assert_array_equal(tape.gradient([z, z, y], x, [seed, seed, seed]), np.full(3, 8.0))
    np.testing.assert_array_equal(seed, np.ones(3))


def test_the_jacobian_and_the_functional_forms():
    a = np.arange(3.0)
    with beras.GradientTape() as tape:
        x, y = tape.watch(a), tape.watch(a)
        z = x + y
    write_and_check(tape.jacobian(z, [x, y, x]), [a])
    value, pullback = beras.vjp(lambda x: x, a)
    seed = np.ones(3)
    write_and_check([pullback(seed)[0], pullback(seed)[0]], [a, seed])
    np.testing.assert_array_equal(value, a)
