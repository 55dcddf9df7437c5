"""Part 1: distances of all pairs, the k smallest of each row, and both together."""

import sys

import numpy as np
import pytest
from kit import check_values, oracle, raises, untouched
from knn import expanded_distances, nearest_neighbors, pairwise_distances, smallest

DATA = np.array(
    [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [-1, 0, 0], [0, -1, 0], [0, 0, -1]],
    dtype=np.float64,
)
QUERIES = np.array(
    [[-0.0105, 0.6725, -0.8447], [-1.5756, 0.7548, -0.1152], [-0.7862, 1.9122, 1.2212], [0.0750, 0.5580, -0.4331]]
)


def distances_by_torch():
    return oracle("knn.distances", lambda torch: torch.cdist(torch.tensor(QUERIES), torch.tensor(DATA)))


@pytest.mark.task("1.1")
@pytest.mark.points(2)
def test_the_distances_are_those_of_torch():
    right = distances_by_torch()
    absolute = np.array([[sum(abs(q - d)) for d in DATA] for q in QUERIES])
    mistakes = {
        "holds the squares of the distances: take the root": right**2,
        "holds sums of absolute differences, which are no Euclidean distances: square them first": absolute,
        "has a row for each data vector: the rows belong to the queries": right.T,
    }
    check_values(pairwise_distances(DATA, QUERIES), right, "distance table", mistakes=mistakes, source="torch")


@pytest.mark.task("1.1")
@pytest.mark.points(1)
def test_far_from_the_origin_no_digit_is_lost():
    far = np.array([[3e8, 4e8], [3e8 + 3, 4e8 + 4]])
    ours = pairwise_distances(far, far)
    cancelled = "comes from q.q - 2 q.d + d.d, where all digits cancel when the vectors are long: subtract them first"
    mistakes = {cancelled: expanded_distances(far, far)}
    check_values(ours, np.array([[0.0, 5.0], [5.0, 0.0]]), "distance table", mistakes=mistakes)


@pytest.mark.task("1.1")
@pytest.mark.points(1)
def test_float32_and_lists_and_tensors():
    right = distances_by_torch()
    single = pairwise_distances(DATA.astype(np.float32), QUERIES.astype(np.float32))
    check_values(single, right, "distance table in float32", dtype="float32", tolerance=1e-5)
    check_values(pairwise_distances(DATA.tolist(), QUERIES.tolist()), right, "distance table of lists")
    torch = sys.modules.get("torch")  # the oracle has imported it, where it is installed
    if torch is not None:
        ours = pairwise_distances(torch.tensor(DATA), torch.tensor(QUERIES))
        assert isinstance(ours, torch.Tensor), "torch tensors in, torch tensors out: use xp where you use np"
        check_values(ours, right, "distance table of torch tensors")


@pytest.mark.task("1.1")
@pytest.mark.points(1)
def test_the_vectors_are_left_as_they_are():
    data, queries = np.array([[1.0, 2.0], [3.0, 5.0]]), np.array([[0.0, 4.0]])
    with untouched(data=data, queries=queries):
        pairwise_distances(data, queries)


TABLE = np.array([[0.9, 0.1, 0.5, 0.7, 0.3], [0.2, 0.8, 0.6, 0.0, 0.4], [5.0, 4.0, 3.0, 2.0, 1.0]])


@pytest.mark.task("1.2")
@pytest.mark.points(2)
def test_the_smallest_come_first_with_their_places():
    values, indices = smallest(TABLE, 3)
    mistakes = {"is that of the largest entries, not of the smallest": [[0, 3, 2], [1, 2, 4], [0, 1, 2]]}
    right = np.array([[1, 4, 2], [3, 0, 4], [4, 3, 2]])
    if np.shape(indices) == right.shape and (np.sort(indices) == np.sort(right)).all():
        ordered = np.array_equal(indices, right)
        assert ordered, f"your indices are the right ones but not sorted: the nearest comes first. Received: {indices}"
    check_values(indices, right, "index table", mistakes=mistakes)
    check_values(values, np.array([[0.1, 0.3, 0.5], [0.0, 0.2, 0.4], [1.0, 2.0, 3.0]]), "table of values")


@pytest.mark.task("1.2")
@pytest.mark.points(1)
def test_one_and_all():
    for k in (1, 5):
        values, indices = smallest(TABLE, k)
        check_values(values, np.sort(TABLE)[:, :k], f"table of values for k = {k}")
        for row, found, where in zip(TABLE, values, indices):
            check_values(row[where], found, f"row[indices] for k = {k}")


@pytest.mark.task("1.2")
@pytest.mark.points(1)
def test_the_table_is_left_as_it_is():
    distances = np.array([[0.4, 0.9, 0.2], [0.3, 0.1, 0.8]])
    with untouched(distances=distances):
        smallest(distances, 2)


@pytest.mark.task("1.3")
@pytest.mark.points(2)
def test_the_neighbors_of_the_sheet():
    answer = nearest_neighbors(DATA, QUERIES, k=2)
    assert isinstance(answer, tuple), f"return a tuple (distances, indices). Received: {type(answer).__name__}"
    assert len(answer) == 2, f"return a tuple (distances, indices). Received: {len(answer)} values"
    distances, indices = answer
    swapped = np.issubdtype(np.asarray(distances).dtype, np.integer)
    assert not swapped, "distances and indices are swapped: return (distances, indices)"
    check_values(indices, np.array([[6, 2], [4, 2], [2, 3], [2, 0]]), "index table")
    right = np.array([[0.6903, 0.9060], [0.9562, 1.5987], [1.7151, 2.0793], [0.6233, 0.7103]])
    check_values(distances, right, "distance table", tolerance=5e-5)


@pytest.mark.task("1.3")
@pytest.mark.points(1)
def test_a_data_vector_is_its_own_nearest_neighbor():
    distances, indices = nearest_neighbors(DATA, DATA[3:5], k=1)
    itself = "is not the vector itself: a query that is among the data is its own nearest neighbour, at distance 0"
    check_values(indices, np.array([[3], [4]]), "index", mistakes={itself: [[0], [0]]})
    check_values(distances, np.zeros((2, 1)), "distance")
    with raises(ValueError, "7"):
        nearest_neighbors(DATA, QUERIES, k=8)
