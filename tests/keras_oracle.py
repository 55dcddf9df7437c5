"""The oracle of the Keras surface: the real Keras 3, on its torch backend, in one thread."""

from __future__ import annotations

import os
import warnings
from functools import cache

import numpy as np
import pytest


@cache
def keras():
    """Import Keras once; skip the test where it or torch is missing."""
    os.environ["KERAS_BACKEND"] = "torch"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip("torch").set_num_threads(1)
        module = pytest.importorskip("keras")
    if module.backend.backend() != "torch":
        pytest.skip("Keras was imported with another backend before")
    return module


def value_and_gradient(function, x):
    """Return what ``function`` of a torch tensor gives, and the gradient of its sum by ``x``."""
    import torch

    keras()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tensor = torch.tensor(np.asarray(x), requires_grad=True)
        with torch.device("cpu"):
            value = function(tensor)
            total = value.sum()
        if total.requires_grad:
            total.backward()
    gradient = np.zeros_like(np.asarray(x)) if tensor.grad is None else tensor.grad.numpy()
    return value.detach().numpy(), gradient


def call(function, *args, **params):
    """Call a Keras function or object with its own deprecation warnings silenced; return arrays."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return keras().ops.convert_to_numpy(function(*args, **params))
