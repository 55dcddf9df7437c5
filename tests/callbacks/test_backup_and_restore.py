"""BackupAndRestore: a run that is killed, at any moment and many times, ends where one ends that was not."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time

import numpy as np
import pytest

import beras
from beras import callbacks

#: A run with everything that has a state: shuffling, dropout (one layer with a seed of its own), Adam's moments, a
#: rate that falls, the best weights, and the History.
PROGRAM = """
import sys, json
import numpy as np
import beras
from beras import callbacks

folder, out, pause = sys.argv[1], sys.argv[2], float(sys.argv[3])
beras.set_random_seed(3)
rng = np.random.default_rng(0)
x, y = rng.normal(size=(96, 8)).astype("float32"), rng.integers(0, 4, 96)
model = beras.Sequential([
    beras.Dense(16, "relu"), beras.Dropout(0.3), beras.Dense(8, "tanh"), beras.Dropout(0.2, seed=9),
    beras.Dense(4, "softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
import time
seen = []
history = model.fit(x, y, batch_size=16, epochs=300, verbose=0, validation_split=0.25, callbacks=[
    *([callbacks.BackupAndRestore(folder)] if folder else []),
    callbacks.ReduceLROnPlateau(patience=2, factor=0.7),
    callbacks.EarlyStopping(patience=100, restore_best_weights=True),
    callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: (seen.append(epoch), time.sleep(pause))),
])
arrays = {f"w{n}": w for n, w in enumerate(model.get_weights())}
arrays |= {name.replace("/", "_"): value for name, value in model.optimizer.state().items()}
np.savez(out, **arrays, draws=beras.config.generator().random(5), numpys=np.random.random(3))
print(json.dumps({"history": history.history, "epochs": history.epoch, "first": seen[0]}))
"""


def start(folder, out, pause=0.0):
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder), str(out), str(pause)], stdout=subprocess.PIPE, text=True
    )


def arrays_in(path):
    with np.load(path) as file:
        return dict(file)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    out = tmp_path_factory.mktemp("whole") / "whole.npz"
    text, _ = start("", out).communicate()
    return json.loads(text), arrays_in(out)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_run_that_is_killed_twenty_times_ends_with_the_same_bits(tmp_path, uninterrupted):
    moments = random.Random(5)
    backup = tmp_path / "backup" / "backup.safetensors"
    kills = 0
    run = start(tmp_path / "backup", tmp_path / "out.npz", pause=0.002)
    while kills < 20:
        begin = time.monotonic()
        before = backup.stat().st_mtime_ns if backup.exists() else 0
        # Wait until the run has written once (starting Python takes a while), and then for a random moment more.
        while time.monotonic() - begin < 60 and not (backup.exists() and backup.stat().st_mtime_ns != before):
            assert run.poll() is None, "the run ended before it was killed"
            time.sleep(0.002)
        time.sleep(moments.uniform(0, 0.06))
        run.kill()
        run.communicate()
        kills += 1
        run = start(tmp_path / "backup", tmp_path / "out.npz", pause=0.002 if kills < 20 else 0.0)
    text, _ = run.communicate()
    found, arrays = json.loads(text), arrays_in(tmp_path / "out.npz")
    expected, whole = uninterrupted
    assert found["first"] >= 5, "next to nothing was kept"
    assert found["history"] == expected["history"]
    assert found["epochs"] == expected["epochs"]
    assert set(arrays) == set(whole)
    for name in whole:
        np.testing.assert_array_equal(arrays[name], whole[name], err_msg=name)
    assert not backup.exists()


def model_and_data():
    beras.set_random_seed(0)
    model = beras.Sequential([beras.Dense(3)])
    model.compile("adam", "mse")
    x = np.random.default_rng(0).normal(size=(8, 2)).astype(np.float32)
    return model, x, x[:, :1] * np.ones(3, np.float32)


class Break(callbacks.Callback):
    def __init__(self, at):
        self.at = at

    def on_epoch_end(self, epoch, logs=None):
        if epoch == self.at:
            raise KeyboardInterrupt


def test_ctrl_c_leaves_the_backup(tmp_path):
    model, x, y = model_and_data()
    with pytest.raises(KeyboardInterrupt):
        model.fit(x, y, epochs=4, verbose=0, callbacks=[callbacks.BackupAndRestore(tmp_path), Break(1)])
    model, x, y = model_and_data()
    history = model.fit(x, y, epochs=4, verbose=0, callbacks=[callbacks.BackupAndRestore(tmp_path), Break(-1)])
    assert history.epoch == [0, 1, 2, 3]
    assert not list(tmp_path.iterdir())


def test_a_backup_stays_when_asked(tmp_path):
    model, x, y = model_and_data()
    model.fit(x, y, epochs=2, verbose=0, callbacks=[callbacks.BackupAndRestore(tmp_path, delete_checkpoint=False)])
    assert (tmp_path / "backup.safetensors").exists()


def test_the_backup_of_another_run_is_refused_and_kept(tmp_path):
    model, x, y = model_and_data()
    with pytest.raises(KeyboardInterrupt):
        model.fit(x, y, epochs=4, verbose=0, callbacks=[callbacks.BackupAndRestore(tmp_path), Break(1)])
    content = (tmp_path / "backup.safetensors").read_bytes()
    model, x, y = model_and_data()
    with pytest.raises(ValueError, match=r"over 4 epochs.*this one is over 5"):
        model.fit(x, y, epochs=5, verbose=0, callbacks=[callbacks.BackupAndRestore(tmp_path), Break(1)])
    wider = beras.Sequential([beras.Dense(4)])
    wider.compile("adam", "mse")
    with pytest.raises(ValueError, match="do not fit"):
        wider.fit(
            x, x[:, :1] * np.ones(4), epochs=4, verbose=0, callbacks=[callbacks.BackupAndRestore(tmp_path), Break(1)]
        )
    assert (tmp_path / "backup.safetensors").read_bytes() == content


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"save_freq": 10}, "save_freq='epoch'"),
        ({"double_checkpoint": True}, "double_checkpoint=False"),
        ({"backup_dir": ""}, "empty text"),
    ],
)
def test_arguments(tmp_path, arguments, message):
    with pytest.raises(ValueError, match=message):
        callbacks.BackupAndRestore(**{"backup_dir": tmp_path, **arguments})
