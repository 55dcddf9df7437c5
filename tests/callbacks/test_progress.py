"""What the progress prints: in a terminal a bar that is drawn anew, elsewhere one line per epoch."""

from __future__ import annotations

import io
import re
import sys

import numpy as np
import pytest

import beras
from beras.callbacks import Callback, CallbackList, ProgbarLogger, progress
from tests.callbacks.fake_model import FakeModel, run

LOGS = [{"accuracy": 0.18, "loss": 2.35, "val_loss": 0.00012}, {"accuracy": 0.5, "loss": 1.25, "val_loss": 1.0}]


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


def enter_terminal(monkeypatch):
    """Let stdout be a terminal; called within a test, since pytest sets stdout anew when a test begins."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return stream


def test_one_line_per_epoch_outside_a_terminal(capsys):
    run(FakeModel(), [], LOGS, batches=8, verbose="auto", samples=1000, batch_size=128)
    first, *lines = capsys.readouterr().out.splitlines()
    assert first == "Training on 1000 samples in batches of 128, 2 epochs."
    assert len(lines) == 2
    assert re.fullmatch(
        r"Epoch 1/2 - 8/8 - 0s - \d+[mu]s/step - accuracy: 0\.1800 - loss: 2\.3500 - val_loss: 1\.2000e-04", lines[0]
    )


def test_verbose_1_outside_a_terminal_prints_the_finished_bar(capsys):
    run(FakeModel(), [], LOGS[:1] * 3, batches=8, verbose=1)
    lines = capsys.readouterr().out.splitlines()
    assert lines[::2] == ["Epoch 1/3", "Epoch 2/3", "Epoch 3/3"]
    assert re.fullmatch(r"8/8 (━{20}|={20}) 0s \d+[mu]s/step - accuracy: 0\.1800 - loss: 2\.3500 - .*", lines[1])


def test_one_epoch_has_no_heading(capsys):
    run(FakeModel(), [], LOGS[:1], verbose=2)
    assert capsys.readouterr().out.startswith("2/2 - 0s - ")


def test_silence(capsys):
    run(FakeModel(), [ProgbarLogger()], LOGS, verbose=0, samples=10, batch_size=5)
    assert capsys.readouterr() == ("", "")


def test_nothing_goes_to_stderr(capsys):
    run(FakeModel(), [], LOGS, verbose=1, samples=10, batch_size=5)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("verbose", [3, "loud", None])
def test_an_unknown_verbose_is_refused_before_the_training(verbose):
    with pytest.raises(ValueError, match="verbose must be 0, 1, 2 or 'auto'"):
        CallbackList(add_progbar=True, verbose=verbose, epochs=1, steps=1)


def test_a_terminal_gets_a_bar_that_is_drawn_anew(monkeypatch):
    terminal = enter_terminal(monkeypatch)
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_DRAWINGS", 0.0)
    run(FakeModel(), [], LOGS, batches=4, verbose="auto")
    text = terminal.getvalue()
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
    assert text.count("\x1b[2K") == 10  # each epoch: four batches and the end
    drawn = [re.split(r"\r", line) for line in plain.split("\n") if "/4" in line]
    assert [len(parts) for parts in drawn] == [6, 6]
    assert [part[:3] for part in drawn[0][1:]] == ["1/4", "2/4", "3/4", "4/4", "4/4"]
    assert "step - accuracy: 0.1800 - loss: 2.3500" in drawn[0][-1]
    assert text.endswith("\n")


def test_the_bar_is_not_drawn_more_often_than_the_eye_can_see(monkeypatch):
    terminal = enter_terminal(monkeypatch)
    computed = []

    def logs():
        computed.append(1)
        return {"loss": 1.0}

    hooks = CallbackList(add_progbar=True, verbose=1, epochs=1, steps=1000)
    hooks.on_train_begin()
    hooks.on_epoch_begin(0)
    for batch in range(1000):
        hooks.on_train_batch_end(batch, logs)
    assert len(computed) <= 20
    hooks.on_epoch_end(0, {"loss": 1.0})
    assert "1000/1000" in terminal.getvalue()


def test_a_message_stands_below_the_bar(monkeypatch):
    terminal = enter_terminal(monkeypatch)
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_DRAWINGS", 0.0)
    from beras.callbacks import TerminateOnNaN

    run(FakeModel(), [TerminateOnNaN()], [{"loss": float("nan")}], batches=2, verbose=1)
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.getvalue())
    assert "\nBatch 1: Invalid loss, terminating training\n" in plain


def test_an_interrupted_bar_is_ended(monkeypatch):
    terminal = enter_terminal(monkeypatch)
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_DRAWINGS", 0.0)
    hooks = CallbackList(add_progbar=True, verbose=1, epochs=1, steps=10)
    hooks.on_train_begin()
    hooks.on_epoch_begin(0)
    hooks.on_train_batch_end(0, {"loss": 1.0})
    assert not terminal.getvalue().endswith("\n")
    hooks.on_train_end({})
    assert terminal.getvalue().endswith("\n")


def test_a_stream_that_cannot_write_the_bar_gets_equals_signs(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", stream)
    run(FakeModel(), [], LOGS, verbose=1)
    stream.flush()
    assert b"=" * 20 in stream.buffer.getvalue()


def test_validation_within_training_is_silent_and_evaluation_is_not(capsys):
    hooks = CallbackList(add_progbar=True, verbose=2, epochs=1, steps=3)
    hooks.on_train_begin()
    hooks.on_epoch_begin(0)
    hooks.on_test_begin()
    hooks.on_test_end({"loss": 9.0})
    hooks.on_epoch_end(0, {"loss": 1.0})
    hooks.on_train_end({})
    assert len(capsys.readouterr().out.splitlines()) == 1
    hooks = CallbackList(add_progbar=True, verbose=2, epochs=1, steps=3)
    hooks.on_test_begin()
    for batch in range(3):
        hooks.on_test_batch_end(batch, {"loss": 9.0})
    hooks.on_test_end({"loss": 9.0})
    assert re.fullmatch(r"3/3 - 0s - .*/step - loss: 9\.0000\n", capsys.readouterr().out)


def test_an_unknown_number_of_steps(capsys):
    class Watching(Callback):
        pass

    hooks = CallbackList([Watching()], add_progbar=True, verbose=2, epochs=1, steps=None)
    hooks.on_predict_begin()
    for batch in range(5):
        hooks.on_predict_batch_end(batch, {"outputs": None})
    hooks.on_predict_end()
    assert capsys.readouterr().out.startswith("5/5 - 0s")


@pytest.mark.parametrize(("verbose", "expected"), [(1, "\n3/8 ━━━━━━━              "), (2, "\n3/8 - 0s - ")])
def test_an_epoch_that_was_stopped_shows_the_batches_that_were_done(verbose, expected, capsys):
    class Stop(Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = batch == 2

    model = beras.Sequential([beras.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.ones((8, 2)), np.ones((8, 1)), batch_size=1, verbose=verbose, callbacks=[Stop()])
    assert expected in capsys.readouterr().out
