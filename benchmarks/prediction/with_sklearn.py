"""scikit-learn's ``predict_proba``, of an estimator that was fitted to a batch and then given the weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.training.with_sklearn import Classifier

__all__ = ["bind"]


def bind(weights: list[Any], x: Any, block: int) -> Callable[[], Any]:
    model = Classifier(weights, batch=10, scale=1.0).model
    model.partial_fit(np.zeros((10, len(weights[0])), np.float32), np.arange(10), classes=np.arange(10))
    model.coefs_, model.intercepts_ = weights[::2], weights[1::2]
    blocks = [x[at : at + block] for at in range(0, len(x), block)]
    return lambda: np.concatenate([model.predict_proba(images) for images in blocks])
