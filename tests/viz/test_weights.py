import numpy as np
import pytest

from beras.viz import plot_weights
from tests.viz.reading import texts


def shown(figure):
    return [axes.images[0].get_array() for axes in figure.axes if axes.images]


@pytest.mark.parametrize("shape", [(8, 8), (28, 28)])
def test_a_layer_of_classes_is_drawn_in_the_order_of_the_classes(shape):
    kernel = np.random.default_rng(0).normal(size=(shape[0] * shape[1], 10))
    figure = plot_weights(kernel, shape, list("0123456789"))
    images = shown(figure)
    assert len(images) == 10
    np.testing.assert_array_equal(images[3], kernel[:, 3].reshape(shape))
    assert set("0123456789") <= set(texts(figure))


def test_of_many_units_the_strongest_are_drawn_first():
    kernel = np.ones((4, 100)) * np.arange(100)
    images = shown(plot_weights(kernel, (2, 2), count=48))
    assert len(images) == 48
    assert images[0][0, 0] == 99
    assert images[47][0, 0] == 52


def test_colours_are_symmetric_about_zero():
    figure = plot_weights(np.array([[0.0, 1.0], [3.0, -2.0]]), (1, 2), ["a", "b"])
    low, high = figure.axes[0].images[0].get_clim()
    assert low == -high


def test_weights_that_are_all_zero_and_a_single_unit_can_be_drawn(tmp_path):
    plot_weights(np.zeros((4, 1)), (2, 2)).savefig(tmp_path / "w.png")


def test_a_kernel_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"\(784, units\).*\(64, 10\)"):
        plot_weights(np.zeros((64, 10)), (28, 28))
    with pytest.raises(ValueError, match="10 unit names"):
        plot_weights(np.zeros((64, 10)), (8, 8), ["a"])
