"""Models and their weights in files: bit for bit, and resumed training too."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

import beras
from beras import layers, saving
from beras.callbacks import EarlyStopping, ModelCheckpoint
from beras.models import Model, Sequential
from beras.optimizers import Adam
from beras.schedules import CosineDecay


def data(n=64):
    rng = np.random.default_rng(0)
    return rng.standard_normal((n, 6)).astype("float32"), rng.integers(0, 3, n)


def make(optimizer="adam"):
    model = Sequential([layers.Dense(8, "relu"), layers.Dense(3, "softmax")])
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def fit(model, epochs=2, **arguments):
    return model.fit(*data(), batch_size=16, epochs=epochs, verbose=0, shuffle=False, **arguments)


def same(first, second):
    for a, b in zip(first.get_weights(), second.get_weights(), strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)


def test_a_model_comes_back(tmp_path):
    model = make()
    fit(model)
    model.save(tmp_path / "m.safetensors")
    again = saving.load_model(tmp_path / "m.safetensors")
    same(model, again)
    assert again.get_config() == model.get_config()
    np.testing.assert_array_equal(again.predict(data()[0]), model.predict(data()[0]))
    assert again.evaluate(*data(), verbose=0) == model.evaluate(*data(), verbose=0)


@pytest.mark.parametrize(
    "optimizer",
    ["sgd", "rmsprop", Adam(0.02, amsgrad=True, clipnorm=1.0), Adam(CosineDecay(0.05, 20))],
    ids=["sgd", "rmsprop", "amsgrad", "schedule"],
)
def test_training_goes_on_bit_for_bit(tmp_path, optimizer):
    model = make(optimizer)
    fit(model, 2)
    model.save(tmp_path / "m.safetensors")
    again = saving.load_model(tmp_path / "m.safetensors")
    assert fit(again, 3).history == fit(model, 3).history
    same(model, again)
    assert int(again.optimizer.iterations) == int(model.optimizer.iterations) == 20


def test_the_file_names_layers_and_holds_readable_json(tmp_path):
    model = make()
    fit(model, 1)
    model.save(tmp_path / "m.safetensors")
    named, texts = saving.load_weights_file(tmp_path / "m.safetensors")
    first, second = (layer.name for layer in model.layers)
    assert {f"{first}/kernel", f"{first}/bias", f"{second}/kernel", f"{second}/bias"} < set(named)
    assert {"optimizer/iteration", "optimizer/0/gradient_sum"} < set(named)
    assert texts["beras_file"] == "model"
    assert json.loads(texts["config"])["class_name"] == "Sequential"
    assert json.loads(texts["compile_config"])["optimizer"]["class_name"] == "Adam"


def test_a_model_is_loaded_in_another_process(tmp_path):
    model = make()
    fit(model, 1)
    path = tmp_path / "m.safetensors"
    model.save(path)
    np.save(tmp_path / "x.npy", data()[0])
    script = (
        "import sys, numpy as np\nfrom beras.saving import load_model\n"
        "np.save(sys.argv[3], load_model(sys.argv[1]).predict(np.load(sys.argv[2])))"
    )
    arguments = [str(path), str(tmp_path / "x.npy"), str(tmp_path / "y.npy")]
    subprocess.run([sys.executable, "-c", script, *arguments], check=True)
    np.testing.assert_array_equal(np.load(tmp_path / "y.npy"), model.predict(data()[0]))


def test_without_compiling(tmp_path):
    model = make()
    fit(model, 1)
    model.save(tmp_path / "m.safetensors")
    assert saving.load_model(tmp_path / "m.safetensors", compile=False).optimizer is None


def test_weights_go_into_a_second_model_though_its_layers_have_other_numbers(tmp_path):
    model, second = make(), make()
    fit(model, 1)
    fit(second, 1)
    assert model.layers[0].name != second.layers[0].name
    model.save_weights(tmp_path / "w.safetensors")
    second.load_weights(tmp_path / "w.safetensors")
    same(model, second)
    # a whole model's file has the weights too
    third = make()
    third.build_for((None, 6))
    model.save(tmp_path / "m.safetensors")
    third.load_weights(tmp_path / "m.safetensors")
    same(model, third)


def test_names_that_the_user_gave_are_not_matched_by_order(tmp_path):
    def named(first, second):
        return Sequential([beras.Input((4,)), layers.Dense(4, name=first), layers.Dense(4, name=second)])

    named("encoder", "decoder").save_weights(tmp_path / "w.safetensors")
    other = named("decoder", "encoder")
    before = other.get_weights()
    other.load_weights(tmp_path / "w.safetensors")
    loaded = saving.load_weights_file(tmp_path / "w.safetensors")[0]
    np.testing.assert_array_equal(other.get_weights()[0], loaded["decoder/kernel"])
    third = named("left", "right")
    before = third.get_weights()
    with pytest.raises(ValueError, match=r"'left/kernel' \(4, 4\) is missing from the file"):
        third.load_weights(tmp_path / "w.safetensors")
    np.testing.assert_array_equal(third.get_weights()[0], before[0])


def test_weights_that_do_not_fit_change_nothing(tmp_path):
    model = Sequential([beras.Input((4,)), layers.Dense(3, name="one"), layers.Dense(2, name="two")])
    model.save_weights(tmp_path / "w.safetensors")
    other = Sequential([beras.Input((4,)), layers.Dense(3, name="one"), layers.Dense(5, name="two")])
    before = other.get_weights()
    with pytest.raises(
        ValueError, match=r"'two/kernel' has shape \(3, 5\) in the model and \(3, 2\) in the file"
    ) as caught:
        other.load_weights(tmp_path / "w.safetensors")
    assert "Nothing was changed" in str(caught.value)
    for a, b in zip(other.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_model_without_weights_yet(tmp_path):
    with pytest.raises(ValueError, match="has no weights yet"):
        make().save_weights(tmp_path / "w.safetensors")
    model = make()
    fit(model, 1)
    model.save_weights(tmp_path / "w.safetensors")
    with pytest.raises(ValueError, match="has no weights yet to load into"):
        make().load_weights(tmp_path / "w.safetensors")
    # a whole model can be saved before it is built
    make().save(tmp_path / "m.safetensors")
    assert len(saving.load_model(tmp_path / "m.safetensors").layers) == 2


def test_a_file_of_weights_is_no_model(tmp_path):
    model = make()
    fit(model, 1)
    model.save_weights(tmp_path / "w.safetensors")
    with pytest.raises(ValueError, match="It holds weights only"):
        saving.load_model(tmp_path / "w.safetensors")
    saving.save_weights_file(tmp_path / "x.safetensors", {"x": np.ones(1)})
    with pytest.raises(ValueError, match="It was not written by save_model"):
        saving.load_model(tmp_path / "x.safetensors")
    saving.save_weights_file(tmp_path / "x.safetensors", {"x": np.ones(1)}, {"config": "{"})
    with pytest.raises(ValueError, match=r"The configuration in '.*x\.safetensors' is damaged"):
        saving.load_model(tmp_path / "x.safetensors")


def test_overwriting(tmp_path):
    model = make()
    fit(model, 1)
    path = tmp_path / "m.safetensors"
    model.save(path)
    before = path.read_bytes()
    for save in (model.save, model.save_weights):
        with pytest.raises(FileExistsError, match="Pass overwrite=True"):
            save(path, overwrite=False)
    assert path.read_bytes() == before
    model.save_weights(path)
    assert path.read_bytes() != before


@pytest.mark.parametrize(
    ("save", "name", "message"),
    [
        ("save", "x.h5", r"in '\.safetensors', or for Keras in '\.keras'; '\.h5' files are not written.*'x\.keras'"),
        ("save", "x.weights.h5", r"'\.weights\.h5' is the ending for weights alone.*Write 'x\.safetensors'"),
        ("save_weights", "x.keras", r"Weights are .*'\.keras' is the ending for a whole model.*or 'x\.weights\.h5'"),
        ("save_weights", "x.h5", r"'\.h5' files are not written\. Received: 'x\.h5'"),
        ("save", "x", r"the name has no ending\. Received: 'x'"),
    ],
)
def test_endings_that_are_not_written(save, name, message):
    with pytest.raises(ValueError, match=message):
        getattr(make(), save)(name)


class Squaring(layers.Layer):
    def __init__(self, power=2, **options):
        super().__init__(**options)
        self.power = power

    def call(self, inputs):
        return inputs**self.power

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "power": self.power}


def test_layers_of_the_users_own(tmp_path):
    model = Sequential([beras.Input((3,)), layers.Dense(2), Squaring(3)])
    model.save(tmp_path / "m.safetensors")
    again = saving.load_model(tmp_path / "m.safetensors")
    assert type(again.layers[1]) is Squaring
    x = data()[0][:, :3]
    np.testing.assert_array_equal(again.predict(x), model.predict(x))

    class Other(Squaring):
        pass

    again = saving.load_model(tmp_path / "m.safetensors", custom_objects={"Squaring": Other})
    assert type(again.layers[1]) is Other


def test_a_configuration_that_is_more_than_plain_values(tmp_path):
    model = Sequential([beras.Input((3,)), Squaring(lambda: 1)])
    with pytest.raises(TypeError, match=r"cannot be written down.*model\.save_weights"):
        model.save(tmp_path / "m.safetensors")
    assert list(tmp_path.iterdir()) == []


def test_a_loss_that_is_a_function_is_left_out_with_a_warning(tmp_path):
    model = Sequential([beras.Input((6,)), layers.Dense(1)])
    model.compile("sgd", lambda y_true, y_pred: ((y_pred - y_true) ** 2).mean())
    with pytest.warns(UserWarning, match="saved without the way it was compiled"):
        model.save(tmp_path / "m.safetensors")
    again = saving.load_model(tmp_path / "m.safetensors")
    same(model, again)
    assert not again.compiled


def test_nested_and_shared_layers_have_names_of_their_own(tmp_path):
    class Twice(Model):
        def __init__(self):
            super().__init__(name="twice")
            self.inner = Sequential([beras.Input((3,)), layers.Dense(3, name="d")], name="block")
            self.outer = Sequential([beras.Input((3,)), layers.Dense(3, name="d")], name="block")
            self.shared = self.inner

        def call(self, inputs):
            return self.shared(self.outer(self.inner(inputs)))

    model, other = Twice(), Twice()
    for each in (model, other):
        each.build_for((None, 3))
    model.save_weights(tmp_path / "w.safetensors")
    named, _ = saving.load_weights_file(tmp_path / "w.safetensors")
    assert sorted(named) == ["block/d/bias", "block/d/kernel", "block_1/d/bias", "block_1/d/kernel"]
    other.load_weights(tmp_path / "w.safetensors")
    same(model, other)


def test_checkpoints_and_early_stopping_in_a_real_fit(tmp_path):
    model = make()
    path = tmp_path / "{epoch:02d}.safetensors"
    history = fit(
        model,
        4,
        validation_split=0.25,
        callbacks=[ModelCheckpoint(path), EarlyStopping("val_loss", patience=10, restore_best_weights=True)],
    )
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"{i:02d}.safetensors" for i in (1, 2, 3, 4)]
    best = int(np.argmin(history.history["val_loss"])) + 1
    same(model, saving.load_model(tmp_path / f"{best:02d}.safetensors"))
    resumed = saving.load_model(tmp_path / "02.safetensors")
    third = saving.load_model(tmp_path / "03.safetensors")
    fit(resumed, 3, validation_split=0.25, initial_epoch=2)
    same(resumed, third)


class Net(beras.Model):
    """A user's model: no get_config, weights made at the first call."""

    def __init__(self, hidden, classes=2):
        super().__init__()
        self.first = beras.Dense(hidden, "tanh")
        self.last = beras.Dense(classes)

    def call(self, inputs):
        return self.last(self.first(inputs))


