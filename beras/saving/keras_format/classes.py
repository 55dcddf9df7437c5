"""Classes that Keras lacks, or has in another place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["AS_ANOTHER", "BERAS_ALONE", "MODULES", "keras_class"]

#: The class that Keras has for one of ours, and the arguments that make it the same.
AS_ANOTHER: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "Kaiming": ("VarianceScaling", {"scale": 2.0, "mode": "fan_in", "distribution": "untruncated_normal"}),
    "Sigmoid": ("Activation", {"activation": "sigmoid"}),
    "Tanh": ("Activation", {"activation": "tanh"}),
    "Xavier": ("VarianceScaling", {"scale": 1.0, "mode": "fan_avg", "distribution": "untruncated_normal"}),
}

#: Classes that Keras cannot have: it needs them in its own ``custom_objects``.
BERAS_ALONE = {"ElasticDistortion"}

#: Where Keras has a class, if it is not among its kind.
MODULES = {"Sequential": "keras", "Functional": "keras.src.models.functional"}


def keras_class(name: str) -> str:
    """Return the name that Keras has for a class of ours.

    >>> keras_class("Dense"), keras_class("Tanh")
    ('Dense', 'Activation')
    """
    return AS_ANOTHER[name][0] if name in AS_ANOTHER else name
