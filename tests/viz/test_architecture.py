import pytest

import beras
from beras.viz import draw_model
from tests.viz.reading import texts


def model_of(*layers, shape=(8, 8)):
    return beras.Sequential([beras.Input(shape), *layers], name="net")


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
        "8x8",
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


def test_a_model_that_is_not_built_is_refused():
    with pytest.raises(ValueError, match="built"):
        draw_model(beras.Sequential([beras.Dense(3)]))
