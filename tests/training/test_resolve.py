import pytest

from beras.training import PRESETS, resolve
from beras.training.presets import MODELS


def test_what_is_not_said_comes_from_the_preset_of_the_data_set():
    config = resolve("digits")
    preset = PRESETS["digits"]
    assert (config.layers, config.batch_size, config.epochs) == (preset.layers, preset.batch_size, preset.epochs)


def test_each_kind_of_model_has_presets_of_its_own():
    config, preset = resolve("mnist", model="cnn"), MODELS["cnn"]["mnist"]
    assert (config.model, config.layers, config.epochs) == ("cnn", preset.layers, preset.epochs)
    assert all(presets.keys() == PRESETS.keys() for presets in MODELS.values())


def test_what_is_said_is_taken_even_when_it_is_nothing():
    config = resolve("mnist", layers=(), dropout=0.0, epochs=3)
    assert (config.layers, config.dropout, config.epochs) == ((), 0.0, 3)


def test_without_hidden_layers_there_is_no_dropout():
    assert PRESETS["mnist"].dropout > 0
    assert resolve("mnist", layers=()).dropout == 0


def test_each_optimizer_has_a_learning_rate_of_its_own():
    rates = {name: resolve("mnist", optimizer=name).learning_rate for name in ("adam", "sgd")}
    assert rates["sgd"] > 10 * rates["adam"]
    assert resolve("mnist", optimizer="SGD:momentum=0.9").learning_rate == rates["sgd"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"optimizer": "adm"}, "Did you mean 'adam'"),
        ({"model": "cmn"}, "Did you mean 'cnn'"),
        ({"optimizer": "sgd:momentun=1"}, "Did you mean 'momentum'"),
        ({"activation": "rleu"}, "Did you mean 'relu'"),
        ({"decay": "cosin"}, "Did you mean 'cosine'"),
        ({"callbacks": ("EarlyStoping",)}, "Did you mean 'EarlyStopping'"),
        ({"callbacks": ("EarlyStopping",)}, "--validation 0.1"),
        ({"callbacks": ("ReduceLROnPlateau:monitor=loss",)}, "--decay none"),
        ({"layers": (0,)}, "layers"),
        ({"dropout": 1.0}, "dropout"),
        ({"dropout": 0.2, "layers": ()}, "dropout needs a hidden layer"),
        (
            {"callbacks": ("ModelCheckpoint:save_best_only=true",)},
            "Write: --callback ModelCheckpoint:filepath=best.safetensors,save_best_only=True",
        ),
        (
            {"callbacks": ("ModelCheckpoint:filepath=a.safetensors,save_best_only=true",)},
            "--callback ModelCheckpoint:filepath=a.safetensors,save_best_only=True,monitor=loss",
        ),
        ({"learning_rate": 0.0}, "learning_rate"),
        ({"learning_rate": float("nan")}, "learning_rate"),
        ({"batch_size": 0}, "batch_size"),
        ({"epochs": 0}, "epochs"),
        ({"seed": -1}, "seed"),
        ({"validation": 1.0}, "validation"),
    ],
)
def test_what_cannot_be_is_refused_by_name(options, message):
    with pytest.raises(ValueError, match=message):
        resolve("mnist", **options)


def test_an_unknown_data_set_gets_the_nearest_name():
    with pytest.raises(ValueError, match="Did you mean 'digits'"):
        resolve("digit")
