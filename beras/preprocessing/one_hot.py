"""OneHotEncoder: labels of any kind as one-hot rows, and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.core import Callable

__all__ = ["OneHotEncoder"]


class OneHotEncoder(Callable):
    """Turn labels, numbers or strings, into one-hot rows and back.

    `fit` learns the set of labels, sorted; `forward` encodes (and fits first if nothing was fitted); `inverse` decodes.
    The scikit-learn equivalent is ``sklearn.preprocessing.LabelBinarizer``.

    >>> encode = OneHotEncoder()
    >>> encode.fit(["cat", "dog", "emu"])
    >>> encode(["emu", "cat"])
    array([[0., 0., 1.],
           [1., 0., 0.]])
    >>> encode.inverse(encode(["emu", "cat"]))
    array(['emu', 'cat'], dtype='<U3')
    """

    def fit(self, data: Any) -> None:
        """Learn which labels there are, from ``data`` of any shape."""
        labels = np.asarray(data)
        if labels.size == 0:
            raise ValueError("OneHotEncoder.fit needs at least one label. Received: none.")
        self.uniq = np.unique(labels)
        self.vecs = np.eye(len(self.uniq))
        self.uniq2oh = {label: self.vecs[i] for i, label in enumerate(self.uniq.tolist())}

    def forward(self, data: Any) -> np.ndarray:
        """Return the one-hot rows of ``data``, ``(batch,) -> (batch, n_labels)``.

        Raises:
            ValueError: for a label that `fit` has not seen.
        """
        if not hasattr(self, "uniq"):
            self.fit(data)
        labels = np.asarray(data)
        places = np.searchsorted(self.uniq, labels)
        places = np.minimum(places, len(self.uniq) - 1)
        strange = self.uniq[places] != labels
        if np.any(strange):
            raise ValueError(
                f"Label {labels[strange].flat[0].item()!r} was not among those that fit saw: "
                f"{self.uniq.tolist()[:20]}. Fit the encoder on all the labels there can be."
            )
        return self.vecs[places]

    def inverse(self, data: Any) -> np.ndarray:
        """Return the labels of one-hot rows (or of probabilities: the most probable), ``(batch, n) -> (batch,)``.

        Raises:
            RuntimeError: before `fit`.
            ValueError: for rows of another length.
        """
        if not hasattr(self, "uniq"):
            raise RuntimeError("OneHotEncoder.inverse needs to know the labels: call fit(data) or forward(data) first.")
        rows = np.asarray(data)
        if rows.shape[-1] != len(self.uniq):
            raise ValueError(
                f"Rows of length {len(self.uniq)} are expected, one place per label. Received: {rows.shape}."
            )
        return self.uniq[np.argmax(rows, axis=-1)]
