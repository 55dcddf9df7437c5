"""The default float dtype, and the one random generator.

Everything in beras that draws random numbers (initial weights, dropout masks, shuffling) takes them from `generator`,
so `set_random_seed` makes a whole run repeatable: same machine, same versions, same thread count, same bits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy.random import Generator

__all__ = ["FLOATS", "floatx", "generator", "set_floatx", "set_random_seed"]

#: The dtypes in which weights may be.
FLOATS = ("float16", "float32", "float64")
_floatx = "float32"
_generator: Generator | None = None


def floatx() -> str:
    """Return the dtype that new weights get: ``"float32"`` unless `set_floatx` changed it.

    The Keras equivalent is ``keras.config.floatx``.

    >>> floatx()
    'float32'
    """
    return _floatx


def set_floatx(value: str) -> None:
    """Set the dtype that new weights get: ``"float16"``, ``"float32"`` or ``"float64"``.

    Raises:
        ValueError: for any other name.
    """
    from beras.errors import unknown_name

    global _floatx
    if value not in FLOATS:
        raise ValueError(unknown_name("float dtype", value, FLOATS))
    _floatx = value


def generator() -> Generator:
    """Return the one ``numpy.random.Generator`` (PCG64); it is made, from fresh entropy, at its first use."""
    global _generator
    if _generator is None:
        import numpy as np

        _generator = np.random.default_rng()
    return _generator


def set_random_seed(seed: int) -> None:
    """Start the random generator anew from ``seed``, a non-negative integer.

    It also seeds Python's ``random`` and NumPy's legacy generator, as ``keras.utils.set_random_seed`` does.

    Raises:
        ValueError: for a negative seed or one that is not an integer.

    >>> set_random_seed(7)
    >>> first = generator().random()
    >>> set_random_seed(7)
    >>> generator().random() == first
    True
    """
    import random

    import numpy as np

    global _generator
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(f"The seed must be a non-negative integer. Received: {seed!r}.")
    random.seed(int(seed))
    np.random.seed(int(seed) % 2**32)
    _generator = np.random.default_rng(int(seed))
