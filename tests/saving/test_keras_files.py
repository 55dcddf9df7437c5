"""Keras's file formats without Keras: files that are cut off, foreign, do not fit, or mean harm."""

from __future__ import annotations

import io
import json
import os
import pickle
import sys
import time
import zipfile

import numpy as np
import pytest

import beras
from beras import saving

h5py = pytest.importorskip("h5py")


def make(units=3, optimizer="adam"):
    layers = beras.layers
    model = beras.Sequential(
        [beras.Input((4,)), layers.Dense(5, "relu"), layers.BatchNormalization(), layers.Dense(units, "softmax")]
    )
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def data(count=32):
    rng = np.random.default_rng(0)
    return rng.standard_normal((count, 4)).astype("float32"), rng.integers(0, 3, count)


def trained(**arguments):
    model = make(**arguments)
    model.fit(*data(), batch_size=8, epochs=2, shuffle=False, verbose=0)
    return model


@pytest.fixture
def saved(tmp_path):
    """A trained model in both formats."""
    model = trained()
    model.save(tmp_path / "m.keras")
    model.save_weights(tmp_path / "m.weights.h5")
    return model, tmp_path / "m.keras", tmp_path / "m.weights.h5"


def everything(model):
    """Return all that loading could change."""
    return [*model.get_weights(), *model.optimizer.state().values()]


def unchanged(model, before):
    for a, b in zip(everything(model), before, strict=True):
        np.testing.assert_array_equal(a, b)


def repacked(path, change, name="changed.keras", method=zipfile.ZIP_STORED):
    """Write the members of an archive anew, as ``change`` leaves them in a dict, or a list of pairs."""
    with zipfile.ZipFile(path) as archive:
        members = {member: archive.read(member) for member in archive.namelist()}
    members = change(members) or members
    with zipfile.ZipFile(path.with_name(name), "w", method) as archive:
        for member, content in members.items() if isinstance(members, dict) else members:
            archive.writestr(member, content)
    return path.with_name(name)


def with_config(path, change):
    """Write an archive anew with a changed configuration."""

    def changed(members):
        config = json.loads(members["config.json"])
        members["config.json"] = json.dumps(change(config) or config)

    return repacked(path, changed)


def with_weights(path, change):
    """Write an archive anew with changed weights."""

    def changed(members):
        buffer = io.BytesIO(members["model.weights.h5"])
        with h5py.File(buffer, "r+") as file:
            change(file)
        members["model.weights.h5"] = buffer.getvalue()

    return repacked(path, changed)


def test_training_goes_on_bit_for_bit(saved):
    model, whole, weights = saved
    again, third = saving.load_model(whole), trained()
    third.load_weights(weights)
    np.testing.assert_array_equal(again.predict(data()[0]), model.predict(data()[0]))
    assert again.get_config() == model.get_config()
    for other in (model, again, third):
        other.fit(*data(), batch_size=8, epochs=2, shuffle=False, verbose=0)
    unchanged(again, everything(model))
    unchanged(third, everything(model))


def test_the_content_decides_and_not_the_name(saved):
    model, whole, weights = saved
    renamed = whole.rename(whole.with_name("model.bin"))
    np.testing.assert_array_equal(saving.load_model(renamed).get_weights()[0], model.get_weights()[0])
    other = make()
    other.load_weights(weights.rename(weights.with_name("weights.bin")))
    np.testing.assert_array_equal(other.get_weights()[0], model.get_weights()[0])
    other.load_weights(renamed)


def test_an_optimizer_that_is_not_built_or_another_one_is_left_alone(saved):
    model, _, weights = saved
    fresh = make()
    fresh.load_weights(weights)
    assert not fresh.optimizer.built
    other = trained(optimizer="sgd")
    state = other.optimizer.state()
    with pytest.warns(
        UserWarning, match=r"is not one of SGD.*expected 2 arrays.*Received: 14.*the weights are loaded"
    ) as caught:
        other.load_weights(weights)
    assert caught[0].filename == __file__
    np.testing.assert_array_equal(other.get_weights()[0], model.get_weights()[0])
    assert other.optimizer.state() == state


