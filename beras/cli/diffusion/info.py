"""``beras diffusion info``."""

from __future__ import annotations

from typing import Annotated

import typer

from beras.cli.console import print_json, say
from beras.cli.diffusion.options import (
    AsJson,
    CacheDir,
    Device,
    Dtype,
    Offline,
    Quiet,
    Token,
    check_names,
    open_model,
)
from beras.cli.errors import usage

__all__ = ["info"]

_ARCHITECTURE = "sd-v1-4"


def info(
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            help="Load this model, by its name on the hub or its folder. [default: v1.4 without weights]",
            show_default=False,
        ),
    ] = None,
    device: Device = "cpu",
    dtype: Dtype = "auto",
    cache_dir: CacheDir = None,
    token: Token = None,
    offline: Offline = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Count what the networks hold: modules, tensors, scalars.

    Without --model it builds Stable Diffusion v1.4 without its weights, in a
    second and without a download.

    \b
    Examples:
      beras diffusion info
      beras diffusion info --model CompVis/stable-diffusion-v1-4
    """
    from beras.diffusion.dependencies import require
    from beras.diffusion.inspect import network_table, to_markdown
    from beras.diffusion.module_history import explain_modules, installed_versions

    require()
    with usage():
        check_names(device, dtype)
    if model is None:
        rows, about = network_table(_ARCHITECTURE), "Stable Diffusion v1.4, built without its weights"
    else:
        pipe = open_model(
            model,
            device=device,
            dtype=dtype,
            cache_dir=cache_dir,
            token=token,
            offline=offline,
            quiet=quiet,
            as_json=as_json,
        )
        rows, about = network_table(pipe), model
    versions = installed_versions()
    reasons = explain_modules(rows, versions)
    if as_json:
        found = [row.to_dict() for row in rows]
        print_json({"about": about, "networks": found, "versions": versions, "modules": reasons})
        return
    if not quiet:
        say(about, style="bold cyan")
    say(to_markdown(rows))
    if quiet:
        return
    here = ", ".join(f"{name} {version}" for name, version in versions.items())
    say(f"\nTensors and scalars belong to the model; modules to the code that builds it, here {here}.")
    for reason in reasons:
        say(reason)
