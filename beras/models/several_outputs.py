"""What compile leaves behind for a model with several outputs: a loss, metrics and a weight for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from beras import losses, metrics
from beras.autodiff.structure import leaves
from beras.autodiff.tracked import bare
from beras.core import Weighted
from beras.errors import unknown_name
from beras.models.batches import as_arrays
from beras.models.compiled import Compiled

__all__ = ["CompiledOutputs", "JointLoss"]


class JointLoss(Weighted):
    """The sum of the losses of several outputs, each times its weight: ``loss([y, ...], [y_pred, ...])``.

    ``parts`` has a loss, or ``None``, for each output, and ``factors`` a number.
    """

    def __init__(self, parts: Sequence[Any], factors: Sequence[float]):
        self.parts, self.factors = list(parts), [float(factor) for factor in factors]

    def __call__(self, y_true: Sequence[Any], y_pred: Any, sample_weight: Any = None) -> Any:
        """Return the loss, a scalar."""
        total: Any = None
        for part, factor, truth, found in zip(self.parts, self.factors, y_true, leaves(y_pred), strict=True):
            if part is not None:
                value = part(truth, found) if sample_weight is None else part(truth, found, sample_weight)
                value = value if factor == 1 else value * factor
                total = value if total is None else total + value
        return total


class CompiledOutputs(Compiled):
    """The losses and metrics of a model with several outputs, which have the names ``names``.

    ``loss``, ``loss_weights``, ``metrics`` and ``weighted_metrics`` are lists with an entry for each output, or dicts
    by their names; one loss is for all. An output without a loss has ``None``. Logs have the names of Keras:
    ``<output>_loss`` and ``<output>_<metric>``.

    Raises:
        ValueError: for another number of entries, an unknown name, and no loss at all.
    """

    def __init__(
        self,
        names: Sequence[str],
        loss: Any,
        loss_weights: Any = None,
        metrics_given: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
    ):
        self.names = list(names)
        several = isinstance(loss, (list, tuple, dict)) and "class_name" not in loss
        given = self._each("loss", loss if several else [loss] * len(names), None)
        parts = [None if one is None else losses.get(one) for one in given]
        scored = [part is not None for part in parts]
        if loss is not None and not any(scored):
            raise ValueError(f"A model needs a loss for one of its outputs at least. Received: loss={loss!r}.")
        self._factors = self._each("loss_weights", loss_weights, 1.0)
        joint = JointLoss(parts, self._factors) if any(scored) else None
        super().__init__(joint, None, None, run_eagerly)
        plain = self._each("metrics", metrics_given, None)
        weighted = self._each("weighted_metrics", weighted_metrics, None)
        self._outputs = [Compiled(*one) for one in zip(parts, plain, weighted, strict=True)]
        self._trackers = [metrics.Mean(name=f"{name}_loss") for name in names] if sum(scored) > 1 else []

    def _each(self, argument: str, given: Any, default: Any) -> list[Any]:
        """Return an entry for each output of what `compile` was given."""
        if given is None or (isinstance(given, (list, tuple, dict)) and not given):
            return [default] * len(self.names)
        if isinstance(given, dict):
            for name in given:
                if name not in self.names:
                    raise ValueError(unknown_name("output", name, self.names))
            return [given.get(name, default) for name in self.names]
        if not isinstance(given, (list, tuple)) or len(given) != len(self.names):
            raise ValueError(
                f"{argument} of a model with several outputs is a list with an entry for each, or a dict by their "
                f"names, {', '.join(map(repr, self.names))}. Received: {given!r}."
            )
        return list(given)

    @property
    def named_metrics(self) -> dict[str, Any]:
        """The running means of the whole loss and of each output's, then the metrics of all outputs."""
        found = {"loss": self._loss_tracker}
        for tracker, output in zip(self._trackers, self._outputs, strict=False):
            found |= {tracker.name: tracker} if output.loss is not None else {}
        measured: dict[str, Any] = {}
        for name, output in zip(self.names, self._outputs, strict=True):
            for own, metric in list(output.named_metrics.items())[1:]:
                measured[f"{name}_{own}" if len(self.names) > 1 else own] = metric
        return found | dict(sorted(measured.items()))

    def get_config(self) -> dict[str, Any]:
        """Return losses, their weights and metrics as plain values, by the names of the outputs."""
        each = {name: output.get_config() for name, output in zip(self.names, self._outputs, strict=True)}
        by_output = {key: {name: config[key] for name, config in each.items()} for key in next(iter(each.values()))}
        return {**by_output, "loss_weights": dict(zip(self.names, self._factors, strict=True))}

    def truth(self, name: str, y: Any) -> list[np.ndarray]:
        """Return the labels of each output as arrays, in order, from a list or a dict by the outputs' names.

        Raises:
            TypeError, ValueError: as `as_array`, and for another number of arrays or other names.
        """
        if isinstance(y, dict) and set(y) == set(self.names):
            return list(as_arrays(name, {output: y[output] for output in self.names}).values())
        if not isinstance(y, (list, tuple)) or len(y) != len(self.names):
            received = f"a dict with {', '.join(map(repr, y))}" if isinstance(y, dict) else _described(y)
            raise ValueError(
                f"{name} is a list of {len(self.names)} arrays, one for each output, or a dict by their names, "
                f"{', '.join(map(repr, self.names))}. Received: {received}."
            )
        return list(as_arrays(name, list(y)))

    def check_truth(self, y: Any) -> None:
        """Raise ValueError for labels that the loss of their output cannot have."""
        for output, truth in zip(self._outputs, y, strict=True):
            output.check_truth(truth)

    def check_classes(self, y: Any, output_shape: Any) -> None:
        """Raise ValueError for class numbers that their output has no place for."""
        if output_shape is not None:
            shapes = output_shape.values() if isinstance(output_shape, dict) else output_shape
            for output, truth, shape in zip(self._outputs, y, shapes, strict=True):
                output.check_classes(truth, shape)

    def resolve_metrics(self, y: Any, y_pred: Any) -> None:
        """Make the metrics that were given by name, once the shapes are known."""
        for output, truth, found in zip(self._outputs, y, leaves(y_pred), strict=True):
            output.resolve_metrics(truth, found)
        self.may_keep_arrays = any(output.may_keep_arrays for output in self._outputs)

    def update(self, loss: Any, y: Any, output: Any, sample_weight: Any, activation: Any = None) -> None:
        """Put one batch into the metrics, and each output's loss, without its weight, into its running mean."""
        self._loss_tracker.update_state(bare(loss), sample_weight=len(y[0]))
        for number, (compiled, truth, found) in enumerate(zip(self._outputs, y, leaves(output), strict=True)):
            value = 0.0
            if self._trackers and compiled.loss is not None:
                value = bare(compiled.score(truth, found, sample_weight))
                self._trackers[number].update_state(value, sample_weight=len(truth))
            compiled.update(value, truth, found, sample_weight)


def _described(y: Any) -> str:
    if isinstance(y, (list, tuple)):
        return f"a {type(y).__name__} of {len(y)}"
    return f"an array of shape {y.shape}" if hasattr(y, "shape") else type(y).__name__