def test_a_users_model_comes_back_with_its_weights(tmp_path):
    x = np.random.default_rng(0).normal(size=(8, 3)).astype(np.float32)
    model = Net(4)
    model.compile("adam", "mse")
    model.fit(x, x[:, :2], verbose=0)
    beras.models.save_model(model, tmp_path / "net.safetensors")
    loaded = beras.models.load_model(tmp_path / "net.safetensors", custom_objects={"Net": Net}, safe_mode=True)
    assert loaded.first.units == 4
    np.testing.assert_array_equal(loaded(x), model(x))
    more = {"shuffle": False, "verbose": 0}
    assert model.fit(x, x[:, :2], **more).history == loaded.fit(x, x[:, :2], **more).history


def test_keras_decorator_registers_a_class():
    @saving.register_keras_serializable(package="mine")
    class Mine(beras.Layer):
        pass

    assert saving.lookup("Mine") is Mine
    with pytest.raises(ValueError, match="under its own name, 'Mine'"):
        saving.register_keras_serializable(name="Other")(Mine)


class Sine(beras.Diffable):
    def forward(self, inputs):
        return np.sin(inputs)


class Powered(beras.Diffable):
    def __init__(self, power):
        super().__init__()
        self.power = power

    def forward(self, inputs):
        return inputs**self.power


