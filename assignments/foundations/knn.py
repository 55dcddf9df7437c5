"""Part 1: the k nearest neighbours of many vectors at once, without a loop."""

from __future__ import annotations

from typing import Any

import numpy as np
from arrays import alike, is_tensor

__all__ = ["expanded_distances", "nearest_neighbors", "pairwise_distances", "smallest"]


def pairwise_distances(data: Any, queries: Any) -> Any:
    """Return the Euclidean distance of every query to every data vector.

    ``distances[i, j] = || queries[i] - data[j] ||``, the root of the sum of the squared differences.

    Args:
        data: shape ``(n_data, features)``.
        queries: shape ``(n_queries, features)``.

    Returns:
        shape ``(n_queries, n_data)``, an array or a torch tensor, as what came in.
    """
    xp, data, queries = alike(data, queries)
    # TASK 1.1: the differences of all pairs by broadcasting, then the length of each
    raise NotImplementedError("Task 1.1: the differences of all pairs by broadcasting, then the length of each")


def smallest(distances: Any, k: int) -> tuple[Any, Any]:
    """Return the ``k`` smallest entries of each row, the smallest first, and where they stand in the row.

    Of equal entries either may come first.

    Args:
        distances: shape ``(n_queries, n_data)``; it is not changed.
        k: from 1 to ``n_data``.

    Returns:
        ``(values, indices)``, each of shape ``(n_queries, k)``.

    The torch equivalent is ``distances.topk(k, largest=False)``.
    """
    if is_tensor(distances):
        return tuple(distances.topk(k, dim=1, largest=False))
    # TASK 1.2: with NumPy, and without sorting whole rows: np.argpartition finds the k smallest, in any order
    raise NotImplementedError("Task 1.2: with NumPy, and without sorting whole rows: np.argpartition finds the k smallest, in any order")


def nearest_neighbors(data: Any, queries: Any, k: int = 2) -> tuple[Any, Any]:
    """Return the distances and the indices of the ``k`` data vectors that are nearest to each query, nearest first.

    Args:
        data: shape ``(n_data, features)``.
        queries: shape ``(n_queries, features)``.
        k: how many, from 1 to ``n_data``.

    Returns:
        ``(distances, indices)``, each of shape ``(n_queries, k)``. ``data[indices[i, 0]]`` is the vector nearest to
        ``queries[i]``; a query that is a data vector itself is its own nearest neighbour, at distance 0.

    Raises:
        ValueError: the shapes do not fit, or there are fewer than ``k`` data vectors.

    The equivalent in scikit-learn is ``NearestNeighbors(n_neighbors=k).fit(data).kneighbors(queries)``.
    """
    _, data, queries = alike(data, queries)
    _check(data, queries, k)
    # TASK 1.3: put the two functions above together
    raise NotImplementedError("Task 1.3: put the two functions above together")


def expanded_distances(data: Any, queries: Any) -> Any:
    """Return what `pairwise_distances` returns, in another way: question Q1 is about this function.

    It expands ``|| q - d ||^2 = q.q - 2 q.d + d.d``, so that the work is one matrix product and no array of shape
    ``(n_queries, n_data, features)`` is made.
    """
    xp, data, queries = alike(data, queries)
    squares = (queries**2).sum(1)[:, None] - 2 * (queries @ data.T) + (data**2).sum(1)
    return xp.sqrt(xp.where(squares > 0, squares, xp.zeros_like(squares)))


def _check(data: Any, queries: Any, k: int) -> None:
    for name, array in (("data", data), ("queries", queries)):
        if array.ndim != 2:
            raise ValueError(f"{name} must have two axes, (vectors, features). Received: shape {tuple(array.shape)}.")
    if data.shape[1] != queries.shape[1]:
        raise ValueError(
            f"data and queries must have equally many features. Received: {data.shape[1]} and {queries.shape[1]}."
        )
    if not 1 <= k <= data.shape[0]:
        raise ValueError(f"k must be from 1 to {data.shape[0]}, the number of data vectors. Received: {k}.")
