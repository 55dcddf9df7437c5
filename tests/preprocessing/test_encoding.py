"""to_categorical and OneHotEncoder."""

from __future__ import annotations

import numpy as np
import pytest

import beras
from tests.keras_oracle import keras as real_keras


@pytest.mark.torch
@pytest.mark.parametrize(
    ("x", "count"), [([1, 0, 2], None), ([[1], [0]], 4), (np.array([[1, 0], [2, 2]]), None), ([], 3)]
)
def test_to_categorical_is_keras(x, count):
    keras = real_keras()

    x = np.array(x, dtype=np.int64)
    expected = keras.utils.to_categorical(x, count)
    found = beras.to_categorical(x, count)
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == np.float32


@pytest.mark.parametrize(("x", "count"), [([3], 3), ([-1], None), ([0.5], None)])
def test_class_numbers_out_of_range_are_refused(x, count):
    with pytest.raises(ValueError, match="Class numbers must"):
        beras.to_categorical(x, count)


def test_one_hot_encodes_and_decodes_any_labels():
    encode = beras.OneHotEncoder()
    with pytest.raises(RuntimeError, match="fit"):
        encode.inverse(np.eye(2))
    labels = np.array([5, 0, 4, 1, 9, 2])
    rows = encode(labels)
    np.testing.assert_array_equal(rows.argmax(1), [4, 0, 3, 1, 5, 2])
    np.testing.assert_array_equal(rows.sum(1), 1)
    np.testing.assert_array_equal(encode.inverse(rows), labels)
    with pytest.raises(ValueError, match="Label 7 was not among"):
        encode([7])
    with pytest.raises(ValueError, match="Rows of length 6"):
        encode.inverse(np.eye(3))
    with pytest.raises(ValueError, match="at least one label"):
        encode.fit([])
