"""normalize, pad_sequences and split_dataset against the real Keras."""

from __future__ import annotations

import numpy as np
import pytest

import beras
from beras.utils import normalize, pad_sequences, split_dataset
from tests.keras.differences import agree
from tests.keras_oracle import keras as real_keras

RNG = np.random.default_rng(1)
MATRIX = RNG.normal(size=(5, 3))
MATRIX[2] = 0


@pytest.mark.torch
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("order", [1, 2, 3, np.inf])
@pytest.mark.parametrize("axis", [-1, 1])
def test_normalize_is_keras(dtype, order, axis):
    x = MATRIX.astype(dtype)
    found = normalize(x, axis, order)
    agree("utils", found, real_keras().utils.normalize(x, axis, order), rtol=1e-6, atol=1e-7)
    assert found.dtype == dtype


def test_normalize_along_the_first_axis():
    """Keras takes axis 0 for -1 where it divides, and so normalizes the other way round or not at all."""
    np.testing.assert_allclose(np.linalg.norm(normalize(MATRIX, 0), axis=0), 1)
    assert normalize([[3, 4]]).dtype == np.float32


SEQUENCES = [[1], [2, 3], [], [4, 5, 6, 7]]


@pytest.mark.torch
@pytest.mark.parametrize("padding", ["pre", "post"])
@pytest.mark.parametrize("truncating", ["pre", "post"])
@pytest.mark.parametrize("maxlen", [None, 1, 3, 6])
def test_pad_sequences_is_keras(padding, truncating, maxlen):
    options = {"maxlen": maxlen, "padding": padding, "truncating": truncating, "value": -1.0, "dtype": "float32"}
    found, expected = pad_sequences(SEQUENCES, **options), real_keras().utils.pad_sequences(SEQUENCES, **options)
    agree("utils", found, expected, rtol=0, atol=0)
    assert found.dtype == expected.dtype


def test_items_of_several_numbers_and_words():
    pairs = pad_sequences([[[1, 2]], [[3, 4], [5, 6]]])
    np.testing.assert_array_equal(pairs, [[[0, 0], [1, 2]], [[3, 4], [5, 6]]])
    words = pad_sequences([["a"], ["b", "c"]], dtype=object, value="-")
    assert words.tolist() == [["-", "a"], ["b", "c"]]
    np.testing.assert_array_equal(pad_sequences([[1, 2]], maxlen=0), np.zeros((1, 0)))


@pytest.mark.parametrize(
    ("sequences", "options", "message"),
    [
        ([1, 2], {}, "takes a list of sequences. Received among them: 1"),
        ([[1]], {"padding": "both"}, "Unknown padding 'both'"),
        ([[1]], {"value": "x"}, "needs dtype=object"),
        ([[[1, 2]], [[1, 2, 3]]], {}, "must have one shape"),
    ],
)
def test_sequences_that_are_refused(sequences, options, message):
    with pytest.raises(ValueError, match=message):
        pad_sequences(sequences, **options)


@pytest.mark.torch
@pytest.mark.parametrize(
    "sizes", [(0.8, None), (None, 0.3), (3, None), (None, 4), (0.6, 0.4), (8, 3), (0.75, 3)], ids=str
)
def test_both_parts_have_as_many_samples_as_in_keras(sizes):
    x, y = np.arange(22.0).reshape(11, 2), np.arange(11)
    (x_left, y_left), (x_right, y_right) = split_dataset((x, y), *sizes)
    left, right = real_keras().utils.split_dataset((x, y), *sizes)
    assert (len(y_left), len(y_right)) == (len(left), len(right))
    np.testing.assert_array_equal(np.concatenate([y_left, y_right]), np.r_[: len(left), 11 - len(right) : 11])
    np.testing.assert_array_equal(x_left, x[y_left])
    np.testing.assert_array_equal(x_right, x[y_right])


@pytest.mark.parametrize(
    ("sizes", "counts"), [((0.5, 0.3), (6, 3)), ((2, 3), (2, 3)), ((0.75, 2), (8, 2)), ((0.5, 0.5), (6, 5))], ids=str
)
def test_parts_that_leave_samples_out_or_were_both_rounded_up(sizes, counts):
    left, right = split_dataset(np.arange(11), *sizes)
    assert (len(left), len(right)) == counts
    np.testing.assert_array_equal(left, np.arange(11)[: counts[0]])
    np.testing.assert_array_equal(right, np.arange(11)[-counts[1] :])


def test_a_shuffled_split_is_one_of_all_samples_by_its_seed():
    first, last = split_dataset(np.arange(100), 0.6, shuffle=True, seed=3)
    again, _ = split_dataset(np.arange(100), 0.6, shuffle=True, seed=3)
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(np.sort(np.concatenate([first, last])), np.arange(100))
    assert not np.array_equal(first, np.arange(60))
    beras.set_random_seed(4)
    free, _ = split_dataset([np.arange(100)], 0.6, shuffle=True)
    beras.set_random_seed(4)
    assert isinstance(free, list)
    np.testing.assert_array_equal(split_dataset([np.arange(100)], 0.6, shuffle=True)[0][0], free[0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "needs left_size, right_size or both"),
        ({"left_size": 0}, "Received: left_size=0"),
        ({"left_size": 1.0}, "Received: left_size=1.0"),
        ({"right_size": 10}, "Received: right_size=10"),
        ({"right_size": 0.01}, "neither part may be empty"),
        ({"left_size": True}, "Received: left_size=True"),
        ({"left_size": 0.7, "right_size": 0.4}, "more than all 10 samples"),
        ({"left_size": 7, "right_size": 4}, "more than all 10 samples"),
        ({"left_size": 5, "preferred_backend": "torch"}, "preferred_backend=None only"),
    ],
)
def test_splits_that_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        split_dataset(np.arange(10), **options)


def test_arrays_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="Every array must hold as many samples"):
        split_dataset((np.arange(3), np.arange(4)), 0.5)
