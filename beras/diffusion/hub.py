"""A model of the hub as a folder: from the cache, or downloaded into it after its size was said."""

from __future__ import annotations

import shutil
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from beras.diffusion.errors import DiffusionError
from beras.diffusion.folder import INDEX
from beras.diffusion.weight_files import Wanted, check_variant, choose_weights, last_resort

__all__ = ["Fetched", "fetch"]

#: The parts without weights: vocabularies and configurations.
_OTHERS = ("tokenizer", "scheduler", "feature_extractor")
_SMALL = (".json", ".txt")
_WITHOUT = "or give a folder with the model, or try `beras diffusion demo`, which needs none"


@dataclass(frozen=True)
class Fetched:
    """A model in the cache."""

    folder: Path
    #: Whether the hub was asked, so that the files are complete and of today.
    fresh: bool


def fetch(
    model: str,
    wanted: Wanted,
    *,
    cache_dir: Path | None,
    token: str | bool | None,
    offline: bool,
    quiet: bool,
) -> Fetched:
    """Return the folder in the cache with the files of ``model`` that are wanted, after downloading what is missing.

    Without a connection the cache is used as it is, and so it is with ``offline`` or HF_HUB_OFFLINE.

    Raises:
        DiffusionError: when the model is not to be had; the message names the cause and what to do.
    """
    import huggingface_hub

    offline = offline or huggingface_hub.constants.HF_HUB_OFFLINE
    cached = _cached(model, cache_dir)
    if offline:
        if cached is None:
            raise DiffusionError(_not_cached(model, cache_dir, "no server is to be asked (offline)"))
        return Fetched(cached, fresh=False)
    with _explained(model) as lost:
        sizes = _sizes(model, token)
        needed = _needed(sizes, wanted, cached)
        _announce(model, {name: sizes[name] for name in needed}, cached, cache_dir, quiet)
        with _bars(not quiet and sys.stderr.isatty()):
            folder = huggingface_hub.snapshot_download(
                model, cache_dir=cache_dir, token=token, allow_patterns=list(needed)
            )
        return Fetched(Path(folder), fresh=True)
    if cached is None:
        raise DiffusionError(_not_cached(model, cache_dir, f"the hub cannot be reached ({lost[0]})"))
    if not quiet:
        print(f"The hub cannot be reached ({lost[0]}); the copy of {model} in the cache is used.")
    return Fetched(cached, fresh=False)


def _cached(model: str, cache_dir: Path | None) -> Path | None:
    """Return the folder of the newest copy in the cache, whole or not."""
    import huggingface_hub
    from huggingface_hub.errors import HFValidationError

    try:
        found = huggingface_hub.try_to_load_from_cache(model, INDEX, cache_dir=cache_dir)
    except HFValidationError:
        raise DiffusionError(_bad_name(model)) from None
    return Path(found).parent if isinstance(found, str) else None


def _sizes(model: str, token: str | bool | None) -> dict[str, int]:
    """Return the sizes of the model's files in bytes, as the hub says."""
    import huggingface_hub

    info = huggingface_hub.HfApi().model_info(model, files_metadata=True, token=token)
    return {file.rfilename: file.size or 0 for file in info.siblings or ()}


def _needed(names: Any, wanted: Wanted, cached: Path | None) -> tuple[str, ...]:
    """Return the files that load_pipeline reads, with the weights preferred that are in the cache already."""
    check_variant(wanted.variant, names)
    folders = (*wanted.networks, *(_OTHERS if wanted.is_whole else ()))
    small = [name for name in names if name == INDEX or (name.split("/")[0] in folders and Path(name).suffix in _SMALL)]
    here = [name for name in names if cached is not None and (cached / name).is_file()]
    weights: list[str] = []
    for network in wanted.networks:
        files = (
            wanted.choose(here if wanted.variant is None else (), network)
            or wanted.choose(names, network)
            or last_resort(names, network, wanted.allow_pickle)
        )
        weights += files.names if files else ()
        if files is None and choose_weights(names, network, (None,), True):
            raise DiffusionError(
                f"The model has the weights of its {network} only as pickles (.bin), which could run code when they "
                "are read by others. Choose a model with safetensors; or, if you trust its author, allow_pickle=True."
            )
    return (*small, *weights)


