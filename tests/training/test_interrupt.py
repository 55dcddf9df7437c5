import signal
import threading
from types import SimpleNamespace

import pytest

from beras.training.interrupt import StopOnInterrupt


def test_the_first_interrupt_asks_and_the_second_raises():
    model = SimpleNamespace(stop_training=False)
    before = signal.getsignal(signal.SIGINT)
    with StopOnInterrupt(model) as interrupt:
        signal.raise_signal(signal.SIGINT)
        assert model.stop_training
        assert interrupt.requested
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_training_that_begins_after_the_interrupt_ends_with_its_first_batch():
    model = SimpleNamespace(stop_training=False)
    with StopOnInterrupt(model) as interrupt:
        signal.raise_signal(signal.SIGINT)
        model.stop_training = False
        interrupt.on_epoch_begin(0)
    assert model.stop_training


def test_without_an_interrupt_nothing_changes():
    model = SimpleNamespace(stop_training=False)
    with StopOnInterrupt(model) as interrupt:
        interrupt.on_epoch_begin(0)
    assert not model.stop_training
    assert not interrupt.requested


def test_in_another_thread_it_does_nothing():
    failures = []

    def run():
        try:
            with StopOnInterrupt(SimpleNamespace(stop_training=False)):
                pass
        except ValueError as error:
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert not failures
