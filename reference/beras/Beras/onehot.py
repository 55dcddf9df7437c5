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
        # BEGIN SOLUTION
        self.uniq = np.unique(data)
        # END SOLUTION

    def forward(self, data):
        """Return ``(n, classes)`` float32 for labels ``(n,)``: row ``k`` is 1 at the class of ``data[k]``, 0 elsewhere.

        Fits itself to ``data`` if ``fit`` was not called before. A label that ``fit`` did not see is a ValueError.
        """
        # TASK 1.2: turn labels into rows, without a loop
        # BEGIN SOLUTION
        if self.uniq is None:
            self.fit(data)
        one_hot = np.asarray(data)[:, None] == self.uniq
        unseen = ~one_hot.any(axis=1)
        if unseen.any():
            raise ValueError(f"The encoder was not fitted to the label {np.asarray(data)[unseen][0]!r}.")
        return one_hot.astype(np.float32)
        # END SOLUTION

    def inverse(self, data):
        """Return the labels ``(n,)`` for rows ``(n, classes)``. Before ``fit`` or ``forward``: a RuntimeError."""
        # TASK 1.2: turn rows into labels
        # BEGIN SOLUTION
        if self.uniq is None:
            raise RuntimeError("The encoder knows no classes yet: call fit or forward before inverse.")
        return self.uniq[np.argmax(data, axis=-1)]
        # END SOLUTION