def _announce(model: str, sizes: dict[str, int], cached: Path | None, cache_dir: Path | None, quiet: bool) -> None:
    """Say how much is to be downloaded, and see that the disk has room for it."""
    missing = {name: size for name, size in sizes.items() if cached is None or not (cached / name).is_file()}
    total, place = sum(missing.values()), _cache(cache_dir)
    if not missing:
        return
    free = shutil.disk_usage(next(path for path in (place, *place.parents) if path.exists())).free
    if total > free:
        raise DiffusionError(
            f"{model} needs {_size(total)} more in {place}, and the disk has {_size(free)} left. Make room, or choose "
            "another place: --cache-dir (cache_dir=)."
        )
    if not quiet:
        print(
            f"Downloading {model}: {_size(total)} in {len(missing)} files, to {place}. It is done once; if it is "
            "interrupted, it goes on where it stopped."
        )


@contextmanager
def _explained(model: str) -> Iterator[list[str]]:
    """Turn the hub's errors into sentences; of a lost connection only the name is kept, for the caller to go on."""
    from huggingface_hub import errors

    lost: list[str] = []
    try:
        yield lost
    except errors.HFValidationError:
        raise DiffusionError(_bad_name(model)) from None
    except errors.GatedRepoError as error:
        raise DiffusionError(
            f"{model} is given only to those who accept its licence. Do that at https://huggingface.co/{model}, then "
            "say who you are: `hf auth login`, or HF_TOKEN, or --token (token=)."
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise DiffusionError(
            f"The hub has no model {model}, or it is private. Names are at https://huggingface.co/models; for a "
            "private one say who you are: `hf auth login`, or HF_TOKEN, or --token (token=)."
        ) from error
    except errors.HfHubHTTPError as error:
        status = getattr(getattr(error, "response", None), "status_code", 0)
        if status in (401, 403):
            raise DiffusionError(
                f"The hub refuses {model} with this token (status {status}). Renew it: `hf auth login`, HF_TOKEN, or "
                "--token (token=)."
            ) from error
        lost.append(f"status {status}")
    except DiffusionError:
        raise
    except OSError as error:
        if error.errno is not None and not isinstance(error, ConnectionError):
            raise  # a full disk or a folder that cannot be written: nothing of the hub's
        lost.append(type(error).__name__)
    except Exception as error:
        if not _is_of_the_network(error):
            raise
        lost.append(type(error).__name__)


def _is_of_the_network(error: BaseException) -> bool:
    """Say whether an error comes from the HTTP library that huggingface_hub uses: it has changed between versions."""
    return any(
        base.__module__.split(".")[0] in ("httpx", "httpx2", "requests", "httpcore") for base in type(error).__mro__
    )


@contextmanager
def _bars(wanted: bool) -> Iterator[None]:
    """Within the block huggingface_hub draws its progress bars, or none."""
    from huggingface_hub.utils import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

    before = are_progress_bars_disabled()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*HF_HUB_DISABLE_PROGRESS_BARS")
        (enable_progress_bars if wanted else disable_progress_bars)()
        try:
            yield
        finally:
            (disable_progress_bars if before else enable_progress_bars)()


def _cache(cache_dir: Path | None) -> Path:
    import huggingface_hub

    return Path(cache_dir or huggingface_hub.constants.HF_HUB_CACHE).expanduser()


def _bad_name(model: str) -> str:
    return (
        f"A model is named as owner/name, such as CompVis/stable-diffusion-v1-4, or is a folder that exists. "
        f"Received: {model!r}."
    )


def _not_cached(model: str, cache_dir: Path | None, cause: str) -> str:
    return f"{model} is not in the cache ({_cache(cache_dir)}), and {cause}. Run it once with a connection, {_WITHOUT}."


def _size(count: int) -> str:
    """Return a number of bytes in words.

    >>> _size(5_481_000_000), _size(3_200_000)
    ('5.48 GB', '3.20 MB')
    """
    return f"{count / 1e9:.2f} GB" if count >= 1e7 else f"{count / 1e6:.2f} MB"
