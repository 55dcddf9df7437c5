"""From what was asked for to a configuration in which nothing is left open."""

from __future__ import annotations

from pathlib import Path

from beras import activations
from beras.core.lookup import find
from beras.errors import unknown_name
from beras.optimizers.lookup import OPTIMIZERS
from beras.training.build import build_callbacks, build_optimizer
from beras.training.config import RunConfig
from beras.training.decays import DECAYS
from beras.training.named import split_named
from beras.training.presets import LEARNING_RATES, MODELS, PRESETS

__all__ = ["resolve", "usual_learning_rate"]


def resolve(
    dataset: str,
    *,
    model: str = "mlp",
    layers: tuple[int, ...] | None = None,
    activation: str = "relu",
    dropout: float | None = None,
    augment: bool = False,
    optimizer: str = "adam",
    learning_rate: float | None = None,
    decay: str = "cosine",
    batch_size: int | None = None,
    epochs: int | None = None,
    seed: int = 0,
    validation: float = 0.0,
    callbacks: tuple[str, ...] = (),
) -> RunConfig:
    """Return the configuration of a run on ``dataset``, with its preset for what is None.

    Raises:
        ValueError: for a value out of its range, and for an unknown name or argument, with the nearest one.

    >>> resolve("mnist").layers
    (256, 128)
    >>> resolve("mnist", optimizer="adm")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    ValueError: Unknown optimizer 'adm'. Did you mean 'adam'? Known: ...
    """
    if dataset not in PRESETS:
        raise ValueError(unknown_name("data set", dataset, PRESETS))
    if model not in MODELS:
        raise ValueError(unknown_name("model", model, MODELS))
    if decay not in DECAYS:
        raise ValueError(unknown_name("decay", decay, DECAYS))
    activations.get(activation)
    preset = MODELS[model][dataset]
    hidden = preset.layers if layers is None else tuple(layers)
    if dropout and not hidden:
        raise ValueError(f"dropout needs a hidden layer, and there is none. Received: dropout={dropout}.")
    config = RunConfig(
        dataset=dataset,
        model=model,
        layers=hidden,
        activation=activation,
        dropout=(preset.dropout if hidden else 0.0) if dropout is None else dropout,
        augment=augment,
        optimizer=optimizer,
        learning_rate=usual_learning_rate(optimizer) if learning_rate is None else learning_rate,
        decay=decay,
        batch_size=preset.batch_size if batch_size is None else batch_size,
        epochs=preset.epochs if epochs is None else epochs,
        seed=seed,
        validation=validation,
        callbacks=tuple(callbacks),
    )
    config.check()
    build_optimizer(config, steps=1)
    build_callbacks(config, Path())
    return config


def usual_learning_rate(optimizer: str) -> float:
    """Return the learning rate with which a run begins unless it is told otherwise.

    >>> usual_learning_rate("sgd:momentum=0.9")
    0.2
    """
    name, _ = split_named(optimizer)
    cls = find("optimizer", name, OPTIMIZERS)
    return LEARNING_RATES.get(cls.__name__.lower()) or float(cls().learning_rate)
