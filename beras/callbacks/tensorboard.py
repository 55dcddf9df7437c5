"""TensorBoard: the course of a training in event files, which TensorBoard draws."""

from __future__ import annotations

import os
import time
from itertools import count
from typing import Any

from beras.callbacks.callback import Callback
from beras.saving.weight_names import named_weights

__all__ = ["TensorBoard"]

#: Numbers the files of this process: two writers that begin in one second must not share a name.
_numbers = count()


class TensorBoard(Callback):
    """Write the logs of a training to event files, for ``tensorboard --logdir logs``; needs the extra ``tensorboard``.

    In ``train`` and ``validation`` below ``log_dir`` stand, under Keras's names:

    - ``epoch_<name>`` for every log of an epoch, and ``epoch_learning_rate``;
    - ``batch_<name>``, the metrics since the epoch began, every ``update_freq`` batches (``"batch"`` is 1;
      ``"epoch"``: none), counted from the beginning of `fit`;
    - ``evaluation_<name>_vs_iterations`` for each evaluation, over the optimizer's count of updates;
    - with ``histogram_freq`` ``<layer>/<weight>/histogram`` every so many epochs;
    - with ``write_graph`` the model's summary and its configuration, as texts;
    - with ``write_steps_per_second`` ``epoch_steps_per_second``, and ``batch_steps_per_second``.

    An epoch is on the disk when it ends. ``write_images``, ``profile_batch``, ``embeddings_freq`` and
    ``embeddings_metadata`` are Keras's, and accepted with their defaults only.

    Raises:
        ImportError: without tensorboardX; it names the extra.
        ValueError: for a frequency that is none, and for what is not written.

    The Keras equivalent is ``keras.callbacks.TensorBoard``, which writes by TensorFlow.
    """

    takes_lazy_logs = True

    def __init__(
        self,
        log_dir: Any = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: Any = "epoch",
        profile_batch: Any = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: Any = None,
    ):
        unwritten = {
            "write_images": write_images,
            "profile_batch": profile_batch,
            "embeddings_freq": embeddings_freq,
            "embeddings_metadata": embeddings_metadata,
        }
        for name, value in unwritten.items():
            if value:
                raise ValueError(f"beras writes no images, profiles and embeddings. Received: {name}={value!r}.")
        if not _is_count(histogram_freq, 0):
            raise ValueError(
                f"histogram_freq is a number of epochs, 0 for no histograms. Received: {histogram_freq!r}."
            )
        if update_freq not in ("batch", "epoch") and not _is_count(update_freq, 1):
            raise ValueError(
                f"update_freq is 'batch', 'epoch' or a number of batches. Received: update_freq={update_freq!r}."
            )
        _require_tensorboardx()
        self.log_dir = os.fspath(log_dir)
        self.histogram_freq = histogram_freq
        self.write_graph = write_graph
        self.write_steps_per_second = write_steps_per_second
        self.update_freq = 1 if update_freq == "batch" else update_freq
        self._writers: dict[str, Any] = {}
        self._is_training = False
        self._batches = 0
        self._batches_before_epoch = 0
        self._began_at = {"epoch": 0.0, "batch": 0.0}

    @property
    def needs_batches(self) -> bool:  # type: ignore[override]
        return self.update_freq != "epoch" or self.write_steps_per_second

    def on_train_begin(self, logs: Any = None) -> None:
        self._is_training = True
        self._batches = 0
        if self.write_graph:
            from beras.saving.model_file import model_config

            lines: list[str] = []
            self.model.summary(print_fn=lines.append)
            self._writer("train").add_text("model/summary", _as_code("\n".join(lines)), 0)
            try:
                self._writer("train").add_text("model/configuration", _as_code(model_config(self.model)), 0)
            except TypeError as error:  # a layer that cannot say its configuration can be trained all the same
                self._writer("train").add_text("model/configuration", str(error), 0)

    def on_train_end(self, logs: Any = None) -> None:
        self._is_training = False
        self._close()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._batches_before_epoch = self._batches
        self._began_at["epoch"] = time.perf_counter()

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self._began_at["batch"] = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._batches += 1
        if self.update_freq == "epoch" or self._batches % self.update_freq:
            return
        found = dict((logs() if callable(logs) else logs) or {})
        if self.write_steps_per_second:
            found["steps_per_second"] = 1 / max(time.perf_counter() - self._began_at["batch"], 1e-9)
        self._write("train", "batch_{}", found, self._batches)

    def on_test_end(self, logs: Any = None) -> None:
        iterations = getattr(self.model.optimizer, "iterations", None)
        if iterations is not None:
            self._write("validation", "evaluation_{}_vs_iterations", logs or {}, int(iterations))
        if not self._is_training:
            self._close()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        logs = logs or {}
        found = {name: value for name, value in logs.items() if not name.startswith("val_")}
        if self.model.optimizer is not None:
            found["learning_rate"] = self.model.optimizer.learning_rate
        if self.write_steps_per_second:
            seconds = max(time.perf_counter() - self._began_at["epoch"], 1e-9)
            found["steps_per_second"] = (self._batches - self._batches_before_epoch) / seconds
        self._write("train", "epoch_{}", found, epoch)
        held_out = {name.removeprefix("val_"): value for name, value in logs.items() if name.startswith("val_")}
        self._write("validation", "epoch_{}", held_out, epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            for name, weight in named_weights(self.model).items():
                self._write_histogram(f"{name}/histogram", weight.numpy(), epoch)
        for writer in self._writers.values():
            writer.flush()

    def _write(self, folder: str, tag: str, values: dict[str, Any], step: int) -> None:
        for name, value in values.items():
            if isinstance(value, (int, float)) or getattr(value, "ndim", None) == 0:
                self._writer(folder).add_scalar(tag.format(name), float(value), step)

    def _write_histogram(self, tag: str, values: Any, step: int) -> None:
        import numpy as np

        finite = values[np.isfinite(values)]
        if finite.size:
            self._writer("train").add_histogram(tag, finite.astype(np.float64), step)

    def _writer(self, folder: str) -> Any:
        if folder not in self._writers:
            suffix = f".{os.getpid()}.{next(_numbers)}"
            path = os.path.join(self.log_dir, folder)
            self._writers[folder] = _require_tensorboardx().SummaryWriter(path, filename_suffix=suffix)
        return self._writers[folder]

    def _close(self) -> None:
        for writer in self._writers.values():
            writer.close()
        self._writers = {}


def _is_count(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _as_code(text: str) -> str:
    """Return a text that TensorBoard, which reads Markdown, shows as it is."""
    return "\n".join(f"    {line}" for line in text.splitlines())


def _require_tensorboardx() -> Any:
    from importlib import import_module

    try:
        return import_module("tensorboardX")
    except ImportError as error:
        raise ImportError(
            f"Event files for TensorBoard are written with tensorboardX ({error}). Install it: "
            f'pip install "beras[tensorboard]"'
        ) from error
