"""BackupAndRestore: a run that was killed goes on where it was, to the same bits."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from beras.callbacks.callback import Callback
from beras.callbacks.plain_state import plain_state, restored_state
from beras.callbacks.progress import ProgbarLogger
from beras.callbacks.randomness import randomness, restore_randomness

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["BackupAndRestore"]

#: The name of the file in the folder.
FILE = "backup.safetensors"
#: What the names of the callbacks' arrays begin with.
KEPT = "callbacks/"


class BackupAndRestore(Callback):
    """Keep a backup of a run in a folder, and go on from it when the same program is started again.

    When an epoch begins, all that decides how the run goes on is written: the weights, the state of the optimizer, of
    the random generators and of the other callbacks, and the History. A run that is killed at any moment, and started
    again, loses at most one epoch of work and ends with the same bits as one that was not. The program makes the model
    and calls `fit` as it did the first time; ``fit`` then begins with the epoch that was not finished.

    ``save_freq`` is ``"epoch"``. With ``delete_checkpoint`` the backup is removed when the run has come to its end. Of
    another callback what is kept are the attributes that have changed since training began and are numbers, texts,
    ``None``, arrays, or lists and dicts of them.

    Raises (when training begins): ValueError for a backup of another model or of other epochs, which is left as it is.

    The Keras equivalent is ``keras.callbacks.BackupAndRestore``, which keeps neither random numbers nor callbacks.
    """

    def __init__(
        self,
        backup_dir: Any,
        save_freq: Any = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ):
        from pathlib import Path

        if save_freq != "epoch":
            raise ValueError(
                f"A backup is made when an epoch begins: save_freq='epoch'. Received: save_freq={save_freq!r}."
            )
        if double_checkpoint:
            raise ValueError("There is one backup at a time, replaced only by a complete one: double_checkpoint=False.")
        if not os.fspath(backup_dir):
            raise ValueError("backup_dir is the folder for the backup. Received: an empty text.")
        self.backup_dir = Path(os.fspath(backup_dir))
        self.delete_checkpoint = delete_checkpoint
        self._others: list[Callback] = []
        self._at_begin: list[dict[str, Any]] = []

    @property
    def path(self) -> Path:
        """Where the backup is."""
        return self.backup_dir / FILE

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._save(epoch)

    def on_train_end(self, logs: Any = None) -> None:
        done = self.model.history.epoch
        is_complete = bool(done) and done[-1] == self._epochs - 1
        if self.delete_checkpoint and (is_complete or self.model.stop_training):
            self.path.unlink(missing_ok=True)

    def restore(self, callbacks: Sequence[Callback]) -> int | None:
        """Put the model, the random generators and ``callbacks`` into the state of the backup.

        Return the number of the epoch to begin with, or ``None`` where there is no backup. `fit` calls it once all
        callbacks have been told that training begins.
        """
        self._others = [other for other in callbacks if other is not self and not isinstance(other, ProgbarLogger)]
        self._at_begin = [plain_state(other, {}, "") for other in self._others]
        self.backup_dir.mkdir(parents=True, exist_ok=True)
        if not self.path.exists():
            return None
        from beras.saving.model_weights import read_order
        from beras.saving.optimizer_state import restore_optimizer, taken_optimizer
        from beras.saving.tensors import load_weights_file
        from beras.saving.weight_names import assign_weights, named_weights

        arrays, texts = load_weights_file(self.path)
        run = self._read(texts)
        state_of_optimizer = taken_optimizer(arrays)
        kept = {name: arrays.pop(name) for name in list(arrays) if name.startswith(KEPT)}
        assign_weights(self.path, named_weights(self.model), arrays, read_order(texts))
        restore_optimizer(self.model, state_of_optimizer)
        restore_randomness(self.model, run["randomness"])
        for callback, state in zip(self._others, run["callbacks"], strict=True):
            vars(callback).update(restored_state(state, kept))
        return int(run["epoch"])

    @property
    def _epochs(self) -> int:
        return int((self.params or {})["epochs"])

    def _read(self, texts: Mapping[str, str]) -> dict[str, Any]:
        """Return what the backup says of its run, if it is of this one."""
        import json

        try:
            run = json.loads(texts["run"])
            theirs = run["kinds"]
        except (KeyError, ValueError, TypeError):
            raise ValueError(f"{str(self.path)!r} is no backup of a run. Give the run its own backup_dir.") from None
        mine = [type(callback).__name__ for callback in self._others]
        if run["epochs"] != self._epochs or theirs != mine:
            raise ValueError(
                f"The backup in {str(self.backup_dir)!r} is of a run over {run['epochs']} epochs with {theirs}; this "
                f"one is over {self._epochs} with {mine}. Give the run its own backup_dir, or remove {FILE!r} there "
                f"to begin anew."
            )
        return run

    def _save(self, epoch: int) -> None:
        import json

        from beras.saving.model_weights import stored_weights
        from beras.saving.optimizer_state import stored_optimizer
        from beras.saving.tensors import save_weights_file

        arrays, texts = stored_weights(self.model)
        arrays |= stored_optimizer(self.model.optimizer)
        states = []
        for number, (callback, begin) in enumerate(zip(self._others, self._at_begin, strict=True)):
            state = plain_state(callback, arrays, f"{KEPT}{number}/")
            states.append({name: value for name, value in state.items() if name not in begin or value != begin[name]})
        run = {
            "epoch": epoch,
            "epochs": self._epochs,
            "kinds": [type(callback).__name__ for callback in self._others],
            "callbacks": states,
            "randomness": randomness(self.model),
        }
        save_weights_file(self.path, arrays, {"beras_file": "backup", "run": json.dumps(run), **texts})