def test_overwriting(saved):
    model, whole, weights = saved
    for path, save in ((whole, model.save), (weights, model.save_weights)):
        before = path.read_bytes()
        with pytest.raises(FileExistsError, match="Pass overwrite=True"):
            save(path, overwrite=False)
        assert path.read_bytes() == before
        save(path)
    assert sorted(path.name for path in whole.parent.iterdir()) == ["m.keras", "m.weights.h5"]


def test_a_full_disk_leaves_the_earlier_file_whole(saved, monkeypatch):
    model, whole, weights = saved
    before = whole.read_bytes(), weights.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    for path, save in ((whole, model.save), (weights, model.save_weights)):
        with pytest.raises(OSError, match=r"could not be written: No space left on device\. Nothing was changed"):
            save(path)
    assert (whole.read_bytes(), weights.read_bytes()) == before
    assert len(list(whole.parent.iterdir())) == 2


def test_without_h5py_it_says_what_to_install(saved, monkeypatch):
    model, whole, weights = saved
    monkeypatch.setitem(sys.modules, "h5py", None)
    checkpoint = beras.callbacks.ModelCheckpoint
    for attempt in (
        lambda: model.save(whole),
        lambda: model.save_weights(weights),
        lambda: saving.load_model(whole),
        lambda: model.load_weights(weights),
        lambda: checkpoint(whole),
        lambda: checkpoint(weights, save_weights_only=True),
    ):
        with pytest.raises(ImportError, match=r'pip install "beras\[keras\]"'):
            attempt()


# Cut off, damaged


@pytest.mark.parametrize("share", [0.0, 0.001, 0.1, 0.5, 0.9, 0.999])
def test_a_file_that_is_cut_off_is_one_error(saved, share):
    model, whole, weights = saved
    before = everything(model)
    for path, load in ((whole, saving.load_model), (whole, model.load_weights), (weights, model.load_weights)):
        content = path.read_bytes()
        cut = path.with_name(f"cut-{path.name}")
        cut.write_bytes(content[: int(len(content) * share)])
        with pytest.raises(ValueError, match=r"cut-m\..*(is not a |It is empty)"):
            load(cut)
    unchanged(model, before)


def test_changed_bytes_are_an_error_or_do_no_harm(saved):
    """Flip bytes everywhere: never another exception than ValueError, never half a model."""
    _, whole, weights = saved
    rng = np.random.default_rng(0)
    path = weights.with_name("flipped")
    refused = 0
    for source in (whole, weights):
        content = np.frombuffer(source.read_bytes(), np.uint8)
        for _ in range(60):
            flipped = content.copy()
            flipped[rng.integers(0, len(flipped), 3)] ^= rng.integers(1, 256, 3, dtype=np.uint8)
            path.write_bytes(flipped.tobytes())
            other, before = make(), None
            before = other.get_weights()
            try:
                other.load_weights(path)
            except ValueError:
                refused += 1
                for a, b in zip(other.get_weights(), before, strict=True):
                    np.testing.assert_array_equal(a, b)
    assert refused > 40


# Foreign


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (pickle.dumps({"a": 1}), "It is a pickle, which beras never loads, since it can execute code"),
        (b"<!DOCTYPE html><html>", "perhaps the error page of a download"),
        (b"PK\x03\x04" + bytes(100), "is not a complete .keras file"),
        (b"\x89HDF\r\n\x1a\n" + bytes(100), "HDF5 file"),
        (b"hello", "is not a complete safetensors file"),
    ],
)
def test_foreign_files(tmp_path, content, message):
    path = tmp_path / "m.keras"
    path.write_bytes(content)
    for load in (saving.load_model, make().load_weights):
        with pytest.raises(ValueError, match=message):
            load(path)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"a.npy": b""}, "has no member 'config.json'. It looks like NumPy's .npz"),
        ({"archive/data.pkl": b""}, "It looks like torch's .pt, a pickle, which beras never loads"),
        ({"x/saved_model.pb": b""}, "It looks like TensorFlow's SavedModel"),
        ({"letter.txt": b""}, "Received: 'letter.txt'"),
        ({"config.json": b"{}"}, "has no member 'model.weights.h5'"),
        ({}, "Received: no member|not a complete"),
    ],
)
def test_foreign_archives(tmp_path, members, message):
    path = tmp_path / "m.keras"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(ValueError, match=message):
        saving.load_model(path)


