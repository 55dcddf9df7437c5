"""train_both: one training, in beras and in torch."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from beras import config, optimizers
from beras.errors import unknown_name
from beras.models.arguments import check_count
from beras.models.batches import Batches, as_array
from beras.oracle.torch_module import torch_module
from beras.oracle.training.copies import independent_copy
from beras.oracle.training.parting import Parting
from beras.oracle.training.result import BothTrainings

__all__ = ["train_both"]

#: What both sides can be trained in. In float16 beras keeps the moments in float32, torch does not.
DTYPES = ("float32", "float64")


def train_both(
    model: Any,
    x: Any,
    y: Any,
    epochs: int = 1,
    batch_size: int = 32,
    dtype: Any = None,
    seed: int = 0,
    shuffle: bool = True,
    every: int = 1,
    loss: Any = None,
    optimizer: Any = None,
) -> BothTrainings:
    """Train a copy of ``model`` and the same model in torch, with the same batches, and show how they part.

    Torch starts from the same weights and takes the same batches in the same order, with its own layers, losses,
    autograd and optimizers (by Keras's definitions, where the two differ). The two may differ by rounding only: in
    float64 by some 1e-12 after hundreds of steps; in float32 slowly, until the input of a relu is so near 0 that its
    sign depends on rounding: from there on they are different, equally good trainings. Dropout drops the same units on
    both sides. Differences of weights are noted before averages of them (``use_ema``) take their places at the end. The
    beras side does what ``beras.set_random_seed(seed); model.fit(x, y)`` does. ``model`` itself, its optimizer and the
    random generator stay as they were.

    Layers without a module in torch, a whole model with a ``call`` of its own, losses and regularizers of your own are
    replayed in torch operation by operation, which is slower.

    Args:
        model: a compiled model.
        x, y: the samples, ``(samples, ...)``.
        dtype: ``"float32"`` or ``"float64"``, whatever that of ``model``; ``None`` for its own.
        seed: of the order of the samples, of Dropout, and of the weights of a model that is not built.
        shuffle: whether each epoch sees the samples in a new random order.
        every: hold the weights against each other after every so many steps, and after each epoch.
        loss, optimizer: instead of those that the model was compiled with.

    Raises:
        RuntimeError: for a model that was not compiled, when no loss and optimizer are given.
        ValueError: for data that `fit` would refuse.
        TypeError: for an optimizer of which torch's is not known, and for a model that cannot be copied.
        ImportError: without torch.
    """
    torch_module()
    from beras.oracle.training.sides import BerasSide, TorchSide

    _check_is_model(model)
    x, y = as_array("x", x), as_array("y", y)
    for name, count in {"epochs": epochs, "every": every}.items():
        check_count(name, count)
    with _draws_from(seed) as generator:
        twin = _compiled_copy(model, _checked_dtype(dtype, model), loss, optimizer)
        batches = Batches(x, y, None, batch_size, shuffle)
        twin.loss.check_truth(y)
        twin.build_for((None, *x.shape[1:]))
        shape = twin.output_shape
        if shape is not None and None not in shape[1:]:
            twin.loss.check_classes(y, (len(y), *shape[1:]))
        ours, theirs = BerasSide(twin), TorchSide(twin)
        parting = Parting(theirs.pairs, every)
        for _ in range(epochs):
            ours.reset_metrics()
            theirs.reset_metrics()
            for x_batch, y_batch, _ in batches:
                rate, start = twin.optimizer.learning_rate, generator.bit_generator.state
                our_loss = ours.step(x_batch, y_batch)
                generator.bit_generator.state = start
                parting.note_step(our_loss, theirs.step(x_batch, y_batch, rate), len(x_batch))
            parting.note_epoch(ours.metrics(), theirs.metrics())
        ours.finish()
        theirs.finish()
    return BothTrainings(
        **parting.recorded(),
        settings={
            "model": model.name,
            "optimizer": type(twin.optimizer).__name__,
            "loss": twin.loss.name,
            "dtype": twin.dtype,
            "batch_size": batches.batch_size,
            "epochs": epochs,
            "seed": seed,
        },
        seconds={"beras": ours.seconds, "torch": theirs.seconds},
        model=twin,
        module=theirs.module,
    )


def _checked_dtype(dtype: Any, model: Any) -> str:
    name = np.dtype(model.dtype if dtype is None else dtype).name
    if name not in DTYPES:
        raise ValueError(unknown_name("dtype of a training", name, DTYPES))
    return name


def _check_is_model(model: Any) -> None:
    if not hasattr(model, "train_step"):
        raise TypeError(
            f"train_both takes a model. Received: {type(model).__name__}. Put layers into one: Sequential([...])."
        )


def _compiled_copy(model: Any, dtype: str, loss: Any, optimizer: Any) -> Any:
    twin = independent_copy(model, dtype)
    if loss is not None or optimizer is not None:
        metrics = [] if twin._compiled is None else [metric for metric, _ in twin._compiled._given]
        chosen = twin.optimizer if optimizer is None else copy.deepcopy(optimizers.get(optimizer))
        twin.compile(chosen, twin.loss if loss is None else loss, metrics=metrics)
    if twin.loss is None or twin.optimizer is None:
        lacking = "an optimizer" if twin.optimizer is None else "a loss"
        raise RuntimeError(
            f"train_both needs to know how the model is trained, and it was compiled without {lacking}: "
            f"model.compile('adam', 'mse'), or train_both(model, x, y, optimizer='adam', loss='mse')."
        )
    return twin


@contextmanager
def _draws_from(seed: int) -> Iterator[np.random.Generator]:
    """Let the generator draw from ``seed``, and give it back as it was."""
    generator = config.generator()
    before = generator.bit_generator.state
    generator.bit_generator.state = np.random.default_rng(seed).bit_generator.state
    try:
        yield generator
    finally:
        generator.bit_generator.state = before
