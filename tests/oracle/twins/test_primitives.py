"""The twin of indexing: every kind of index that NumPy knows picks the same entries in torch."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from beras.oracle.twins.primitives import picked  # noqa: E402

pytestmark = pytest.mark.torch

CUBE = np.arange(60.0).reshape(3, 4, 5)
#: One of each kind of part that an index may have.
PARTS = [
    -1,
    np.int64(1),
    np.array(1),
    slice(None),
    slice(2, 0, -1),
    slice(-100, 100, -3),
    slice(5, 1),
    slice(None, None, 2),
    None,
    ...,
    [0, 1],
    [],
    range(2),
    np.array([[1], [0]]),
    np.array([1], np.uint8),
    True,
    False,
    np.array([True, False, True]),
    CUBE[:, :, 0] > 20,
]


@pytest.mark.parametrize("length", [1, 2, 3])
def test_every_combination_of_parts(length):
    checked = 0
    for index in itertools.product(PARTS, repeat=length):
        try:
            expected = CUBE[index]
        except IndexError:
            continue
        found = picked(torch.tensor(CUBE), index).numpy()
        assert found.shape == expected.shape, index
        assert np.array_equal(found, expected), index
        checked += 1
    assert checked > 10**length


@pytest.mark.parametrize(
    "index",
    [
        (slice(None), [0, 1], ..., -1),
        ([0, 1], ..., np.array([[1], [0]]), -1),
        (0, None, [1], ..., True),
        (slice(None), [0, 1], ..., [1, 1]),
        (..., None, 0, slice(None, None, -1), [1, 0]),
    ],
    ids=str,
)
def test_an_ellipsis_parts_index_arrays_even_if_it_stands_for_no_axis(index):
    np.testing.assert_array_equal(picked(torch.tensor(CUBE), index).numpy(), CUBE[index])
