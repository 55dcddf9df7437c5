import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from beras.viz import confusion_counts, plot_confusion
from tests.viz.reading import texts


def test_counts_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    true, predicted = rng.integers(0, 7, 500), rng.integers(0, 7, 500)
    np.testing.assert_array_equal(confusion_counts(true, predicted, 7), confusion_matrix(true, predicted))


def test_a_class_that_never_occurs_keeps_its_row():
    assert confusion_counts([0, 2], [0, 2], 4).shape == (4, 4)


@pytest.mark.parametrize(("true", "predicted"), [([], []), ([0, 1], [0]), ([-1], [0]), ([5], [0])])
def test_labels_that_do_not_fit_are_refused(true, predicted):
    with pytest.raises(ValueError, match="abels"):
        confusion_counts(true, predicted, 3)


def test_the_title_counts_what_is_right_and_zeros_are_not_written():
    figure = plot_confusion([0, 0, 1, 1], [0, 1, 1, 1], ["cat", "dog"])
    written = texts(figure)
    assert "3 of 4 right (75.00 %)" in written
    assert {"cat", "dog", "taken for", "true class"} <= set(written)
    assert "0" not in written


def test_a_perfect_result_can_be_drawn(tmp_path):
    plot_confusion(np.arange(10), np.arange(10)).savefig(tmp_path / "c.png")
