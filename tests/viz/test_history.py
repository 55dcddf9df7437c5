import numpy as np
import pytest

from beras.callbacks import History
from beras.viz import plot_history
from tests.viz.reading import texts

HISTORY = {"loss": [1.0, 0.5, 0.25], "accuracy": [0.5, 0.75, 0.875], "val_loss": [1.1, 0.6, 0.4]}


def test_each_curve_has_the_values_of_its_name_over_the_epochs_from_1():
    loss, accuracy = plot_history(HISTORY).axes
    assert [line.get_ydata().tolist() for line in loss.lines] == [HISTORY["loss"], HISTORY["val_loss"]]
    assert [line.get_ydata().tolist() for line in accuracy.lines] == [HISTORY["accuracy"]]
    assert loss.lines[0].get_xdata().tolist() == [1, 2, 3]


def test_the_test_values_are_one_point_at_the_last_epoch():
    figure = plot_history(HISTORY, test={"loss": 0.3, "accuracy": 0.8125})
    point = figure.axes[1].lines[-1]
    assert (point.get_xdata()[0], point.get_ydata()[0]) == (3, 0.8125)
    assert "test 81.25 %" in texts(figure)


def test_it_takes_a_history_and_one_epoch():
    history = History()
    history.on_epoch_end(0, {"loss": 0.5})
    assert len(plot_history(history).axes) == 1


def test_a_history_with_a_nan_can_still_be_drawn(tmp_path):
    plot_history({"loss": [0.5, float("nan")]}).savefig(tmp_path / "h.png")


def test_an_empty_history_is_refused():
    with pytest.raises(ValueError, match="at least one epoch"):
        plot_history({"loss": []})


def test_labels_at_the_ends_do_not_overlap():
    figure = plot_history({"loss": [1.0, 0.5], "val_loss": [1.0, 0.5]}, test={"loss": 0.5})
    axes = figure.axes[0]
    heights = sorted(text.xy[1] for text in axes.texts)
    low, high = axes.get_ylim()
    assert np.all(np.diff(heights) > 0.05 * (high - low))
