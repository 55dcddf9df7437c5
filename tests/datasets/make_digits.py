"""Make ``beras/datasets/digits.npz`` from scikit-learn's copy of the data: ``python tests/datasets/make_digits.py``.

``test_digits.py`` holds the file against what ``split_digits`` returns.
"""

from pathlib import Path

import numpy as np

PATH = Path(__file__).parents[2] / "beras" / "datasets" / "digits.npz"


def split_digits() -> dict[str, np.ndarray]:
    """Return the arrays to embed: of each class every fifth image, beginning with the third, is for the test."""
    from sklearn.datasets import load_digits

    source = load_digits()
    images, labels = source.images.astype(np.uint8), source.target.astype(np.uint8)
    is_test = np.zeros(len(labels), bool)
    for label in range(10):
        is_test[np.flatnonzero(labels == label)[2::5]] = True
    return {
        "x_train": images[~is_test],
        "y_train": labels[~is_test],
        "x_test": images[is_test],
        "y_test": labels[is_test],
    }


if __name__ == "__main__":
    np.savez_compressed(PATH, **split_digits())
    print(f"{PATH}: {PATH.stat().st_size:,} bytes")
