"""Options that the verbs of ``beras diffusion`` share, and the pipeline that they ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from beras.cli.console import keep_for_json

__all__ = [
    "DEFAULT_MODEL",
    "AsJson",
    "CacheDir",
    "Device",
    "Dtype",
    "Model",
    "Offline",
    "Quiet",
    "Token",
    "check_names",
    "open_checker",
    "open_model",
]

DEFAULT_MODEL = "CompVis/stable-diffusion-v1-4"

Model = Annotated[str, typer.Option("--model", help="The name of a model on the hub, or the folder of one.")]
Device = Annotated[str, typer.Option("--device", help="auto, cpu, cuda, cuda:1 or mps.")]
Dtype = Annotated[str, typer.Option("--dtype", help="auto, float32, float16 or bfloat16.")]
CacheDir = Annotated[
    Path | None, typer.Option("--cache-dir", help="Where downloads are kept. [default: HF_HOME]", show_default=False)
]
Token = Annotated[
    str | None,
    typer.Option(
        "--token", help="For models that ask who you are. [default: HF_TOKEN, `hf auth login`]", show_default=False
    ),
]
Offline = Annotated[bool, typer.Option("--offline", help="Use what is here, and ask no server.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print the result alone, without progress.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document, and nothing else, on stdout.")]


def check_names(device: str, dtype: str = "auto") -> None:
    """Refuse the name of a device or a dtype that nobody has; one that is not here is found out by loading."""
    from beras.diffusion.devices import parse_device, resolve_dtype

    parse_device(device)
    resolve_dtype(dtype, "cpu")


def open_model(
    model: str = DEFAULT_MODEL,
    *,
    device: str = "auto",
    dtype: str = "auto",
    cache_dir: Path | None = None,
    token: str | None = None,
    offline: bool = False,
    quiet: bool = False,
    as_json: bool = False,
) -> Any:
    """Return the pipeline that the common options ask for; with ``as_json`` what it says goes to stderr."""
    from beras.diffusion import load_pipeline

    with keep_for_json(as_json):
        return load_pipeline(
            model, device=device, dtype=dtype, cache_dir=cache_dir, token=token, offline=offline, quiet=quiet
        )


def open_checker(
    model: str = DEFAULT_MODEL,
    *,
    device: str = "auto",
    cache_dir: Path | None = None,
    token: str | None = None,
    offline: bool = False,
    quiet: bool = False,
    as_json: bool = False,
) -> Any:
    """Return the safety checker alone, as `open_model` the pipeline; it has the one dtype, float32."""
    from beras.diffusion import load_checker

    with keep_for_json(as_json):
        return load_checker(model, device=device, cache_dir=cache_dir, token=token, offline=offline, quiet=quiet)
