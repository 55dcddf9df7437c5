"""The tape's state survives exceptions, pauses, generators and nesting in any order."""

import numpy as np
import pytest

import beras
from beras.autodiff.registry import RULES, define
from beras.autodiff.state import home

X = np.array([1.0, 2.0])


@pytest.fixture(autouse=True)
def nothing_records_before_or_after():
    assert home().tapes == []
    yield
    assert home().tapes == []
    assert home().recording == []
    assert home().paused == 0
    assert not home().debug


def test_an_exception_inside_the_tape():
    w = beras.Variable(X)
    tape = beras.GradientTape()
    with pytest.raises(ZeroDivisionError), tape:
        w * 2 / (1 // 0)
    assert home().recording == []
    assert type(w * 2) is np.ndarray
    w.assign(X)  # nothing holds it
    with tape:
        y = np.sum(w * 3)
    np.testing.assert_array_equal(tape.gradient(y, w), [3.0, 3.0])


def test_an_exception_in_the_inner_tape_leaves_the_outer_one_recording():
    with beras.GradientTape() as outer:
        x = outer.watch(X)
        with pytest.raises(KeyError), beras.GradientTape():
            raise KeyError
        assert home().recording == [outer]
        y = np.sum(x * x)
    np.testing.assert_array_equal(outer.gradient(y, x), 2 * X)


@pytest.fixture
def failing():
    @beras.primitive
    def identity(x):
        return x * 1

    def rule(g, ans, x):
        raise FloatingPointError("no derivative today")

    define(identity, rule)
    yield identity
    del RULES[identity]


@pytest.mark.parametrize("persistent", [False, True])
def test_an_exception_in_a_rule(failing, persistent):
    with beras.GradientTape() as outer:
        x = outer.watch(X)
        with beras.GradientTape(persistent=persistent) as inner:
            inner.watch(x)
            y = np.sum(failing(x))
            z = np.sum(x * x)
            with pytest.raises(FloatingPointError):
                inner.gradient(y, x)
            assert home().recording == ([outer, inner] if persistent else [outer])
            if persistent:
                np.testing.assert_array_equal(inner.gradient(z, x).numpy(), 2 * X)
    np.testing.assert_array_equal(outer.gradient(z, x), 2 * X)


@pytest.mark.parametrize("context", [beras.no_gradient, beras.debug])
def test_an_exception_inside_a_context(context):
    with pytest.raises(KeyError), context():
        raise KeyError


def test_no_gradient_nests():
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        with beras.no_gradient():
            with beras.no_gradient():
                pass
            assert type(x * 2) is np.ndarray
        y = np.sum(x * 2)
    np.testing.assert_array_equal(tape.gradient(y, x), [2.0, 2.0])


def test_stop_recording_pauses_one_tape_only():
    with beras.GradientTape() as outer:
        x = outer.watch(X)
        with beras.GradientTape() as inner:
            inner.watch(x)
            with inner.stop_recording(), inner.stop_recording():
                c = x * x  # a constant for the inner tape
            y = np.sum(c * x)
        g = inner.gradient(y, x)
    np.testing.assert_array_equal(g.numpy(), X**2)
    np.testing.assert_array_equal(outer.gradient(g, x), 2 * X)


def test_stop_gradient():
    w = beras.Variable(X)
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        y = np.sum(x * beras.stop_gradient(x) + w * beras.stop_gradient(w) + beras.stop_gradient(np.ones(2)))
    gx, gw = tape.gradient(y, [x, w])
    np.testing.assert_array_equal(gx, X)
    np.testing.assert_array_equal(gw, X)


def test_a_tape_that_watches_nothing_by_itself():
    v, w = beras.Variable(X), beras.Variable(X)
    with beras.GradientTape(watch_accessed_variables=False) as tape:
        tv = tape.watch(v)
        y = np.sum(tv * w)
    assert [id(variable) for variable in tape.watched_variables()] == [id(v)]
    gv, gw = tape.gradient(y, [v, w])
    np.testing.assert_array_equal(gv, X)
    assert gw is None


def test_a_suspended_generator_and_a_closed_one():
    w = beras.Variable(X)

    def recording():
        with beras.GradientTape() as tape:
            while True:
                yield tape

    source = recording()
    tape = next(source)
    y = np.sum(w * w)  # the generator's tape is open
    np.testing.assert_array_equal(tape.gradient(y, w), 2 * X)
    source.close()
    assert home().tapes == []


def test_tapes_that_end_in_another_order_than_they_began():
    a, b = beras.GradientTape(), beras.GradientTape()
    w = beras.Variable(X)
    a.__enter__()
    b.__enter__()
    y = np.sum(w * w)
    a.__exit__(None, None, None)
    z = np.sum(y * w)
    b.__exit__(None, None, None)
    np.testing.assert_array_equal(a.gradient(y, w), 2 * X)
    np.testing.assert_array_equal(b.gradient(z, w), 5.0 + 2 * X * 3.0)


def test_coroutines_that_take_turns():
    import asyncio

    async def gradient(power):
        w = beras.Variable(X)
        with beras.GradientTape() as tape:
            y = w * 1.0
            for _ in range(power - 1):
                await asyncio.sleep(0)
                y = y * w
        return tape.gradient(y, w)

    async def both():
        return await asyncio.gather(gradient(2), gradient(3))

    square, cube = asyncio.run(both())
    np.testing.assert_allclose(np.asarray(square), 2 * X)
    np.testing.assert_allclose(np.asarray(cube), 3 * X**2)
