"""TensorBoard's event files, read back record by record."""

from __future__ import annotations

import struct
import sys

import numpy as np
import pytest

import beras
from beras.callbacks import Callback, TensorBoard

pytest.importorskip("tensorboardX")


def records(path):
    """Yield the records of an event file: a length, its checksum, the bytes, their checksum."""
    from tensorboardX.record_writer import masked_crc32c

    data = path.read_bytes()
    while data:
        (length,) = struct.unpack("<Q", data[:8])
        assert struct.unpack("<I", data[8:12])[0] == masked_crc32c(data[:8])
        body = data[12 : 12 + length]
        assert struct.unpack("<I", data[12 + length : 16 + length])[0] == masked_crc32c(body)
        yield body
        data = data[16 + length :]


def events(folder):
    """Return (tag, step) -> value for everything below a folder."""
    from tensorboardX.proto.event_pb2 import Event

    found = {}
    for path in sorted(folder.glob("events.*")):
        for body in records(path):
            event = Event()
            event.ParseFromString(body)
            for value in event.summary.value:
                kind = value.WhichOneof("value")
                assert (value.tag, event.step) not in found, "written twice"
                found[value.tag, event.step] = value.simple_value if kind == "simple_value" else getattr(value, kind)
    return found


def make():
    model = beras.Sequential([beras.Input((4,)), beras.Dense(5, "relu", name="a"), beras.Dense(3, "softmax", name="b")])
    model.compile(beras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def data(count=40):
    rng = np.random.default_rng(0)
    return rng.standard_normal((count, 4)).astype("float32"), rng.integers(0, 3, count)


class Seen(Callback):
    """What the metrics were after each batch, and the weights after each epoch."""

    def __init__(self):
        self.batches, self.weights = [], []

    def on_train_batch_end(self, batch, logs=None):
        self.batches.append(dict(logs))

    def on_epoch_end(self, epoch, logs=None):
        self.weights.append(self.model.get_weights())


def fit(model, *callbacks, epochs=3, **arguments):
    return model.fit(
        *data(), batch_size=8, epochs=epochs, verbose=0, shuffle=False, callbacks=list(callbacks), **arguments
    )


def test_scalars_of_epochs(tmp_path):
    history = fit(make(), TensorBoard(tmp_path), validation_split=0.2).history
    train, validation = events(tmp_path / "train"), events(tmp_path / "validation")
    for epoch in range(3):
        for name in ("loss", "accuracy"):
            assert train[f"epoch_{name}", epoch] == np.float32(history[name][epoch])
            assert validation[f"epoch_{name}", epoch] == np.float32(history[f"val_{name}"][epoch])
            assert validation[f"evaluation_{name}_vs_iterations", 4 * (epoch + 1)] == validation[f"epoch_{name}", epoch]
        assert train["epoch_learning_rate", epoch] == np.float32(0.01)
    assert {tag for tag, _ in train} == {
        *("epoch_loss", "epoch_accuracy", "epoch_learning_rate"),
        *("model/summary/text_summary", "model/configuration/text_summary"),
    }
    assert len(validation) == 12


@pytest.mark.parametrize(("update_freq", "steps"), [("batch", range(1, 11)), (1, range(1, 11)), (3, (3, 6, 9))])
def test_scalars_of_batches(tmp_path, update_freq, steps):
    seen = Seen()
    fit(make(), TensorBoard(tmp_path, update_freq=update_freq), seen, epochs=2)
    train = events(tmp_path / "train")
    assert {step for tag, step in train if tag == "batch_loss"} == set(steps)
    for step in steps:
        for name in ("loss", "accuracy"):
            assert train[f"batch_{name}", step] == np.float32(seen.batches[step - 1][name])


def test_histograms_of_weights(tmp_path):
    model, seen = make(), Seen()
    fit(model, TensorBoard(tmp_path, histogram_freq=2), seen, epochs=4)
    train = events(tmp_path / "train")
    names = ("a/kernel", "a/bias", "b/kernel", "b/bias")
    assert {key for key in train if key[0].endswith("/histogram")} == {
        (f"{name}/histogram", epoch) for name in names for epoch in (0, 2)
    }
    for epoch in (0, 2):
        for name, weight in zip(names, seen.weights[epoch], strict=True):
            found = train[f"{name}/histogram", epoch]
            assert (found.num, found.min, found.max) == (weight.size, weight.min(), weight.max())
            np.testing.assert_allclose(found.sum, weight.sum(dtype="float64"))
            np.testing.assert_allclose(found.sum_squares, np.sum(weight.astype("float64") ** 2))
            assert sum(found.bucket) == weight.size


def test_the_graph_is_written_as_text(tmp_path):
    fit(make(), TensorBoard(tmp_path), epochs=1)
    train = events(tmp_path / "train")
    summary = train["model/summary/text_summary", 0].string_val[0].decode()
    assert "a (Dense)" in summary
    assert "Trainable params: 43" in summary
    assert '"units": 5' in train["model/configuration/text_summary", 0].string_val[0].decode()
    fit(make(), TensorBoard(tmp_path / "none", write_graph=False), epochs=1)
    assert not any("text_summary" in tag for tag, _ in events(tmp_path / "none" / "train"))


def test_steps_per_second(tmp_path):
    fit(make(), TensorBoard(tmp_path, write_steps_per_second=True, update_freq=2), epochs=1)
    train = events(tmp_path / "train")
    assert train["epoch_steps_per_second", 0] > 0
    assert {step for tag, step in train if tag == "batch_steps_per_second"} == {2, 4}


def test_runs_of_one_second_do_not_overwrite_each_other(tmp_path):
    model, callback = make(), TensorBoard(tmp_path)
    fit(model, callback, epochs=1)
    fit(model, callback, epochs=2, initial_epoch=1)
    fit(model, TensorBoard(tmp_path, write_graph=False), epochs=3, initial_epoch=2)
    files = list((tmp_path / "train").iterdir())
    assert len(files) == 3
    found = [dict(steps(path)) for path in files]
    assert sorted(step for run in found for tag, step in run if tag == "epoch_loss") == [0, 1, 2]


def steps(path):
    from tensorboardX.proto.event_pb2 import Event

    for body in records(path):
        event = Event()
        event.ParseFromString(body)
        for value in event.summary.value:
            yield (value.tag, event.step), value


def test_an_evaluation_by_itself(tmp_path):
    model = make()
    fit(model, epochs=1)
    loss, accuracy = model.evaluate(*data(), verbose=0, callbacks=[TensorBoard(tmp_path)])
    found = events(tmp_path / "validation")
    assert found == {
        ("evaluation_loss_vs_iterations", 5): np.float32(loss),
        ("evaluation_accuracy_vs_iterations", 5): np.float32(accuracy),
    }


def test_a_run_that_breaks_off_leaves_whole_files(tmp_path):
    class Breaking(Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 1:
                raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        fit(make(), TensorBoard(tmp_path), Breaking())
    assert {step for tag, step in events(tmp_path / "train") if tag == "epoch_loss"} == {0, 1}


def test_it_changes_nothing_in_the_training(tmp_path):
    with_it, without = make(), make()
    without.set_weights(with_it.get_weights())
    watching = TensorBoard(tmp_path, histogram_freq=1, update_freq="batch", write_steps_per_second=True)
    assert fit(with_it, watching).history == fit(without).history
    for a, b in zip(with_it.get_weights(), without.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_model_that_cannot_be_written_down_is_trained(tmp_path):
    class Twice(beras.Diffable):
        def __init__(self, factor):
            super().__init__()
            self.factor = factor

        def forward(self, inputs):
            return inputs * self.factor

    model = beras.Sequential([beras.Dense(3), Twice(2.0)])
    model.compile("sgd", "mse")
    model.fit(data()[0], data()[0][:, :3], verbose=0, callbacks=[TensorBoard(tmp_path)])
    text = events(tmp_path / "train")["model/configuration/text_summary", 0].string_val[0].decode()
    assert "cannot be written down" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"write_images": True}, "beras writes no images.*write_images=True"),
        ({"profile_batch": (2, 5)}, r"profile_batch=\(2, 5\)"),
        ({"embeddings_freq": 1}, "embeddings_freq=1"),
        ({"histogram_freq": -1}, "histogram_freq is a number of epochs"),
        ({"update_freq": 0}, "update_freq is 'batch', 'epoch' or a number of batches"),
        ({"update_freq": "epochs"}, "Received: update_freq='epochs'"),
    ],
)
def test_refusals(arguments, message):
    with pytest.raises(ValueError, match=message):
        TensorBoard(**arguments)


def test_without_tensorboardx_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(ImportError, match=r'pip install "beras\[tensorboard\]"'):
        TensorBoard()
