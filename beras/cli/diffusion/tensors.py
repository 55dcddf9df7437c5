"""``beras diffusion tensors``."""

from __future__ import annotations

from typing import Annotated

import typer

from beras.cli.console import keep_for_json, print_json, say, warn
from beras.cli.diffusion.options import (
    DEFAULT_MODEL,
    AsJson,
    CacheDir,
    Device,
    Dtype,
    Model,
    Offline,
    Quiet,
    Token,
    check_names,
    open_model,
)
from beras.cli.errors import BadUsage, usage

__all__ = ["tensors"]


def tensors(
    prompt: Annotated[
        str | None, typer.Argument(metavar="PROMPT", help="What to draw, in words.", show_default=False)
    ] = None,
    meta: Annotated[
        bool, typer.Option("--meta", help="The shapes of v1.4 at full size, without its weights or a prompt.")
    ] = False,
    steps: Annotated[
        int, typer.Option("--steps", help="Levels of noise to stop at: the shapes do not depend on it.")
    ] = 1,
    seed: Annotated[int, typer.Option("--seed", help="Of the noise, 0 to 4294967295.")] = 2,
    model: Model = DEFAULT_MODEL,
    device: Device = "auto",
    dtype: Dtype = "auto",
    cache_dir: CacheDir = None,
    token: Token = None,
    offline: Offline = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Show what tensors a prompt becomes on its way to a picture.

    Each with its type, its shape and what its dimensions are.

    \b
    Examples:
      beras diffusion tensors --meta
      beras diffusion tensors "a red cat"
    """
    from beras.diffusion.architecture import SCHEDULER
    from beras.diffusion.checks import check_seed, check_steps
    from beras.diffusion.dependencies import require
    from beras.diffusion.generate import generate
    from beras.diffusion.tensors import meta_tensor_table, tensor_table, tensors_to_markdown

    if (prompt is None) != meta:
        raise BadUsage('A prompt or --meta: `beras diffusion tensors "a red cat"`, `beras diffusion tensors --meta`.')
    require()
    with usage():
        check_names(device, dtype)
        check_seed(seed)
        check_steps(steps, SCHEDULER["num_train_timesteps"])
    with keep_for_json(as_json):
        if prompt is None:
            rows = meta_tensor_table()
        else:
            pipe = open_model(
                model,
                device=device,
                dtype=dtype,
                cache_dir=cache_dir,
                token=token,
                offline=offline,
                quiet=quiet,
            )
            made = generate(pipe, prompt, seed=seed, steps=steps, every=0, progress=not quiet, notify=warn)
            rows = tensor_table(made)
    if as_json:
        print_json({"tensors": [row.to_dict() for row in rows]})
        return
    say(tensors_to_markdown(rows))
    if not quiet:
        say("\n" + "\n".join(f"{row.name}: {row.role}" for row in rows))
