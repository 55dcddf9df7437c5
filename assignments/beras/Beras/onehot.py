"""Labels as vectors."""

import numpy as np

from Beras.core import Callable


class OneHotEncoder(Callable):
    """Labels to vectors with a single 1, and back.

    Class ``i`` is the ``i``-th of the different labels in ascending order. Labels may be numbers or strings. Keras has
    ``to_categorical``, for class numbers only; scikit-learn has a OneHotEncoder.
    """

    def __init__(self):
        self.uniq = None

    def fit(self, data):
        """Learn the classes: ``self.uniq`` holds the different entries of ``data`` ``(n,)`` in ascending order."""
        # TASK 1.2: find the different labels
        raise NotImplementedError("Task 1.2: find the different labels")

    def forward(self, data):
        """Return ``(n, classes)`` float32 for labels ``(n,)``: row ``k`` is 1 at the class of ``data[k]``, 0 elsewhere.

        Fits itself to ``data`` if ``fit`` was not called before. A label that ``fit`` did not see is a ValueError.
        """
        # TASK 1.2: turn labels into rows, without a loop
        raise NotImplementedError("Task 1.2: turn labels into rows, without a loop")

    def inverse(self, data):
        """Return the labels ``(n,)`` for rows ``(n, classes)``. Before ``fit`` or ``forward``: a RuntimeError."""
        # TASK 1.2: turn rows into labels
        raise NotImplementedError("Task 1.2: turn rows into labels")
