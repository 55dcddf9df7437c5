"""Names made from the names of classes."""

from __future__ import annotations

__all__ = ["snake_case"]


def snake_case(name: str) -> str:
    """Return a class's name in lower case, its words joined by underscores.

    >>> snake_case("MeanSquaredError"), snake_case("KLDivergence"), snake_case("F1Score"), snake_case("Conv2D")
    ('mean_squared_error', 'kl_divergence', 'f1_score', 'conv2d')
    """
    from re import sub

    return sub(r"(?<=[a-z])(?=[A-Z])|(?<=.)(?=[A-Z][a-z])", "_", name).lower()
