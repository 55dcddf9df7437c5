"""BothTrainings: what `train_both` found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from beras.oracle.training.parting import differences

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["BothTrainings"]


@dataclass(repr=False)
class BothTrainings:
    """One training in beras and in torch, side by side. ``print`` shows a table; `figure` draws it.

    The weights are held against each other after the steps in ``steps``, counted from 1.
    """

    #: The loss of every step, before its update, ``(steps,)``.
    beras_losses: np.ndarray
    torch_losses: np.ndarray
    #: After which steps the weights were held against each other.
    steps: np.ndarray
    #: The largest difference of any entry of any weight, after each of ``steps``.
    weight_differences: np.ndarray
    #: The Euclidean distance of all weights, divided by their length, after each of ``steps``.
    relative_weight_differences: np.ndarray
    #: For each epoch ``{"epoch": 1, "step": 469, "beras": {"loss": ..., "accuracy": ...}, "torch": {...}}``.
    epochs: list[dict[str, Any]]
    #: How it was trained.
    settings: dict[str, Any]
    #: What the steps of each side took.
    seconds: dict[str, float]
    #: The trained copy of the model, and the module that torch trained.
    model: Any
    module: Any

    @property
    def loss_differences(self) -> np.ndarray:
        """How far the losses are apart at every step, ``(steps,)``."""
        return differences(self.beras_losses, self.torch_losses)

    @property
    def largest_loss_difference(self) -> float:
        """The largest of `loss_differences`."""
        return float(self.loss_differences.max())

    @property
    def largest_weight_difference(self) -> float:
        """The largest difference of any entry of any weight at any step."""
        return float(self.weight_differences.max())

    @property
    def largest_relative_weight_difference(self) -> float:
        """The largest distance of all weights at any step, relative to their length."""
        return float(self.relative_weight_differences.max())

    def first_step_apart(self, tolerance: float = 1e-6) -> int | None:
        """Return the first step at which losses, or weights (relatively), differ by more; ``None`` if there is none."""
        by_loss = np.flatnonzero(self.loss_differences > tolerance) + 1
        by_weight = self.steps[self.relative_weight_differences > tolerance]
        found = [int(places[0]) for places in (by_loss, by_weight) if places.size]
        return min(found, default=None)

    def figure(self) -> Figure:
        """Draw the losses of both over the steps, and how losses and weights part, on a logarithmic scale.

        Raises:
            ImportError: without matplotlib.
        """
        from beras.oracle.training.figure import draw

        return draw(self)

    def to_dict(self) -> dict[str, Any]:
        """Return everything but model and module as plain values, fit for JSON."""
        arrays = ("beras_losses", "torch_losses", "steps", "weight_differences", "relative_weight_differences")
        return {
            "settings": self.settings,
            "largest_loss_difference": self.largest_loss_difference,
            "largest_weight_difference": self.largest_weight_difference,
            "largest_relative_weight_difference": self.largest_relative_weight_difference,
            "first_step_apart": self.first_step_apart(),
            "epochs": self.epochs,
            "seconds": self.seconds,
            **{name: getattr(self, name).tolist() for name in arrays},
        }

    def __str__(self) -> str:
        from beras.oracle.training.summary import summary

        return summary(self)

    def __repr__(self) -> str:
        apart = f"largest_loss_difference={self.largest_loss_difference:.1e}"
        return f"<BothTrainings {self.settings['dtype']}, {len(self.beras_losses)} steps, {apart}>"
