"""The k nearest neighbours: the sheet's example, a plain loop, torch, and what is refused."""

from math import dist

import numpy as np
import pytest

DATA = [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [-1, 0, 0], [0, -1, 0], [0, 0, -1]]
QUERIES = [[-0.0105, 0.6725, -0.8447], [-1.5756, 0.7548, -0.1152], [-0.7862, 1.9122, 1.2212], [0.0750, 0.5580, -0.4331]]
DISTANCES = [[0.6903, 0.9060], [0.9562, 1.5987], [1.7151, 2.0793], [0.6233, 0.7103]]
INDICES = [[6, 2], [4, 2], [2, 3], [2, 0]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_example_of_the_sheet(dtype):
    from knn import nearest_neighbors

    distances, indices = nearest_neighbors(np.array(DATA, dtype), np.array(QUERIES, dtype))
    np.testing.assert_allclose(distances, DISTANCES, atol=5e-5)
    np.testing.assert_array_equal(indices, INDICES)
    assert distances.dtype == dtype


@pytest.mark.torch
def test_torch_tensors_give_torch_tensors():
    torch = pytest.importorskip("torch")
    from knn import nearest_neighbors, pairwise_distances

    data, queries = torch.tensor(DATA, dtype=torch.float32), torch.tensor(QUERIES)
    distances, indices = nearest_neighbors(data, queries, k=2)
    assert isinstance(distances, torch.Tensor)
    assert isinstance(indices, torch.Tensor)
    np.testing.assert_allclose(distances, DISTANCES, atol=5e-5)
    np.testing.assert_array_equal(indices, INDICES)
    torch.testing.assert_close(pairwise_distances(data, queries), torch.cdist(queries, data))
    mixed, _ = nearest_neighbors(DATA, queries)
    torch.testing.assert_close(mixed, distances)


def test_a_loop_finds_the_same():
    from knn import expanded_distances, nearest_neighbors

    rng = np.random.default_rng(1)
    data, queries = rng.normal(size=(60, 5)), rng.normal(size=(9, 5))
    table = np.array([[dist(query, vector) for vector in data] for query in queries])
    for k in (1, 7, 60):
        distances, indices = nearest_neighbors(data, queries, k)
        np.testing.assert_allclose(distances, np.sort(table)[:, :k], rtol=1e-14)
        np.testing.assert_array_equal(indices, np.argsort(table)[:, :k])
    np.testing.assert_allclose(expanded_distances(data, queries), table, rtol=1e-12)


def test_bytes_do_not_wrap_around():
    from knn import pairwise_distances

    black, white = np.zeros((1, 4), np.uint8), np.full((1, 4), 255, np.uint8)
    assert pairwise_distances(white, black) == 510.0


@pytest.mark.parametrize(
    ("data", "queries", "k", "words"),
    [
        (DATA, QUERIES, 0, "k must be from 1 to 7"),
        (DATA, QUERIES, 8, "Received: 8"),
        (DATA, QUERIES[0], 2, "queries must have two axes"),
        (DATA, [[1.0, 2.0]], 2, "Received: 3 and 2"),
    ],
)
def test_what_does_not_fit_is_refused(data, queries, k, words):
    from knn import nearest_neighbors

    with pytest.raises(ValueError, match=words):
        nearest_neighbors(data, queries, k)
