"""``beras train``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from beras.cli.console import print_json, say
from beras.cli.errors import INTERRUPTED, before_training, usage
from beras.cli.options import AsJson, DataFolder, hidden_layers
from beras.errors import unknown_name
from beras.training.decays import DECAYS
from beras.training.presets import MODELS, PRESETS

__all__ = ["train"]


def _by_data_set(field: str) -> str:
    """Return the presets of one option for the help: ``10 (digits: 30; cnn: 12)``."""

    def shown(name: str, model: str = "mlp") -> str:
        value = getattr(MODELS[model][name], field)
        return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)

    usual = shown("mnist")
    others = [f"{name}: {shown(name)}" for name in PRESETS if shown(name) != usual]
    others += [f"{model}: {shown('mnist', model)}" for model in MODELS if shown("mnist", model) != usual]
    return f"[default: {usual}{f' ({chr(44).join(others)})' if others else ''}]"


def train(
    dataset: Annotated[
        str,
        typer.Option(
            "--dataset",
            help="mnist, fashion_mnist, kmnist, digits (inside beras), or auto: MNIST where it can be had, else the "
            "digits, and says so.",
        ),
    ] = "auto",
    data: DataFolder = None,
    model: Annotated[
        str,
        typer.Option(
            "--model",
            help="mlp, dense layers only; or cnn, two 3x3 convolutions of 32 and 64 filters with pooling before them.",
        ),
    ] = "mlp",
    layers: Annotated[
        str | None,
        typer.Option(
            "--layers",
            help='Units of the hidden layers; "" for none, which is softmax regression. ' + _by_data_set("layers"),
            show_default=False,
        ),
    ] = None,
    activation: Annotated[
        str, typer.Option("--activation", help="Of the hidden layers: relu, tanh, gelu ...")
    ] = "relu",
    dropout: Annotated[
        float | None,
        typer.Option("--dropout", help="Share of the hidden units that is dropped. " + _by_data_set("dropout")),
    ] = None,
    augment: Annotated[
        bool,
        typer.Option("--augment", help="Distort, turn and shift the training images a little, anew in each epoch."),
    ] = False,
    optimizer: Annotated[
        str, typer.Option("--optimizer", help="adam, sgd, rmsprop ...; arguments after a colon: sgd:momentum=0.9")
    ] = "adam",
    learning_rate: Annotated[
        float | None,
        typer.Option(
            "--learning-rate", help="At the first step. [default: 0.002 for adam, another for each optimizer]"
        ),
    ] = None,
    decay: Annotated[
        str, typer.Option("--decay", help=f"How the learning rate falls by the last step: {', '.join(DECAYS)}.")
    ] = "cosine",
    batch_size: Annotated[
        int | None, typer.Option("--batch-size", help="Images per update. " + _by_data_set("batch_size"))
    ] = None,
    epochs: Annotated[
        int | None, typer.Option("--epochs", help="Passes over the data. " + _by_data_set("epochs"))
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same run, bit for bit.")] = 0,
    validation: Annotated[
        float,
        typer.Option("--validation", help="Share of the training images to validate on after each epoch instead."),
    ] = 0.0,
    callback: Annotated[
        list[str] | None,
        typer.Option(
            "--callback",
            help="EarlyStopping, CSVLogger ...; arguments after a colon: ModelCheckpoint:filepath=best.safetensors, "
            "in the run's folder. May be given several times.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="The run's folder. [default: runs/<dataset>-<date>-<time>]")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the run that is in --out.")] = False,
    figures: Annotated[bool, typer.Option("--figures/--no-figures", help="Draw figures (needs beras[viz]).")] = True,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
    as_json: AsJson = False,
) -> None:
    """Train a network and write a run folder.

    The folder gets the configuration, the history, the model, the result and figures. Ctrl-C ends the training after
    its batch; everything is saved as usual. The test set is looked at once, at the end.

    \b
    Examples:
      beras train
      beras train --layers 512,256 --dropout 0.2 --epochs 20 --out runs/big
      beras train --model cnn --augment
      beras train --dataset digits --layers "" --optimizer sgd:momentum=0.9
      beras train --validation 0.1 --callback EarlyStopping:patience=3
    """
    with before_training():
        from beras import datasets
        from beras.training import RunFolder, resolve
        from beras.training import train as carry_out

        with usage():
            options: dict[str, Any] = {
                "model": model,
                "layers": None if layers is None else hidden_layers(layers),
                "activation": activation,
                "dropout": dropout,
                "augment": augment,
                "optimizer": optimizer,
                "learning_rate": learning_rate,
                "decay": decay,
                "batch_size": batch_size,
                "epochs": epochs,
                "seed": seed,
                "validation": validation,
                "callbacks": tuple(callback or ()),
            }
            # Before the data are loaded, or downloaded, because that may take a while.
            if dataset not in datasets.NAMES:
                raise ValueError(unknown_name("data set", dataset, datasets.NAMES))
            resolve("mnist" if dataset == "auto" else dataset, **options)
            if out is not None and not overwrite:
                RunFolder(out).refuse_if_used()

        loaded = datasets.load(dataset, data)
        say(loaded.note)
        config = resolve(loaded.name, **options)
        folder = RunFolder.new(loaded.name) if out is None else RunFolder(out)
    finished = carry_out(
        config,
        loaded,
        folder,
        verbose=0 if quiet else "auto",
        figures=figures,
        class_names=getattr(datasets, loaded.name).CLASS_NAMES,
        say=say,
    )
    result = finished.result
    if finished.without_figures:
        say(finished.without_figures, style="yellow")
    say(f"Saved in {result.run_dir}: {', '.join(sorted(p.name for p in folder.path.iterdir()))}.")
    if as_json:
        print_json(result.as_dict())
    if finished.interrupted:
        raise typer.Exit(INTERRUPTED)
