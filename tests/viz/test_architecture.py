from itertools import pairwise

import numpy as np
import pytest
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.patches import Rectangle

import beras
from beras import layers as L
from beras.training import resolve
from beras.training.build import build_model
from beras.viz import draw_model
from tests.viz.reading import texts


def model_of(*layers, shape=(8, 8), name="net"):
    return beras.Sequential([beras.Input(shape), *layers], name=name)


def convolutional(deep=1):
    blocks = [
        layer
        for _ in range(deep)
        for layer in (L.Conv2D(16, 3, padding="same", activation="relu"), L.BatchNormalization(), L.Dropout(0.1))
    ]
    return model_of(*blocks, L.MaxPooling2D(), L.Flatten(), L.Dense(20, "relu"), L.Dense(10), shape=(28, 28, 3))


def without_dense():
    return model_of(L.Conv2D(4, 3), L.ReLU(), L.MaxPooling2D(), L.Conv2D(1, 1), shape=(12, 12, 3))


def trained(model):
    return build_model(resolve("mnist", model=model), (28, 28), 10, 255, 100)


def of(figure, kind):
    axes = figure.axes[0]
    return [artist for artist in (*axes.patches, *axes.collections) if isinstance(artist, kind)]


def segments(figure):
    return sum(len(lines.get_segments()) for lines in of(figure, LineCollection))


def test_every_layer_is_named_with_its_size_and_parameters():
    figure = draw_model(
        model_of(
            beras.Rescaling(1 / 16),
            beras.Flatten(),
            beras.Dense(32, "relu"),
            beras.Dropout(0.5),
            beras.Dense(10, "softmax"),
        )
    )
    written = "\n".join(texts(figure))
    for part in (
        "8 x 8",
        "Rescaling 1/16",
        "Flatten",
        "64 values",
        "Dense 32",
        "2,080 parameters",
        "Dropout 0.5",
        "softmax",
    ):
        assert part in written
    assert "net: 2,410 parameters" in written


def test_the_convolutional_model_of_beras_train_is_drawn_with_the_shapes_that_its_layers_give():
    written = "\n".join(texts(draw_model(trained("cnn"))))
    for part in ("28 x 28 x 1", "26 x 26 x 32", "13 x 13 x 32", "11 x 11 x 64", "5 x 5 x 64", "1,600 values"):
        assert part in written
    assert written.count("Conv2D 3x3") == written.count("MaxPooling2D 2x2") == 2
    assert "784 values" not in written


@pytest.mark.parametrize("hidden", [[], [512, 256, 128, 64, 32, 16]])
def test_shallow_and_deep_models_can_be_drawn(hidden, tmp_path):
    layers = [beras.Dense(n, "tanh") for n in hidden]
    figure = draw_model(model_of(beras.Flatten(), *layers, beras.Dense(10, "softmax"), shape=(28, 28)))
    figure.savefig(tmp_path / "m.png")


def test_a_flat_input_is_a_column_without_a_picture():
    figure = draw_model(model_of(beras.Dense(3), beras.Activation("relu"), beras.Dense(1), shape=(4,)))
    assert not figure.axes[0].patches
    assert "Activation relu" in texts(figure)


def test_units_are_drawn_one_by_one_up_to_twelve():
    axes = draw_model(model_of(beras.Dense(12), beras.Dense(13), shape=(2,))).axes[0]
    sizes = [len(c.get_offsets()) for c in axes.collections if hasattr(c, "get_sizes") and len(c.get_sizes())]
    assert sizes == [2, 12, 12, 3]


def test_images_have_sheets_and_no_units():
    figure = draw_model(without_dense())
    assert not of(figure, PathCollection)
    # 3, 4, 4 and 1 sheets, and a window and a pixel for each of the three layers that have windows.
    assert len(of(figure, Rectangle)) == 3 + 4 + 4 + 1 + 3 * 2
    assert segments(figure) == 3 * 2


def test_only_columns_are_joined_unit_by_unit():
    figure = draw_model(convolutional())
    windows = 2
    assert segments(figure) == windows * 2 + 12 * 12 + 12 * 10
    # 3 dots in each of the columns of 3,136 values and of 20 units.
    assert sum(len(units.get_offsets()) for units in of(figure, PathCollection)) == (12 + 3) + (12 + 3) + 10