def test_an_earlier_layout_of_keras(tmp_path):
    with h5py.File(tmp_path / "old.h5", "w") as file:
        file["model_weights/dense/dense/kernel:0"] = np.ones((4, 5))
    with pytest.raises(ValueError, match=r"no weights in the layout of Keras 3.*'model_weights/dense/dense/kernel:0'"):
        make().load_weights(tmp_path / "old.h5")
    with pytest.raises(ValueError, match="is an HDF5 file, which holds weights only"):
        saving.load_model(tmp_path / "old.h5")


# That do not fit


def test_weights_that_do_not_fit_change_nothing(saved):
    _, _, weights = saved
    other = trained(units=4)
    before = everything(other)
    with pytest.raises(ValueError, match=r"dense_\d+/kernel' has shape \(5, 4\) in the model and \(5, 3\) in the file"):
        other.load_weights(weights)
    small = beras.Sequential([beras.Input((4,)), beras.Dense(5, name="first")])
    with pytest.raises(ValueError, match=r"'layers/batch_normalization/vars/0' \(5,\) of the file is not in the model"):
        small.load_weights(weights)
    large = beras.Sequential([beras.Input((4,)), *(beras.Dense(5, name=f"d{i}") for i in range(3))])
    with pytest.raises(ValueError, match=r"'d2/kernel' \(5, 5\) is missing from the file.*Nothing was changed"):
        large.load_weights(weights)
    with pytest.raises(ValueError, match="has no weights yet to load into"):
        beras.Sequential([beras.Dense(5)]).load_weights(weights)
    unchanged(other, before)


def test_an_optimizers_state_that_does_not_fit_is_left_out(saved):
    model, whole, _ = saved

    def less(file):
        del file["optimizer/vars/5"]

    with pytest.warns(UserWarning, match=r"not one of Adam with its present settings.*It is left out") as caught:
        loaded = saving.load_model(with_weights(whole, less))
    assert caught[0].filename == __file__
    assert int(loaded.optimizer.iterations) == 0
    np.testing.assert_array_equal(loaded.get_weights()[0], model.get_weights()[0])
    saving.load_model(with_weights(whole, less), compile=False)

    def negative(file):
        del file["optimizer/vars/0"]
        file["optimizer/vars/0"] = np.int64(-3)

    with pytest.raises(ValueError, match="the optimizer's count of steps is -3"):
        saving.load_model(with_weights(whole, negative))


# That mean harm

#: How many parts of a configuration are replaced by nonsense.
ROUNDS = 150


class Marked(beras.layers.Layer):
    """A layer that shows whether it was called."""

    called = False

    def call(self, inputs):
        type(self).called = True
        return inputs


def layer_entry(class_name, config, **more):
    return {"module": "os", "class_name": class_name, "config": config, "registered_name": class_name, **more}


LAMBDA = {"class_name": "__lambda__", "config": {"value": ["4wAAAA==", None, None]}}


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (layer_entry("Lambda", {"name": "x", "function": LAMBDA}), "The file has a Lambda, which holds code"),
        (layer_entry("Activation", {"name": "x", "activation": LAMBDA}), "The file has a __lambda__, which holds code"),
        (layer_entry("system", {"command": "touch harmed"}), "Unknown class 'system'"),
        (layer_entry("TFSMLayer", {"filepath": "/"}), "The file has a TFSMLayer, which holds code"),
        (layer_entry("Desne", {"units": 3}), "Unknown class 'Desne'. Did you mean 'Dense'"),
        (layer_entry("Dense", {"units": "three"}), "units='three'"),
        (layer_entry("Dense", {"units": 3, "gate": True}), "Dense has no argument 'gate' in beras.*gate=True"),
        (layer_entry("Dense", {"units": 3, "kernel_initializer": layer_entry("system", {})}), "Unknown .*'system'"),
        (layer_entry("Dense", [3]), "The configuration of a Dense is a dict"),
        (layer_entry(["Dense"], {}), "The name of a class is a text"),
        (layer_entry("Dense", {"units": 10**12}), r"a weight of shape \(3, 1000000000000\) is larger than all"),
        (layer_entry("Dense", {"units": 10**300}), "cannot be made"),
        ({"class_name": "Dense"}, "cannot be made"),
        ("Dense", "cannot be made"),
    ],
    ids=str,
)
def test_configurations_that_mean_harm_or_nothing(saved, entry, message, tmp_path):
    _, whole, _ = saved
    changed = with_config(whole, lambda config: config["config"]["layers"].append(entry))
    began = time.perf_counter()
    with pytest.raises(ValueError, match=message) as caught:
        saving.load_model(changed)
    assert "changed.keras" in str(caught.value)
    assert time.perf_counter() - began < 2
    assert not (tmp_path / "harmed").exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda config: [1],
        lambda config: {"class_name": "Dense", "config": {"units": 3}},
        lambda config: {"class_name": "Sequential", "config": None},
        lambda config: config["config"].update(layers={"a": 1}),
        lambda config: config["compile_config"].update(optimizer=layer_entry("system", {})),
        lambda config: config["compile_config"].update(loss=layer_entry("system", {})),
        lambda config: config["compile_config"].update(metrics=[layer_entry("system", {})]),
        lambda config: config["compile_config"].update(loss_weights=[1.0, 2.0]),
        lambda config: config.update(compile_config=3),
    ],
)
def test_other_configurations_that_mean_nothing(saved, change):
    _, whole, _ = saved
    with pytest.raises(ValueError, match=r"The model in '.*changed\.keras' cannot be made: "):
        saving.load_model(with_config(whole, change))


