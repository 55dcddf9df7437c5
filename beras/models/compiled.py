"""What compile leaves behind: the loss, fused where it can be, and the metrics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from beras import metrics
from beras.autodiff.tracked import bare
from beras.models.batches import as_array

__all__ = ["Compiled"]


class Compiled:
    """The loss and the metrics of a compiled model; metrics are made when the first batch shows the shapes."""

    def __init__(self, loss: Any, metrics_given: Any, weighted_metrics: Any, run_eagerly: bool = False):
        self.loss = loss
        self.run_eagerly = run_eagerly
        self._given = [(m, False) for m in _as_list(metrics_given)] + [(m, True) for m in _as_list(weighted_metrics)]
        for identifier, _ in self._given:
            metrics.check(identifier)
        self._loss_tracker = metrics.Mean(name="loss")
        self._resolved: list[tuple[Any, bool]] | None = None if self._given else []
        #: Whether a metric of the user's is among them, which may keep what it is given.
        self.may_keep_arrays = False
        self._fused: dict[Any, Any] = {}
        #: The trainable weights, looked up once an epoch.
        self.weights_in_fit: list[Any] | None = None
        #: Whether the model has regularizers, looked up with them.
        self.is_regularized = True

    @property
    def named_metrics(self) -> dict[str, Any]:
        """The running mean of the loss, then the metrics, by the names that they have in logs."""
        found = {"loss": self._loss_tracker}
        for metric, weighted in self._resolved or ():
            name = f"weighted_{metric.name}" if weighted and metric.name in found else metric.name
            number = sum(other == name or other.rpartition("_")[0] == name for other in found)
            found[f"{name}_{number}" if name in found else name] = metric
        return found

    @property
    def metrics(self) -> list[Any]:
        """The running mean of the loss, then the metrics."""
        return list(self.named_metrics.values())

    def get_config(self) -> dict[str, Any]:
        """Return the loss and the metrics as plain values."""
        return {
            "loss": written_down(self.loss),
            "metrics": [written_down(m) for m, weighted in self._given if not weighted],
            "weighted_metrics": [written_down(m) for m, weighted in self._given if weighted],
        }

    def fused_with(self, activation: Any) -> Any:
        """Return the loss that takes the logits before ``activation``, or ``None`` where the two do not fuse."""
        if activation is None:
            return None
        if activation not in self._fused:
            on_logits = getattr(self.loss, "on_logits", None)
            self._fused[activation] = None if on_logits is None else on_logits(activation)
        return self._fused[activation]

    def truth(self, name: str, y: Any) -> Any:
        """Return the labels as an array, or raise what `as_array` does."""
        return as_array(name, y)

    def check_truth(self, y: np.ndarray) -> None:
        """Raise ValueError for labels that the loss cannot have."""
        if self.loss is not None:
            self.loss.check_truth(y)

    def check_classes(self, y: np.ndarray, output_shape: tuple[int | None, ...] | None) -> None:
        """Raise ValueError for class numbers that outputs of ``output_shape``, if that is known, have no place for."""
        if self.loss is not None and output_shape is not None and None not in output_shape[1:]:
            self.loss.check_classes(y, (len(y), *output_shape[1:]))

    def score(self, y: Any, y_pred: Any, sample_weight: Any) -> Any:
        """Return the loss of predictions."""
        return self.loss(y, y_pred) if sample_weight is None else self.loss(y, y_pred, sample_weight)

    def resolve_metrics(self, y: np.ndarray, y_pred: np.ndarray) -> None:
        """Make the metrics that were given by name, once the shapes are known."""
        if self._resolved is None:
            resolved = [
                (metrics.get(identifier, loss=self.loss, y_true_shape=y.shape, y_pred_shape=y_pred.shape), weighted)
                for identifier, weighted in self._given
            ]
            from beras.replay import reason_against

            self.may_keep_arrays = reason_against(*(metric for metric, _ in resolved)) is not None
            self._resolved = resolved

    def update(self, loss: Any, y: Any, output: Any, sample_weight: Any, activation: Any = None) -> None:
        """Put one batch into the metrics; ``activation`` is what makes predictions of ``output``, if it is logits."""
        self._loss_tracker.update_state(bare(loss), sample_weight=len(y))
        y_pred = None if activation else output
        for metric, weighted in self._resolved or ():
            if y_pred is None and not metric.order_only:
                y_pred = activation(output)
            seen = output if y_pred is None else y_pred
            metric.update_state(y, seen, sample_weight=sample_weight if weighted else None)


def written_down(part: Any) -> Any:
    """Return a loss or metric as a name, or as its class and configuration.

    Raises:
        ValueError: for a function of the user's.
    """
    if part is None or isinstance(part, (str, dict)):
        return part
    if not hasattr(part, "get_config"):
        raise ValueError(f"{getattr(part, '__name__', part)!r} is a function, which cannot be saved.")
    return {"class_name": type(part).__name__, "config": part.get_config()}


def made_again(entry: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """Return the loss or metric that `written_down` wrote, or a name or configuration that compile understands.

    Of lists, and of dicts by the names of outputs, each is returned.
    """
    if isinstance(entry, list):
        return [made_again(item, custom_objects) for item in entry]
    if isinstance(entry, dict) and "class_name" not in entry:
        return {name: made_again(item, custom_objects) for name, item in entry.items()}
    if isinstance(entry, dict) and custom_objects and entry["class_name"] in custom_objects:
        return custom_objects[entry["class_name"]].from_config(entry["config"])
    return entry


def _as_list(given: Any) -> Sequence[Any]:
    if given is None:
        return []
    return list(given) if isinstance(given, (list, tuple)) else [given]
