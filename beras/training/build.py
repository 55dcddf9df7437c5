"""From a configuration: the compiled model, and the callbacks."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from beras import callbacks as callback_module
from beras import layers, models
from beras.core.lookup import find
from beras.optimizers.lookup import OPTIMIZERS
from beras.training.config import RunConfig
from beras.training.decays import DECAYS
from beras.training.named import make_named, split_named

__all__ = ["CALLBACKS", "augmentation", "build_callbacks", "build_model", "build_optimizer", "convolutions"]

_OFFERED = ("CSVLogger", "EarlyStopping", "ModelCheckpoint", "ReduceLROnPlateau", "TensorBoard", "TerminateOnNaN")
#: Of smaller images the convolutions would leave nothing.
SMALLEST_WITHOUT_PADDING = 16

#: The callbacks that can be asked for by name.
CALLBACKS = {name: getattr(callback_module, name) for name in _OFFERED if hasattr(callback_module, name)}
#: The arguments of theirs that are paths, with an example.
_PATHS = {"filepath": "best.safetensors", "filename": "log.csv", "log_dir": "logs"}


def build_model(
    config: RunConfig, image_shape: tuple[int, ...], n_classes: int, scale: int, n_train: int
) -> models.Sequential:
    """Return the model of ``config``, built and compiled.

    Images go in as bytes from 0 to ``scale``, ``(batch, *image_shape)``; probabilities come out, ``(batch,
    n_classes)``. ``n_train`` images make an epoch, which tells the schedule how many steps there will be.

    Raises:
        ValueError: for a name or an argument that the layers or the optimizer refuse.
    """
    parts: list[Any] = [layers.Input(image_shape, name="image"), layers.Rescaling(1 / scale, name="rescaling")]
    if config.augment or config.model == "cnn":
        parts.append(layers.Reshape((*image_shape, 1), name="channel"))
    if config.augment:
        parts += augmentation(min(image_shape))
    if config.model == "cnn":
        parts += convolutions(config.activation, min(image_shape))
    parts.append(layers.Flatten(name="flatten"))
    if config.model == "cnn" and config.dropout:
        parts.append(layers.Dropout(config.dropout / 2, name="dropout"))
    for number, units in enumerate(config.layers, start=1):
        parts.append(layers.Dense(units, activation=config.activation, name=f"hidden_{number}"))
        if config.dropout:
            parts.append(layers.Dropout(config.dropout, name=f"dropout_{number}"))
    parts.append(layers.Dense(n_classes, activation="softmax", name="output"))
    model = models.Sequential(parts, name=f"{config.dataset}_classifier")

    optimizer = build_optimizer(config, steps=config.epochs * -(-n_train // config.batch_size))
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def convolutions(activation: str, size: int) -> list[Any]:
    """Return two 3 x 3 convolutions of 32 and 64 filters, each with pooling, for images of ``size`` pixels."""
    padding = "valid" if size >= SMALLEST_WITHOUT_PADDING else "same"
    found: list[Any] = []
    for number, filters in enumerate((32, 64), start=1):
        found.append(layers.Conv2D(filters, 3, padding=padding, activation=activation, name=f"convolution_{number}"))
        found.append(layers.MaxPooling2D(name=f"pooling_{number}"))
    return found


def augmentation(size: int) -> list[Any]:
    """Return layers that distort, turn and shift images of ``size`` pixels, in proportion to their size."""
    scale = size / 28
    return [
        layers.ElasticDistortion(16 * scale**2, 4 * scale, name="elastic"),
        layers.RandomRotation(0.02, "constant", name="rotation"),
        layers.RandomTranslation(0.05, 0.05, "constant", name="translation"),
    ]


def build_optimizer(config: RunConfig, steps: int) -> Any:
    """Return the optimizer of ``config``, whose learning rate falls over ``steps`` updates.

    Raises:
        ValueError: for an unknown name or argument.
    """
    name, arguments = split_named(config.optimizer)
    cls = find("optimizer", name, OPTIMIZERS)
    return make_named(cls, arguments, learning_rate=DECAYS[config.decay](config.learning_rate, steps))


def build_callbacks(config: RunConfig, folder: Path) -> list[Any]:
    """Return the callbacks of ``config``; the relative paths among their arguments begin in ``folder``.

    Raises:
        ValueError: for an unknown name or argument, and for a callback that could do nothing in this run.
    """
    made = []
    for text in config.callbacks:
        name, arguments = split_named(text)
        cls = find("callback", name, CALLBACKS)
        paths = {}
        for parameter in inspect.signature(cls).parameters.values():
            if parameter.name in _PATHS:
                given = arguments.get(parameter.name, parameter.default)
                if given is parameter.empty:
                    example = _written(cls.__name__, {parameter.name: _PATHS[parameter.name], **arguments})
                    raise ValueError(f"{cls.__name__} needs {parameter.name}. Write: {example}.")
                paths[parameter.name] = str(folder / str(given))
        callback = make_named(cls, arguments | paths)
        _check_use(cls.__name__, arguments, callback, config)
        made.append(callback)
    return made


def _written(kind: str, arguments: Mapping[str, Any]) -> str:
    """Return the option that asks for a callback."""
    return f"--callback {kind}:{','.join(f'{name}={value}' for name, value in arguments.items())}"


def _check_use(kind: str, arguments: Mapping[str, Any], callback: Any, config: RunConfig) -> None:
    monitor = str(getattr(callback, "monitor", ""))
    # A ModelCheckpoint that saves every epoch watches nothing.
    watches = getattr(callback, "save_best_only", True)
    if watches and monitor.startswith("val_") and not config.validation:
        instead = _written(kind, {**arguments, "monitor": monitor.removeprefix("val_")})
        raise ValueError(
            f"{kind} watches {monitor}, so some training images must be set aside: --validation 0.1; "
            f"or let it watch the training: {instead}."
        )
    if kind == "ReduceLROnPlateau" and config.decay != "none":
        raise ValueError("ReduceLROnPlateau sets the learning rate itself: add --decay none.")