def paths_in(value, path=()):
    """Yield the way to every part of plain values."""
    yield path
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from paths_in(item, (*path, key))


ODD = [None, True, -1, 0, 10**30, 1e308, "x", "../x", [], [None], [[1, [2]]], {}, {"class_name": "Dense"}, ["Dense", 1]]


def replaced(value, path, odd):
    if not path:
        return odd
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], odd)
    return copy


@pytest.mark.filterwarnings("ignore:The optimizer's state:UserWarning")
def test_any_part_of_the_configuration_may_be_nonsense(saved):
    """Whatever stands in the place of a part: a model, or one ValueError."""
    _, whole, _ = saved
    with zipfile.ZipFile(whole) as archive:
        config = json.loads(archive.read("config.json"))
    rng, paths, refused = np.random.default_rng(0), list(paths_in(config)), 0
    for _ in range(ROUNDS):
        path, odd = paths[rng.integers(len(paths))], ODD[rng.integers(len(ODD))]
        changed = with_config(whole, lambda config, path=path, odd=odd: [replaced(config, path, odd)][0])
        try:
            saving.load_model(changed)
        except ValueError:
            refused += 1
    assert refused > ROUNDS // 3


def test_a_configuration_of_absurd_depth(saved):
    _, whole, _ = saved

    def deep(members):
        members["config.json"] = b'{"a":' * 100_000 + b"1" + b"}" * 100_000

    with pytest.raises(ValueError, match=r"The configuration in .* is damaged \(RecursionError|cannot be made"):
        saving.load_model(repacked(whole, deep))


def test_a_lambda_of_the_users_own_class_is_taken(saved):
    _, whole, _ = saved
    changed = with_config(whole, lambda config: config["config"]["layers"].append(layer_entry("Lambda", {"name": "x"})))
    model = saving.load_model(changed, custom_objects={"Lambda": Marked})
    assert type(model.layers[-1]) is Marked


@pytest.mark.parametrize("name", ["../evil.txt", "/etc/evil.txt", "a/../../evil.txt", "a\\..\\evil.txt", "C:evil.txt"])
def test_members_whose_names_lead_out(saved, name, tmp_path):
    model, whole, _ = saved
    before = sorted(tmp_path.rglob("*"))
    changed = repacked(whole, lambda members: members.update({name: b"evil"}))
    for load in (saving.load_model, model.load_weights):
        with pytest.raises(ValueError, match=r"is refused: the name of its member .* leads out of the archive"):
            load(changed)
    assert sorted(tmp_path.rglob("*")) == sorted([*before, changed])


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_two_members_of_one_name(saved):
    _, whole, _ = saved
    changed = repacked(whole, lambda members: [*members.items(), ("config.json", b"{}")])
    with pytest.raises(ValueError, match=r"it has 2 members of the name 'config\.json'"):
        saving.load_model(changed)


def test_members_that_are_other_files_are_left_alone(saved):
    model, whole, _ = saved
    changed = repacked(whole, lambda members: members.update({"assets/note.txt": b"note"}), method=zipfile.ZIP_DEFLATED)
    np.testing.assert_array_equal(saving.load_model(changed).get_weights()[0], model.get_weights()[0])


