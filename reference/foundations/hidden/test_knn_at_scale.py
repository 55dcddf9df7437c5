"""Part 1 with more data, by brute force."""

from math import dist

import numpy as np
import pytest
from kit import check_values
from knn import nearest_neighbors

pytestmark = pytest.mark.visibility("hidden")


@pytest.mark.task("1.3")
@pytest.mark.points(2)
def test_many_queries_against_a_loop():
    rng = np.random.default_rng(7)
    data, queries = rng.normal(size=(300, 8)), rng.normal(size=(40, 8))
    distances, indices = nearest_neighbors(data, queries, k=10)
    for query, found, where in zip(queries, distances, indices):
        every = [dist(query, vector) for vector in data]
        check_values(found, sorted(every)[:10], "distances")
        check_values(where, sorted(range(300), key=every.__getitem__)[:10], "indices")