def test_a_window_is_as_large_as_the_kernel_in_proportion_to_the_image():
    figure = draw_model(model_of(L.Conv2D(1, (3, 6)), shape=(12, 24, 1)))
    before, after, window, pixel = of(figure, Rectangle)[:4]
    assert window.get_height() / before.get_height() == pytest.approx(3 / 12)
    assert window.get_width() / before.get_width() == pytest.approx(6 / 24)
    assert pixel.get_height() / after.get_height() == pytest.approx(1 / 10)
    assert pixel.get_width() / after.get_width() == pytest.approx(1 / 19)
    for inner, outer in ((window, before), (pixel, after)):
        box, frame = inner.get_bbox(), outer.get_bbox()
        assert frame.x0 <= box.x0 < box.x1 <= frame.x1
        assert frame.y0 <= box.y0 < box.y1 <= frame.y1


DRAWN = {
    "dense": lambda: trained("mlp"),
    "cnn": lambda: trained("cnn"),
    "without dense layers": without_dense,
    "a deep one": lambda: convolutional(deep=20),
    "one unit under a long name": lambda: model_of(L.Dense(1), shape=(1,), name="a_model_with_a_rather_long_name"),
    "long captions": lambda: model_of(
        *(L.DepthwiseConv2D(1, activation="leaky_relu") for _ in range(4)),
        L.GlobalAveragePooling2D(keepdims=True),
        L.Flatten(),
        L.Dense(1000),
        L.BatchNormalization(),
        L.Dense(1000),
        shape=(4, 4, 2),
    ),
    "a decoder": lambda: model_of(L.Dense(49 * 4), L.Reshape((7, 7, 4)), L.Conv2D(1, 3), shape=(3,)),
    "images of any size": lambda: model_of(L.Conv2D(4, 3), L.GlobalMaxPooling2D(), L.Softmax(), shape=(None, None, 3)),
    "words": lambda: model_of(L.Embedding(10, 4), L.Flatten(), L.Dense(1), shape=(6,)),
}


@pytest.mark.parametrize("name", DRAWN)
def test_no_text_is_cut_off_or_meets_another(name):
    figure = draw_model(DRAWN[name]())
    figure.draw_without_rendering()
    page = figure.bbox
    written = [text for text in figure.axes[0].texts if text.get_text()]
    boxes = [text.get_window_extent() for text in written]
    for box in (*boxes, figure.axes[0].get_tightbbox()):
        assert page.x0 <= box.x0 <= box.x1 <= page.x1
        assert page.y0 <= box.y0 <= box.y1 <= page.y1
    for index, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[index + 1 :])
    assert min(text.get_fontsize() for text in written) >= 8


@pytest.mark.parametrize("name", DRAWN)
def test_stages_do_not_meet(name):
    axes = draw_model(DRAWN[name]()).axes[0]
    ends = []
    for patch in (patch for patch in axes.patches if isinstance(patch, Rectangle) and patch.get_zorder() <= 2):
        ends.append((patch.get_x(), patch.get_x() + patch.get_width()))
    for units in (c for c in axes.collections if isinstance(c, PathCollection)):
        places = np.asarray(units.get_offsets())[:, 0]
        ends.append((places.min(), places.max()))
    ends.sort()
    # The sheets of one stack overlap; between stages there is room.
    groups = [list(ends[0])]
    for start, stop in ends[1:]:
        if start <= groups[-1][1]:
            groups[-1][1] = max(groups[-1][1], stop)
        else:
            groups.append([start, stop])
    places = sorted(text.get_position()[0] for text in axes.texts if text.get_weight() == "bold")
    assert len(groups) == len(places)
    for (start, stop), place in zip(groups, places, strict=True):
        assert (start + stop) / 2 == pytest.approx(place)
    assert all(after[0] - before[1] > 0.5 for before, after in pairwise(groups))


def test_a_model_that_is_not_built_is_refused():
    with pytest.raises(ValueError, match="built"):
        draw_model(beras.Sequential([beras.Dense(3)]))
