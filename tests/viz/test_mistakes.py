import numpy as np
import pytest

from beras.viz import plot_mistakes
from tests.viz.reading import texts


def probabilities(*rows):
    return np.array(rows)


def test_the_surest_mistake_comes_first_and_right_answers_do_not_appear():
    images = np.arange(4 * 8 * 8).reshape(4, 8, 8)
    figure = plot_mistakes(
        images, [0, 1, 1, 0], probabilities([0.9, 0.1], [0.8, 0.2], [0.95, 0.05], [0.55, 0.45]), ["cat", "dog"]
    )
    shown = [axes.images[0].get_array() for axes in figure.axes if axes.images]
    assert len(shown) == 2
    np.testing.assert_array_equal(shown[0], images[2])
    np.testing.assert_array_equal(shown[1], images[1])
    assert "The 2 most confident of 2 mistakes in 4 images" in texts(figure)
    assert {"is dog", "says cat  95.0 %", "says cat  80.0 %"} <= set(texts(figure))


def test_certainty_is_never_rounded_up_to_100():
    figure = plot_mistakes(np.zeros((1, 8, 8)), [1], probabilities([0.99999, 0.00001]))
    assert "says 0  99.9 %" in texts(figure)


def test_no_mistakes_is_said():
    figure = plot_mistakes(np.zeros((2, 8, 8)), [0, 1], np.eye(2))
    assert "No mistakes in 2 images" in texts(figure)


def test_no_more_than_count_are_shown():
    figure = plot_mistakes(np.zeros((30, 8, 8)), np.ones(30, int), np.tile([0.9, 0.1], (30, 1)), count=5)
    assert sum(bool(axes.images) for axes in figure.axes) == 5


def test_arrays_that_do_not_belong_together_are_refused():
    with pytest.raises(ValueError, match="Expected images"):
        plot_mistakes(np.zeros((2, 8, 8)), [0], np.eye(2))