@pytest.mark.parametrize(("name", "size"), [("config.json", 70 << 20), ("model.weights.h5", 300 << 20)])
def test_a_bomb_in_the_archive(saved, name, size):
    _, whole, _ = saved
    changed = repacked(whole, lambda members: members.pop(name) and None, "bomb.keras")
    with (
        zipfile.ZipFile(changed, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open(name, "w", force_zip64=True) as member,
    ):
        for _ in range(size >> 20):
            member.write(bytes(1 << 20))
    assert changed.stat().st_size < 1 << 21
    with pytest.raises(ValueError, match=f"is refused: its member '{name}' would fill {size:,} bytes of memory"):
        saving.load_model(changed)


def external_link(file):
    file["layers/dense/vars/1"] = h5py.ExternalLink("/etc/passwd", "/")


def soft_link(file):
    file["layers/dense/vars/1"] = h5py.SoftLink("/layers/dense/vars/0")


def hard_link_to_itself(file):
    file["layers/dense/vars/1"] = file["layers"]


def same_array_twice(file):
    file["layers/dense/vars/1"] = file["layers/dense/vars/0"]


def external_array(file):
    file["layers/dense/vars"].create_dataset("1", (5,), "float32", external=[("/etc/passwd", 0, 20)])


def virtual_array(file):
    layout = h5py.VirtualLayout((5,), "float32")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (5,))
    file["layers/dense/vars"].create_virtual_dataset("1", layout)


def texts(file):
    file["layers/dense/vars/1"] = np.array([b"abc"] * 5)


def objects(file):
    file["layers/dense/vars"].create_dataset("1", (5,), h5py.special_dtype(vlen=str))


def references(file):
    file["layers/dense/vars"].create_dataset("1", (5,), h5py.ref_dtype)


def a_type(file):
    file["layers/dense/vars/1"] = np.dtype("float32")


def bomb(file):
    file["layers/dense/vars"].create_dataset("1", (1 << 40,), "float32", chunks=(1 << 20,), compression="gzip")


def complex_numbers(file):
    file["layers/dense/vars/1"] = np.ones(5, complex)


def another_shape(file):
    file["layers/dense/vars"].create_dataset("1", (1 << 10, 1 << 10), "float32", chunks=True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (external_link, r"is refused: 'layers/dense/vars/1' is a link to another place \(ExternalLink\)"),
        (soft_link, r"is a link to another place \(SoftLink\)"),
        (hard_link_to_itself, "'layers/dense/vars/1' is another name for a part of it"),
        (same_array_twice, "'layers/dense/vars/1' is another name for a part of it|vars/0' is another name"),
        (external_array, "the array 'layers/dense/vars/1' lies in another file"),
        (virtual_array, "the array 'layers/dense/vars/1' lies in another file"),
        (texts, "is no array of numbers"),
        (objects, "is no array of numbers"),
        (references, "is no array of numbers"),
        (a_type, "is neither a group nor an array"),
        (bomb, "would fill 4,398,046,511,104 bytes of memory"),
        (complex_numbers, "is no array of numbers"),
        (another_shape, r"has shape \(5,\) in the model and \(1024, 1024\) in the file"),
    ],
)
def test_arrays_that_mean_harm(saved, change, message):
    model, whole, weights = saved
    before = everything(model)
    with h5py.File(weights, "r+") as file:
        del file["layers/dense/vars/1"]
        change(file)
    with pytest.raises(ValueError, match=message):
        model.load_weights(weights)

    def changed(file):
        del file["layers/dense/vars/1"]
        change(file)

    with pytest.raises(ValueError, match=message):
        saving.load_model(with_weights(whole, changed))
    unchanged(model, before)


def test_a_small_file_of_our_own_cannot_fill_the_memory_either(tmp_path):
    make().save(tmp_path / "m.safetensors")
    named, text = saving.load_weights_file(tmp_path / "m.safetensors")
    text["config"] = text["config"].replace('"units": 5', '"units": 1000000000000')
    saving.save_weights_file(tmp_path / "m.safetensors", named, text)
    with pytest.raises(ValueError, match=r"a weight of shape \(4, 1000000000000\) is larger than all that is left"):
        saving.load_model(tmp_path / "m.safetensors")
