"""Task 1.2: OneHotEncoder."""

import numpy as np
import pytest
from Beras.onehot import OneHotEncoder
from kit import check_values, raises

LABELS = np.array([7, 3, 7, 1, 9, 3])
ROWS = np.array([[0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 1, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 1, 0, 0]])
AS_THEY_COME = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 1, 0, 0]])


@pytest.mark.task("1.2")
@pytest.mark.points(1)
def test_classes_are_in_ascending_order():
    encoder = OneHotEncoder()
    encoder.fit(LABELS)
    check_values(
        encoder.uniq,
        [1, 3, 7, 9],
        "uniq",
        mistakes={"has the labels in the order in which they come: sort them (np.unique does)": np.array([7, 3, 1, 9])},
    )
    check_values(
        encoder(LABELS),
        ROWS,
        "encoding",
        dtype="float32",
        mistakes={"has the classes in the order in which they come, and not in ascending order": AS_THEY_COME},
    )


@pytest.mark.task("1.2")
@pytest.mark.points(1)
def test_inverse_gives_the_labels_back():
    encoder = OneHotEncoder()
    check_values(encoder.inverse(encoder(LABELS)), LABELS, "inverse")
    words = np.array(["shirt", "bag", "shirt"])
    encoder = OneHotEncoder()
    check_values(encoder(words), np.array([[0, 1], [1, 0], [0, 1]]), "encoding of strings")
    back = encoder.inverse(np.array([[1.0, 0.0], [0.0, 1.0]]))
    if list(back) != ["bag", "shirt"]:
        pytest.fail(f"inverse must give ['bag', 'shirt'] back. Received: {list(back)}")


@pytest.mark.task("1.2")
@pytest.mark.points(1)
def test_what_was_fitted_stays():
    encoder = OneHotEncoder()
    encoder.fit(np.arange(4))
    hint = "forward fits only if fit was never called: keep the classes of fit"
    check_values(encoder(np.array([2, 0])), np.array([[0, 0, 1, 0], [1, 0, 0, 0]]), "encoding", hint=hint)
    check_values(encoder(np.array([3])), np.array([[0, 0, 0, 1]]), "encoding of one label", hint=hint)


@pytest.mark.task("1.2")
@pytest.mark.points(1)
def test_what_cannot_be_encoded_is_an_error():
    with raises(RuntimeError, "fit"):
        OneHotEncoder().inverse(np.eye(3))
    encoder = OneHotEncoder()
    encoder.fit(np.arange(4))
    with raises(ValueError, "7"):
        encoder(np.array([1, 7]))
