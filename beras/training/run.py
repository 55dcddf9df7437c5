"""One run: train, look at the test set once, and write everything into the run's folder."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from beras import config as beras_config
from beras.callbacks import Callback, History
from beras.training.build import build_callbacks, build_model
from beras.training.config import RunConfig
from beras.training.describe import describe, record
from beras.training.figures import draw_figures
from beras.training.folder import RunFolder, RunFolderError
from beras.training.interrupt import StopOnInterrupt
from beras.training.resolve import usual_learning_rate

if TYPE_CHECKING:
    from beras.datasets import Dataset

__all__ = ["RunResult", "TrainingDiverged", "train"]

#: What a run writes besides the model: figures, and the rest.
_ROOM_FOR_FIGURES = 4_000_000
_TEST_BATCH = 1000


class TrainingDiverged(Exception):
    """The loss of a run is no longer a finite number."""


@dataclass(frozen=True)
class RunResult:
    """What came of a run, in the order in which ``--json`` prints it.

    ``seconds`` is the time that training took, without start-up, evaluation and figures. ``train_loss`` is the mean
    over the last epoch, while the weights still changed; the test set was looked at once, after it.
    """

    dataset: str
    epochs: int
    seconds: float
    train_loss: float
    test_loss: float
    test_accuracy: float
    parameters: int
    run_dir: str

    def as_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


class _KeepHistory(Callback):
    """Write ``history.csv`` after each epoch, and end a run whose loss is no longer a number."""

    def __init__(self, folder: RunFolder, history: History):
        self.folder, self.kept, self.diverged = folder, history, False

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        # A disk that is full now may have room at the end, when this is written once more.
        with suppress(RunFolderError):
            self.folder.write_history(self.kept.history)
        if not math.isfinite((logs or {}).get("loss", 0.0)):
            self.diverged = self.model.stop_training = True


@dataclass(frozen=True)
class Finished:
    """A run that is over: its result, whether Ctrl-C ended it, and a sentence about figures where there are none."""

    result: RunResult
    interrupted: bool
    without_figures: str


def train(
    config: RunConfig,
    data: Dataset,
    folder: RunFolder,
    *,
    verbose: int | str = "auto",
    figures: bool = True,
    class_names: tuple[str, ...] | None = None,
    say: Any = print,
) -> Finished:
    """Carry out the run of ``config`` on ``data`` and write it into ``folder``.

    Everything that can be refused is refused before the folder is touched. The test set is used once, after the last
    epoch, and decides nothing. The first Ctrl-C ends the training after its batch; what was trained is evaluated and
    saved as usual. ``say`` is called with sentences for people.

    Raises:
        ValueError: for arguments that the layers, the optimizer or the callbacks refuse.
        RunFolderError: when the folder cannot be written.
        TrainingDiverged: when the loss becomes NaN or infinite; the history is kept.
    """
    names = class_names or tuple(str(i) for i in range(int(data.y_train.max()) + 1))
    image_shape = data.x_train.shape[1:]
    n_train = math.floor(len(data.x_train) * (1.0 - config.validation))
    if not n_train or (config.validation and n_train == len(data.x_train)):
        raise ValueError(f"validation={config.validation} of {len(data.x_train)} images leaves one part empty.")
    beras_config.set_random_seed(config.seed)
    model = build_model(config, image_shape, len(names), data.scale, n_train)
    callbacks = build_callbacks(config, folder.path)
    history = History()
    keeper = _KeepHistory(folder, history)
    # NumPy's warnings about a run that diverges say nothing that the error below does not say better.
    with StopOnInterrupt(model) as interrupt, np.errstate(all="ignore"):
        # A model file holds the weights and Adam's two moments of each.
        folder.prepare(n_bytes=3 * 4 * model.count_params() + _ROOM_FOR_FIGURES)
        folder.write_config(record(config, data, names))
        summary: list[str] = []
        model.summary(print_fn=summary.append)
        folder.write_summary("\n".join(summary) + "\n")
        say(describe(config, model))

        start = perf_counter()
        model.fit(
            data.x_train,
            data.y_train,
            batch_size=config.batch_size,
            epochs=config.epochs,
            verbose=verbose,
            validation_split=config.validation,
            callbacks=[*callbacks, history, keeper, interrupt],
        )
        seconds = perf_counter() - start
        epochs = len(history.history["loss"])
        if keeper.diverged:
            smaller = min(config.learning_rate / 10, usual_learning_rate(config.optimizer))
            raise TrainingDiverged(
                f"The loss became {history.history['loss'][-1]} in epoch {epochs}. Try a smaller learning rate: "
                f"--learning-rate {smaller:g}. The history is in {folder.history}."
            )
        if interrupt.requested:
            say(f"Stopped by Ctrl-C in epoch {epochs} of {config.epochs}; saving what was trained so far.")
        test = model.evaluate(data.x_test, data.y_test, batch_size=_TEST_BATCH, verbose=0, return_dict=True)
        result = RunResult(
            dataset=data.name,
            epochs=epochs,
            seconds=round(seconds, 3),
            train_loss=float(history.history["loss"][-1]),
            test_loss=float(test["loss"]),
            test_accuracy=float(test["accuracy"]),
            parameters=model.count_params(),
            run_dir=str(folder),
        )
        say(
            f"Test accuracy {100 * result.test_accuracy:.2f} %, loss {result.test_loss:.4f}, "
            f"after {epochs} epoch{'s' if epochs != 1 else ''} in {seconds:.1f} s."
        )
        folder.write_model(model)
        folder.write_history(history.history)
        folder.write_result(result.as_dict() | {"seed": config.seed, "interrupted": interrupt.requested})
        missing = ""
        if figures:
            try:
                draw_figures(folder, model, history, data, names, test)
            except ImportError as error:
                missing = str(error)
    return Finished(result, interrupt.requested, missing)
