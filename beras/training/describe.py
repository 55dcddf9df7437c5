"""What a run is, in a line for people and as the record that its folder keeps."""

from __future__ import annotations

import math
import os
import platform
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from beras.training.config import RunConfig

if TYPE_CHECKING:
    from beras.datasets import Dataset

__all__ = ["describe", "record"]


def describe(config: RunConfig, model: Any) -> str:
    """Return one line on what is trained."""
    pixels = math.prod(model.input_shape[1:])
    filters = [layer.filters for layer in model.layers if hasattr(layer, "filters")]
    before = f"{pixels}, 3 x 3 convolutions of {' and '.join(map(str, filters))} filters, " if filters else f"{pixels}-"
    units = before + "-".join(str(n) for n in (*config.layers, model.layers[-1].units))
    parts = [config.activation] if config.layers else ["softmax regression"]
    parts += [f"dropout {config.dropout:g}"] if config.dropout and config.layers else []
    parts += ["augmented images"] if config.augment else []
    decay = "" if config.decay == "none" else f" ({config.decay} decay)"
    parts += [
        f"{model.count_params():,} parameters",
        config.optimizer,
        f"learning rate {config.learning_rate:g}{decay}",
    ]
    return f"Model: {units}, {', '.join(parts)}, seed {config.seed}."


def record(config: RunConfig, data: Dataset, class_names: tuple[str, ...]) -> dict[str, Any]:
    """Return the content of ``config.json``: the run, the data, and what it was made with."""
    from beras import __version__

    return {
        "run": config.as_dict(),
        "data": {
            "name": data.name,
            "scale": data.scale,
            "image_shape": list(data.x_train.shape[1:]),
            "class_names": list(class_names),
            "n_train": len(data.x_train),
            "n_test": len(data.x_test),
        },
        "made": {
            "at": datetime.now().astimezone().isoformat(timespec="seconds"),
            "beras": __version__,
            "numpy": np.__version__,
            "python": platform.python_version(),
            "machine": f"{platform.system()} {platform.machine()}",
            "cpus": os.cpu_count(),
        },
    }
