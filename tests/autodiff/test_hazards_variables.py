"""A Variable outside tapes: plain NumPy in everything but its own writes."""

import copy
import operator
import pickle

import numpy as np
import pytest

import beras


def variable(**options):
    return beras.Variable(np.array([[1.0, 2.0], [3.0, 4.0]], np.float32), **options)


VIEWS = {
    "value": lambda w: w.value,
    "T": lambda w: w.T,
    "row": lambda w: w[0],
    "slice": lambda w: w[:, 1:],
    "reshape": lambda w: np.reshape(w, (4,)),
    "method": lambda w: w.reshape(-1),
    "ravel": lambda w: np.ravel(w),
    "asarray": np.asarray,
    "transpose": lambda w: np.transpose(w),
    "expand": lambda w: np.expand_dims(w, 0),
    "split": lambda w: np.split(w, 2)[0],
    "diagonal": lambda w: np.diagonal(w),
    "flat slice": lambda w: np.atleast_3d(w),
}


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_views_are_read_only_arrays(view):
    w = variable()
    seen = view(w)
    assert type(seen) is np.ndarray
    with pytest.raises(ValueError, match="read-only"):
        seen[...] = 0


@pytest.mark.parametrize("own", [lambda w: w.numpy(), lambda w: w.copy(), np.array, lambda w: w * 1, np.copy])
def test_copies_are_the_callers_own(own):
    w = variable()
    mine = own(w)
    mine[...] = 0
    np.testing.assert_array_equal(w.numpy(), [[1.0, 2.0], [3.0, 4.0]])
    assert w.version == 0


def test_the_initial_value_is_copied():
    a = np.ones(2)
    w = beras.Variable(a)
    a[0] = 5.0
    np.testing.assert_array_equal(w.numpy(), [1.0, 1.0])


def test_arithmetic_gives_arrays():
    w = variable()
    for result in (w * 2, 2 - w, -w, w @ w, np.sin(w), w.sum(axis=0), w > 1, abs(w), w**2, np.stack([w, w])):
        assert type(result) is np.ndarray
        assert result.dtype in (np.float32, bool)


@pytest.mark.parametrize(
    ("given", "dtype", "expected"),
    [
        ([1, 2], None, "float32"),
        (3, None, "float32"),
        (3.0, None, "float32"),
        (np.arange(2), None, "float32"),
        (np.ones(2), None, "float64"),
        (np.float16(1), None, "float16"),
        (np.ones(2), "float32", "float32"),
    ],
)
def test_its_dtype(given, dtype, expected):
    assert beras.Variable(given, dtype=dtype).dtype == expected


def test_an_integer_variable_counts_but_does_not_train():
    with pytest.raises(TypeError, match="must be floating-point"):
        beras.Variable(0, dtype="int64")
    step = beras.Variable(0, dtype="int64", trainable=False)
    step.assign_add(3)
    assert step.dtype == np.int64
    assert operator.index(step) == 3
    assert list(range(step)) == [0, 1, 2]


def test_the_assign_family_writes_in_place_and_counts_versions():
    w = variable()
    view = w.value
    assert w.assign(np.zeros((2, 2))) is w
    assert w.assign_add(np.array([1.0, 2.0])) is w
    assert w.assign_sub(0.5) is w
    w[0, 0] = 9.0
    w[1] = [7.0, 8.0]
    before = w
    w += 1
    w *= 2
    w -= 1
    w /= 2
    w **= 2
    assert w is before
    assert w.version == 10
    expected = ((np.array([[9.0, 1.5], [7.0, 8.0]]) + 1) * 2 - 1) / 2
    np.testing.assert_allclose(w.numpy(), expected**2)
    assert view is w.value  # the same memory all along
    np.testing.assert_array_equal(view, w.numpy())
    assert w.dtype == np.float32


def test_assign_takes_another_variable_and_itself():
    v, w = variable(), beras.Variable(np.zeros((2, 2)), dtype="float32")
    w.assign(v)
    w.assign(w.T)  # a view of its own memory
    np.testing.assert_array_equal(w.numpy(), [[1.0, 3.0], [2.0, 4.0]])
    w += w
    np.testing.assert_array_equal(w.numpy(), [[2.0, 6.0], [4.0, 8.0]])


@pytest.mark.parametrize("value", [np.ones(2), 1.0, np.ones((2, 3)), np.ones((1, 2, 2))])
def test_assign_refuses_another_shape(value):
    w = variable(name="kernel")
    with pytest.raises(ValueError, match=r"'kernel' has shape \(2, 2\).*Received: shape"):
        w.assign(value)
    assert w.version == 0


@pytest.mark.parametrize("value", [np.full((2, 2), 1j), [["a", "b"], ["c", "d"]], np.full((2, 2), None)])
def test_assign_refuses_what_is_no_real_number(value):
    w = variable()
    with pytest.raises(TypeError, match="takes real numbers"):
        w.assign(value)
    np.testing.assert_array_equal(w.numpy(), [[1.0, 2.0], [3.0, 4.0]])


def test_an_update_of_a_wrong_shape_changes_nothing():
    w = variable()
    with pytest.raises(ValueError, match="broadcast"):
        w += np.ones(3)
    with pytest.raises(ValueError, match="broadcast"):
        w -= np.ones((3, 2, 2))
    np.testing.assert_array_equal(w.numpy(), [[1.0, 2.0], [3.0, 4.0]])


def test_a_frozen_variable_is_not_followed():
    w = variable(trainable=False)
    with beras.GradientTape() as tape:
        assert type(w * 2) is np.ndarray
        x = tape.watch(np.ones((2, 2)))
        y = np.sum(x * w)
    gx, gw = tape.gradient(y, [x, w])
    np.testing.assert_array_equal(gx, w.numpy())
    assert gw is None


def test_a_frozen_variable_can_be_watched():
    w = variable(trainable=False)
    with beras.GradientTape() as tape:
        tape.watch(w)
        y = np.sum(w * w)
    np.testing.assert_array_equal(tape.gradient(y, w), 2 * w.numpy())


def test_copies_and_pickles_are_new_variables():
    w = variable(name="kernel", trainable=False)
    for other in (copy.copy(w), copy.deepcopy(w), pickle.loads(pickle.dumps(w))):
        assert (other.name, other.trainable, other.dtype) == ("kernel", False, np.float32)
        other.assign(np.zeros((2, 2)))
        assert hash(other) != hash(w)
    np.testing.assert_array_equal(w.numpy(), [[1.0, 2.0], [3.0, 4.0]])


def test_an_unknown_attribute_is_an_attribute_error():
    w = variable()
    assert not hasattr(w, "nonsense")
    with pytest.raises(AttributeError, match=r"Write np\.where"):
        w.put([0], [1.0])


def test_a_variable_without_a_value():
    with pytest.raises(TypeError, match=r"needs its first value.*Received: None"):
        beras.Variable(None)
