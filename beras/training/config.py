"""RunConfig: everything that decides what a run does."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["RunConfig"]


@dataclass(frozen=True)
class RunConfig:
    """Everything that decides what a run does: on one machine, equal configurations give equal bits.

    ``model`` is a name of `beras.training.presets.MODELS`; ``layers`` are the units of the hidden dense layers (none is
    softmax regression); ``augment`` is whether each epoch sees the images a little moved; ``optimizer`` and each of
    ``callbacks`` is a name, or ``name:argument=value,...``; ``decay`` is a name of `beras.training.decays.DECAYS`;
    ``validation`` is the share of the training images, the last ones, that are not trained on.
    """

    dataset: str
    model: str
    layers: tuple[int, ...]
    activation: str
    dropout: float
    augment: bool
    optimizer: str
    learning_rate: float
    decay: str
    batch_size: int
    epochs: int
    seed: int
    validation: float
    callbacks: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, as they are written to ``config.json``."""
        return asdict(self) | {"layers": list(self.layers), "callbacks": list(self.callbacks)}

    def check(self) -> None:
        """Raise ValueError for a number that is out of its range."""
        share = "a share from 0 up to, not including, 1"
        rate = self.learning_rate
        demands = (
            ("layers", all(units >= 1 for units in self.layers), "numbers of units, 1 or more each", self.layers),
            ("dropout", 0 <= self.dropout < 1, share, self.dropout),
            ("learning_rate", math.isfinite(rate) and rate > 0, "a number above 0", rate),
            ("batch_size", self.batch_size >= 1, "1 or more", self.batch_size),
            ("epochs", self.epochs >= 1, "1 or more", self.epochs),
            ("seed", self.seed >= 0, "0 or more", self.seed),
            ("validation", 0 <= self.validation < 1, share, self.validation),
        )
        for name, holds, expected, received in demands:
            if not holds:
                raise ValueError(f"{name} must be {expected}. Received: {received}.")