class Described(Powered):
    def get_config(self):
        return {"power": self.power}


@pytest.mark.parametrize("make_layer", [Sine, lambda: Described(3)], ids=["without arguments", "with get_config"])
@pytest.mark.parametrize("nested", [False, True])
def test_a_plain_diffable_that_can_be_made_again_is_saved(make_layer, nested, tmp_path):
    layer = make_layer()
    inner = [layers.Dense(3), layer]
    model = Sequential([*([Sequential(inner)] if nested else inner), layers.Softmax()])
    model.compile("adam", "sparse_categorical_crossentropy")
    path = tmp_path / "m.safetensors"
    fit(model, 1, callbacks=[ModelCheckpoint(path)])
    again = saving.load_model(path, custom_objects={type(layer).__name__: type(layer)})
    np.testing.assert_array_equal(again.predict(data()[0]), model.predict(data()[0]))
    with pytest.raises(ValueError, match=f"Unknown class '{type(layer).__name__}'.*custom_objects"):
        saving.load_model(path)


def test_a_plain_diffable_with_unknown_arguments_is_refused_before_any_training(tmp_path):
    model = Sequential([layers.Dense(3), Powered(2), layers.Softmax()])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.build_for((None, 6))
    before = model.get_weights()
    path = tmp_path / "m.safetensors"
    for save in (lambda: model.save(path), lambda: fit(model, callbacks=[ModelCheckpoint(path)])):
        with pytest.raises(TypeError, match=r"Powered cannot .*\(power\)\. Define get_config.*layers\.Layer.*weights"):
            save()
    np.testing.assert_array_equal(model.get_weights()[0], before[0])
    assert not path.exists()
    fit(model, 1, callbacks=[ModelCheckpoint(path, save_weights_only=True)])
    assert path.exists()
